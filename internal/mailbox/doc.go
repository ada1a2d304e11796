// Package mailbox keeps mailboxes: folders, items and their properties.
//
// It owns the tables whose names begin with "mailbox", the rules of a mailbox
// (which default folders exist, what may be deleted, how an article number
// grows, when a change key is stale, what a restriction means), the opaque
// ids that clients hold, and the translation between an item's properties and
// its MIME form. It is protocol-neutral: nothing here knows SOAP, HTTP or a
// token, and no result depends on who asks.
//
// It does not own users (internal/directory does), the decision whether a
// caller may do something (internal/access and the faces do), or transport:
// an item is stored here, never sent.
//
// # Model
//
// A mailbox belongs to one directory user. Every object carries a random
// GUID; what clients see is that GUID with the mailbox's and a keyed checksum
// (see id.go). Every write raises the mailbox's change number, and the number
// of an object's last change is its change key.
//
// A property has either a native field (subject, flags, sizes, times: see
// field.go) or is an extended property, which is stored and returned exactly
// as it was given. A property tag that has a native field is an alias of it,
// so that tag 0x0037 and the subject never disagree.
//
// # Durability
//
// A write returns only after its transaction is on disk. A context that ends
// before the commit leaves nothing behind.
package mailbox
