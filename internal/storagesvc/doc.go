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
// acknowledged it.
//
// # Exactly one item
//
// Delivery is at-least-once, the item is exactly once: the delivery's id
// travels in an extended property of the item, the first attempt is recorded
// before it is made, and every later attempt first looks for an item with
// that id. It does not matter which of the two servers is killed, or when.
//
// # What a failure does
//
// The catalogue's retry class decides. Faults of the deployment (no network,
// no trust, wrong URL, OAuth switched off) are tried again with growing
// pauses until GiveUpAfter, because an administrator heals them; faults of
// the one delivery (no such mailbox, right refused) end at once as a dead
// letter, which can be listed and requeued. Failures and recoveries appear in
// the event log as 32053, 32054 and 32048.
//
// # What it does not own
//
// How a token is made or sent (the *http.Client it is given does that, for
// the user named in the request's context), who is enabled for SIP, where
// settings are kept, and any listener. The queue is River, the only place
// where the project uses it; its tables live in the role's own database.
package storagesvc
