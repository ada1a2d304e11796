// Package certs makes, stores, moves and explains X.509 certificates and
// private keys.
//
// It owns: self-signed signing certificates and requests for others, the small
// authority of the one-machine lab, private keys sealed at rest (Box), PEM, PFX
// and PKCS#7 files and their permissions, pools of trusted authorities, pins of
// single servers, certificates and chains in words (Look, Inspect, Trace,
// Judge: pure functions that decide nothing), and the sentence that says why a
// server certificate was refused.
//
// It does not own when a signing certificate is current (keyring), who is
// trusted as a partner (partner), thumbprints and token signatures (s2s), or
// the TLS connection itself (outbound).
package certs
