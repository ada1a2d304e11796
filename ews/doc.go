// Package ews speaks Exchange Web Services: the SOAP 1.1 envelope, the request
// and response types of the operations matchseal uses, and a small client.
//
// It owns the wire: decoding and encoding in both directions, so that a server
// and a client share one set of types, the limits placed on foreign XML,
// response codes and faults in the form Exchange sends them, and the rule that
// an element newer than the version a peer asked for is never sent.
//
// It does not own authentication (that is the RoundTripper's of the
// [net/http.Client] passed in), mailboxes (it neither stores nor checks
// anything), retries (it reports how long a server asks to wait), or HTTP
// serving (it reads an [io.Reader] and writes an [io.Writer]).
//
// # Serving
//
// [DecodeRequest] reads a request. Its error is always a [*Fault] that
// [EncodeFault] writes back. [EncodeResponse] writes a response.
//
// # Calling
//
// A [Client] has one method per operation.
package ews
