// Package partner keeps whom one server role trusts: its partner applications,
// the authorisation servers whose tokens it takes, and the certificates that
// either may sign with.
//
// It owns
//   - the records and their rules: exactly one source of trust per record, no
//     two records equal after folding, nobody is a partner of himself;
//   - the first import of a metadata document, which pins the identity (id and
//     realm) it names, and the refresh, which may change keys but never who
//     somebody is;
//   - the answer to "whose key is this?" that token verification asks
//     (s2s.Trust), read from memory and at most a second behind the store;
//   - the deny list of certificates, which stands above everything.
//
// The refresh has three parts that do not know each other's business: the
// client (authmeta.Fetcher) gets one document, the updater (update.go) compares
// it with what is stored and stores the outcome, the manager (schedule.go)
// decides when.
//
// It does not own the format of metadata documents (authmeta), the order of
// token checks (s2s), the rights of an application (rbac), the linked account's
// existence (directory), nor this role's own keys (keyring). It never opens a
// connection of its own: the Fetcher it is given does.
package partner
