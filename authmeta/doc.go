// Package authmeta reads, writes, serves and fetches the metadata document of
// server-to-server OAuth: the small JSON document with which Exchange, Skype
// for Business (Lync), SharePoint and a token server tell each other who they
// are and which certificates their tokens are signed with.
//
//	https://autodiscover.contoso.com/autodiscover/metadata/json/1   Exchange
//	https://pool01.contoso.com/metadata/json/1                      Skype for Business
//
// # What a document says
//
// A principal (application id and realm), its signing certificates and, for a
// token server, where tokens are issued. Two spellings exist: Exchange writes
// keyvalue, and surrounds the core with id, version, name, allowedAudiences and
// endpoints; Skype for Business writes keyValue and the core only. [Parse]
// reads both, in any letter case and order, within limits, and refuses what
// leaves room for two readings. [Document.Marshal] writes each product's exact
// spelling and member order.
//
// # What this package owns
//
// The document's forms and rules, [Diff] between two readings, [Explain] for
// people, a [Handler] that serves a document and tells who read it, the
// [Introduction] of a reader, and a [Fetcher] that gets a document and says in
// plain words why it could not: a wrong path, a log-on page, the wrong product,
// an expired key, or which part of TLS failed.
//
// # What it does not own
//
// Who is trusted and how often documents are read again, when a certificate is
// current, tokens themselves (package s2s), and the TLS trust of the
// *http.Client it is given. It starts nothing and keeps no global state.
package authmeta
