// Package directory holds users and groups: the one thing that all server
// roles of a deployment share, as the products share Active Directory.
//
// It owns the users with their four identifiers (UPN, primary SMTP address,
// SIP address, SID), the groups and who is in them, the passwords, the
// protected accounts that no application may act for, and the parsing of
// addresses that people type. It has a store of its own; every node process
// that needs the directory opens it, several at once.
//
// It does not own which roles an account has on a server (rbac), which of the
// users have a mailbox (mailbox) or are enabled for SIP (skype), the limit on
// failed log-ons (the door that asks), or operators' sessions (adminserver).
//
// # Organisations
//
// Every user and every group belongs to exactly one organisation, which has
// one domain, as a forest of one domain has. Group membership, the search for
// the user of a token, and account names stay inside it. An organisation comes
// into being with its first account, together with the built-in groups.
//
// # Identity
//
// Names and addresses are compared after folding ASCII letters and in no
// other way, so that two names that merely look alike never meet. UPN and SID
// belong to one account of the whole directory, an account name to one account
// of its organisation. E-mail and SIP addresses can belong to several accounts,
// as they can where forests were brought together; who looks for exactly one
// user then gets an error that names them all.
//
// # Another source
//
// An LDAP directory can take this one's place later. Directory is a concrete
// type until then. What the rest of the program asks of it while it serves
// requests is little: [Directory.Find] and [Directory.User] to look up,
// [Directory.Resolve] for what an operator types, [Directory.Verify] for a
// password, [Directory.MemberOf] for groups, and [TokenUsers] for the users of
// tokens. The rest (AddUser, SetUser, AddMember, …) is administration and is
// done with the other directory's own tools.
package directory
