// Package adminapi is the vocabulary of the management API: the calls, their
// request and response types, and the client that makes them.
//
// Every management operation is one typed value, a Call, posted as JSON to
// /admin/v1/<name>. Server and client use the same value, so that a name, a
// type or a field can not drift apart. Everything the cmdlets do goes through
// here, on the machine itself (a socket file of mode 0600) or from another
// one (TLS and an operator's log-on).
//
// It owns no behaviour: what an operation does is the business of the domain
// packages, and adminserver is the face that calls them. It does not build
// transports either; a client is given an *http.Client.
package adminapi
