// Package keyring holds the certificates a server role signs its tokens with.
//
// It owns the role's certificate store (certificates, private keys sealed at
// rest, friendly names, service labels, requests that wait for an authority),
// the three slots current, next and previous, and the rules of a rollover: when
// a certificate becomes current, which ones are published, which one signs,
// when the previous one can go.
//
// It does not own the making and the files of certificates (certs), the
// tokens (s2s), the metadata document (authmeta), or what a role believes
// about the keys of others (partner).
//
// # Signing is not TLS
//
// A signing certificate proves who wrote a token. The certificate a browser or
// a peer meets on port 443 proves which host it reached. They are two things:
// a signing certificate is self-signed by nature and pinned by its partners, a
// TLS certificate comes from an authority and is renewed on another calendar.
// The store keeps signing certificates apart from the TLS certificates of the
// listeners, which are files of the boot configuration. Services such as SMTP,
// IIS or Default are labels here: they say what an administrator wrote down,
// and no listener reads them. One certificate may serve both uses only when
// somebody assigns the listener's here, which brings a copy of it and its key
// (000-22); when the files are renewed, the copy stays what it is.
//
// # Slots
//
// The stored [State] and the time decide everything; there is no job that has
// to run for a staged certificate to take over. [State.At] says what time has
// done, [State.Published], [State.Signing] and [State.Accepted] what follows.
// Every change is a conditional write on the state's version, so that several
// nodes on one store agree, and roll once. [Keyring.Roll] writes down what time
// has done; the state means the same before and after.
//
//	phase      slots             published   signs
//	steady     current A         A           A
//	staged     A, next B at t    A, B        A
//	overlap    B, previous A     B, A        B
//	steady     B                 B           B
//
// A node reads the state from the store for each document it serves, so each
// has itself served a certificate as long as the state has held it.
//
// # Partners that read seldom
//
// A successor should have been published for 48 hours before it signs, or for
// two of the intervals at which the slowest partner reads. Who is slow is told
// by a function that the Keyring is given: a hint, which adds questions and
// takes none away.
//
// # Clocks
//
// Nodes go by their own clocks. A node whose clock is behind keeps signing
// with the previous certificate, which all of them publish. A change never
// dates itself before the one before it, within ten minutes of difference.
package keyring
