// Package s2s speaks the server-to-server OAuth tokens of Exchange, Skype for
// Business, SharePoint and their token server, as [MS-XOAUTH] describes them.
//
// # The protocol in one paragraph
//
// A server product is an application: a GUID ([AppID]) inside an organisation's
// [Realm]; together they are a [Principal]. It signs a short-lived actor token
// (RS256, the certificate named by x5t) for one audience, which is a principal
// with a host name in it. Sent alone, an actor token is an app-only call.
// Wrapped in an unsigned outer token that names a user, it is an act-as call.
// The receiver trusts an issuer because an administrator registered its
// metadata document, so the certificates are pinned and no chain is built.
//
// # What this package owns
//
// Identities and thumbprints as values that parse and print; making actor,
// act-as and assertion tokens ([Signer], [WrapActAs]); taking them apart for
// people ([Decode]); and the one decision that matters: [Verifier.Verify] walks
// the checks V1 to V25 in a fixed order and returns either a complete
// [Decision] or a [Refusal] with a typed [Reason], never both.
//
// # What it does not own
//
// HTTP (see s2shttp), metadata documents, the store of partners, the directory
// of users (it asks through [Trust] and [Users]), certificates' life, and
// the rights that an accepted caller has. It does no I/O of its own, starts
// nothing and keeps no global state.
//
// [MS-XOAUTH]: https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-xoauth/
package s2s
