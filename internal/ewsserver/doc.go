// Package ewsserver is the EWS face of the mailboxes: it decodes a request with
// package ews, calls package mailbox and encodes the answer.
//
// It owns what is peculiar to EWS on HTTP: which of a user's mailboxes a request
// means, impersonation, the rights of a caller per operation and folder, shapes,
// field URIs, the mapping of failures to response codes and faults, compression,
// the limit on concurrent requests, and the headers clients look for.
//
// It does not own authentication (internal/access stands before it and says who
// calls), the rules of a mailbox (internal/mailbox), the wire format (ews), or
// the listener (internal/node mounts the handler at any path).
//
// # One answer per id
//
// A request that was understood is answered with HTTP 200 and one response
// message per id, in the order of the request, errors included: clients pair the
// two lists. Only a request that cannot be understood at all, names a server
// version that does not exist, impersonates wrongly or comes while the server is
// full is answered with a SOAP fault. An operation that is not implemented is
// answered with HTTP 200 as well, because some clients take a 500 for a wrong
// password.
package ewsserver
