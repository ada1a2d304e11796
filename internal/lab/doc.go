// Package lab is a whole deployment on one machine: a certificate authority,
// an authoritative DNS server, a directory with users, an exchange node and a
// skype node, each node with its own store, keys, settings and listeners.
//
// It sets the deployment up as an administrator would, by the same management
// calls, and prints each step as the command line that does it. The nodes are
// ordinary nodes started from ordinary configuration files; they may run in
// this process or each in one of its own, and know no more of each other than
// servers on two machines would.
//
// It does not own what a role does (node and below), and it is never part of
// a real deployment.
package lab
