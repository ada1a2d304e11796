// Package storagesvc is the Storage Service of the skype role: it takes
// conversations in, keeps them until they are safe, and writes each into the
// Conversation History folder of every local user who took part.
//
// # How a conversation travels
//
// Store puts the conversation and one delivery per mailbox into the role's
// database, together with one queue job per delivery, in one transaction. A
// worker takes the job, asks Autodiscover (GetUserSettings at the configured
// URL, 001-04) where the user's mailbox is, creates the item there through
// EWS with an act-as token, and marks the delivery done when Exchange has
// acknowledged it. Some days later the conversation is forgotten.
//
// # Exactly one item
//
// Delivery is at-least-once, the item is exactly once: the delivery's id
// travels in an extended property of the item, an attempt is counted before
// it is made, and every later attempt first looks for an item with that id. It
// does not matter which of the two servers is killed, or when. What remains is
// a server that commits a request long after its connection was gone; the next
// attempt gives it time (2 seconds, after a time-out as long as an attempt may
// take) and removes copies that it finds.
//
// # What a failure does
//
// The catalogue's retry class decides. Faults of the deployment (no network,
// no trust, wrong URL, OAuth switched off, a role missing) are tried again
// with growing pauses until GiveUpAfter, because an administrator heals them;
// when the path works again, whatever waits goes at once. Faults of one user
// (no such mailbox, disabled, not enabled for SIP) end at once as a dead
// letter, which can be listed and requeued. Failures and recoveries appear in
// the event log as 32053, 32054 and 32048, each when it begins.
//
// # What it does not own
//
// How a token is made or sent (the *http.Client it is given does that, for
// the user named in the request's context), who is enabled for SIP, where
// settings are kept, and any listener. The queue is River, the only place
// where the project uses it; its tables live in the role's own database.
//
// # Where things are
//
// service.go takes conversations in; deliver.go is one attempt and what
// follows from it; exchange.go speaks to Exchange; failure.go gives its
// failures their codes; events.go is the event log; connectivity.go holds the
// tests, Test-CsExStorageConnectivity and Test-CsExStorageNotification; queue.go is River; ledger.go records outcomes.
package storagesvc
