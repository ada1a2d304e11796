// Package access is the door of every protected listener of a role.
//
// It owns what happens between the connection and the handler: the request-id
// of the answer; which schemes an endpoint takes just now (an administrator
// switches them per virtual directory); the order Bearer, Basic, nobody; the
// limits on failed attempts; the audit record of every credential that was
// accepted or refused; and the Caller that a handler finds in its context.
//
// It does not own the decision about a token (s2s), its challenge and
// diagnostics (s2s/s2shttp), who is trusted (partner), passwords and users
// (directory), roles (rbac), or the audit's storage (journal). What a caller
// may do with a resource is the handler's question; the door answers
// Caller.May for operations that roles speak of.
//
// # Failed attempts
//
// Each source address, and for passwords each account, has a budget of
// failures that refills with time. While it is used up, credentials from there
// are not looked at: the answer is 429 Too Many Requests with Retry-After and
// without a challenge. It is not 401, because a client takes a 401 as a reason
// to fetch a new token and try again at once. Requests without credentials, and
// refusals that concern the user or the rights of a partner whose signature
// was good, use up nothing. The budget of an account does not hold for an
// address from which its right password has come before, so that strangers
// cannot lock a user out.
//
// # Audit
//
// An accepted credential is recorded before the handler runs; if the record
// cannot be written the request is refused with 503. A refused one that cannot
// be recorded stays refused and goes to the log. What the record of a refused
// token says about issuer, application, user and key are the token's own
// claims.
package access
