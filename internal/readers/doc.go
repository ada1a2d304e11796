// Package readers remembers who has read a role's own metadata document.
//
// It owns the readings (who it says it is, from which address, when, which
// certificates the document held), the pause that a reader usually makes
// between two of them, which of them are kept and for how long, and its tables.
//
// It does not own the document and how a reader introduces itself (authmeta),
// whom the role trusts (partner), or the rules of a rollover (keyring).
//
// # A hint, not a proof
//
// The document is for everybody, so that nobody who reads it proves who he is:
// a reader writes into its request whatever it likes. What is kept here may be
// shown to an administrator, as somebody's own word and with the address it
// came from, and it may make a step more careful. Nothing is allowed because of
// it, and no question is left out.
//
// # What strangers can do
//
// Little. A reading costs memory only; the database is written once a minute
// for all of them. Readers that match no registered partner are kept in a
// number of their own, those that do not introduce themselves go first, and
// they never take the place of one that matches. Under a partner's principal a
// few addresses are kept, those that have been there longest: who pretends to be
// the partner stands beside it, with another address, and not in its place.
// From the partner's own address (behind one proxy) its readings cannot be told
// apart; then the partner may seem to read more often than it does, and what is
// asked is what would be asked if nothing was known.
package readers
