package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
)

// Sight is what a server shows to whoever connects.
type Sight struct {
	Host, Address string // the name asked for; the address and port that answered
	Version       uint16 // of TLS, for example tls.VersionTLS13
	Cipher        uint16
	Chain         []*x509.Certificate // as it was sent, the server's own first
	// Pinned says that the server's own certificate is one of the pins.
	Pinned bool
	// Refused is why this client would not talk to the server: a
	// *HandshakeError, or nil.
	Refused error
}

// Look shakes hands with the server at host:port and sends nothing. When the
// handshake fails, it is begun a second time to see what there is to see, down
// to TLS 1.0, and broken off as soon as the certificates are here: a connection
// that is not verified never comes about. The error is that of the first
// attempt when nothing can be seen at all.
func (c *Client) Look(ctx context.Context, address string) (Sight, error) {
	host, port, err := serverOf(address)
	if err != nil {
		return Sight{}, err
	}
	s := Sight{Host: host}
	conn, err := c.dialTLS(ctx, "tcp", address)
	if err == nil {
		defer conn.Close()
		s.see(conn.(*tls.Conn).ConnectionState(), conn.RemoteAddr())
	} else {
		var shake *HandshakeError
		if !errors.As(err, &shake) || !c.peek(ctx, address, &s) {
			return Sight{}, err
		}
		s.Refused = err
	}
	for _, pin := range c.trust(host, port).Pins {
		s.Pinned = s.Pinned || pin.matches(s.Chain[0])
	}
	return s, nil
}

func (s *Sight) see(state tls.ConnectionState, at net.Addr) {
	s.Version, s.Cipher, s.Chain, s.Address = state.Version, state.CipherSuite, state.PeerCertificates, at.String()
}

// errSeen ends a handshake that has shown what it can.
var errSeen = errors.New("the certificates have been seen")

// peek reads the certificates of a server that is not believed.
func (c *Client) peek(ctx context.Context, address string, s *Sight) bool {
	raw, err := c.dial(ctx, "tcp", address)
	if err != nil {
		return false
	}
	defer raw.Close()
	ctx, cancel := context.WithTimeout(ctx, min(handshakeTimeout, c.opts.Timeout))
	defer cancel()
	// Whatever certificate comes, VerifyConnection refuses it: this handshake
	// cannot succeed.
	err = tls.Client(raw, &tls.Config{
		ServerName: s.Host, MinVersion: tls.VersionTLS10, CipherSuites: everyCipher(), InsecureSkipVerify: true,
		VerifyConnection: func(state tls.ConnectionState) error {
			s.see(state, raw.RemoteAddr())
			return errSeen
		},
	}).HandshakeContext(ctx)
	return err != nil && len(s.Chain) > 0
}

// everyCipher includes those that no connection of ours would use.
func everyCipher() []uint16 {
	var all []uint16
	for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		all = append(all, suite.ID)
	}
	return all
}
