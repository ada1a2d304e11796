// Package node turns a boot file into running servers: it opens stores and
// keys, builds each role from domain packages and faces, binds listeners, and
// starts and stops everything in the right order. There is one file per role,
// which is the role's wiring diagram.
//
// Each role instance of a node has its own store, keyring, settings, partners
// and HTTP client; nothing is shared between two roles but the directory
// (which all servers of a deployment share) and the process itself.
//
// It owns no rule of a protocol or product: a decision found here is in the
// wrong room.
package node
