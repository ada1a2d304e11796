// Package profile says what makes one server role differ from another: its
// application id, where and in which spelling it publishes its metadata
// document, how it words a challenge. A role is this data over shared code.
// It also has the rules for the identity that an administrator may give a role.
//
// It keeps no settings; what an administrator changes lives in the role's
// store, not here.
package profile
