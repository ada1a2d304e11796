// Package exchange holds what belongs to the exchange role alone and is
// changed by its cmdlets: the auth configuration's realm and service name,
// the client access server with its service connection point, the virtual
// directories and what they accept, mail users (accounts with an address
// elsewhere), and the work of the script that makes a whole product a partner
// (account, role assignments, partner application).
//
// It does not own keys (keyring), partner applications (partner), role
// assignments (rbac) or mailboxes (mailbox); it brings them together. It
// opens no listener.
package exchange
