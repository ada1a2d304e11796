// Package ews speaks Exchange Web Services: the SOAP 1.1 envelope, the request
// and response types of nine operations (GetFolder, FindFolder, CreateFolder,
// FindItem, GetItem, CreateItem, UpdateItem, DeleteItem, ConvertId), and a
// small client.
//
// It owns the wire: decoding and encoding in both directions, so that a server
// and a client share one set of types; the limits placed on foreign XML;
// response codes and faults in the form Exchange sends them; which property
// belongs to which shape; and the rule that an element newer than the version a
// peer asked for is never sent.
//
// It does not own authentication (that is the RoundTripper's of the
// [net/http.Client] passed in), mailboxes (it stores nothing and checks no
// rights), retries (it reports how long a server asks to wait), or HTTP serving
// (it reads an [io.Reader] and writes an [io.Writer]).
//
// # Serving
//
// [DecodeRequest] reads a request. Its error is always a [*Fault] that
// [EncodeFault] writes back with [Fault.HTTPStatus]. [EncodeResponse] writes a
// response; an operation the server does not have is answered with a
// [FailedResponse]. Every answer has the Content-Type [ContentType]. A response
// holds one message per part of the request, in order, failed parts included:
// [Failed] makes the outcome of those. [ItemShape.Select], [FolderShape.Select]
// and [FieldUpdate.Apply] spare a server a table of property names.
//
// # Calling
//
// A [Client] has one method per operation.
//
// # The XML underneath
//
// The reader is a scanner of the package's own, not encoding/xml, for two
// reasons. Limits have to act before memory is spent, and encoding/xml hands
// over an element only after it has collected all its attributes, however many.
// And it is cheaper: the request this package exists for, a CreateItem of
// 4.9 KB, takes 25 µs and 31 allocations, against 85 µs and 263 for reading
// its bare tokens with encoding/xml and 150 µs and 339 for decoding it into
// tagged structs (see the benchmarks; two shared cores). The scanner reads what
// SOAP 1.1 allows and nothing else, and a fuzz target holds it against
// encoding/xml: what it accepts, the standard library accepts with the same
// meaning. The one deliberate difference: characters that XML forbids are
// dropped on reading, because Exchange itself sends them in subjects and
// bodies, and never written.
package ews
