// Package rbac says what the account of a partner application may do on a
// server role: the management roles, the operations each of them allows, and
// which account has which role.
//
// It owns the table of roles and operations, and the assignments, which it
// keeps in the role's own store: two servers that share a directory still give
// rights of their own.
//
// It does not own the accounts (directory), the partner application that is
// linked to one (partner), or the question whether a caller may do something
// with a certain mailbox or folder (the face that serves it, which asks
// access.Caller.May).
//
// # Operations
//
// An operation is named as EWS names it ("CreateItem"). A few names are not EWS
// operations but rights that cut across them: [Autodiscover], [RecoverableItems]
// and [Impersonate].
package rbac
