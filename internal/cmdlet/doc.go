// Package cmdlet holds the commands of the three management shells: those of
// Exchange, of Skype for Business, and of the cloud directory.
//
// What a command takes and puts out is data, in table/*.json, one row per
// command; what it does is one function, in the file of its noun, and does it
// through the management API alone. So the shells work the same on this
// machine and from another one.
//
// It owns the rows, the functions, the texts of the products' commands, their
// views, and the folders and variables their shells start with. It knows no
// grammar and no parameter binding (package shell), decides nothing about the
// deployment (the node does) and never touches a role's store.
package cmdlet
