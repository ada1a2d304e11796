// Package adminserver is the face of the management API: it authenticates
// operators, decodes calls, asks the domain packages, and encodes what they
// say. The vocabulary is adminapi's; there is one file per area of it.
//
// Two doors lead in. The socket file of mode 0600 is for who may open it: it
// may act for any operator. The TLS listener wants an operator's log-on with
// a password. Both end in a session that holds the operator's groups as they
// were at log-on, which is when membership counts (003-13). Reading is open to
// administrators of either side, changing to those of the side in question. A
// change that no domain package puts on record under the operator's name is
// put on record here (EventChange), without the passwords and files in it.
//
// It decides nothing about partners, keys or mailboxes, and opens no
// listener itself.
package adminserver
