// Package tenant is the cloud directory of one organisation: the tenant
// itself, and the service principals that its token server issues tokens for,
// each with the keys it may prove itself with.
//
// It owns who exists and which keys count at which time. It issues no tokens,
// listens nowhere, and knows nothing of the organisation's users; those are in
// the directory.
package tenant
