package outbound

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
)

// dial opens a connection. The address policy sits where the socket is about
// to connect, so that it judges the address that is dialled and not an
// earlier answer of the resolver.
func (c *Client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if to, ok := c.opts.Connect[strings.ToLower(address)]; ok {
		address = to
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("address %q: %w", address, err)
	}
	d := net.Dialer{
		Timeout:  min(connectTimeout, c.opts.Timeout),
		Resolver: c.resolver,
		ControlContext: func(_ context.Context, _, resolved string, _ syscall.RawConn) error {
			return c.checkAddress(host, resolved)
		},
	}
	conn, err := d.DialContext(ctx, network, net.JoinHostPort(c.absolute(host), port))
	return conn, c.asked(err)
}

// asked puts the DNS server that was really asked into an error of the
// resolver, which always names the system's.
func (c *Client) asked(err error) error {
	var failed *net.DNSError
	if c.opts.Resolver != "" && errors.As(err, &failed) {
		failed.Server = c.opts.Resolver
	}
	return err
}

// checkAddress refuses addresses at which no partner can be. Link-local ones
// never pass: cloud platforms hand out their secrets at 169.254.169.254.
func (c *Client) checkAddress(host, resolved string) error {
	ap, err := netip.ParseAddrPort(resolved)
	if err != nil {
		return fmt.Errorf("address %q: %w", resolved, err)
	}
	addr := carried(ap.Addr())
	switch {
	case addr.IsLoopback() && c.opts.AllowLoopback:
		return nil
	case addr.IsLoopback():
		return &AddressError{Host: host, Addr: addr, Why: "this computer itself (loopback)"}
	case addr.IsUnspecified(), addr.IsMulticast(), addr.IsLinkLocalUnicast(), addr.Is4() && (addr.As4()[0] == 0 || addr.As4()[0] >= 240):
		return &AddressError{Host: host, Addr: addr, Why: "no address of a server (link-local, multicast or unspecified)"}
	}
	return nil
}

// carried is the address that the network will call: IPv6 has several forms
// that a host or a gateway turns into the IPv4 address inside.
func carried(addr netip.Addr) netip.Addr {
	addr = addr.Unmap()
	if !addr.Is6() || addr.IsLoopback() || addr.IsUnspecified() {
		return addr
	}
	b := addr.As16()
	switch {
	case [12]byte(b[:12]) == [12]byte{}, // IPv4-compatible, RFC 4291 2.5.5.1
		[12]byte(b[:12]) == [12]byte{0x00, 0x64, 0xff, 0x9b}: // NAT64, RFC 6052
		return netip.AddrFrom4([4]byte(b[12:]))
	case b[0] == 0x20 && b[1] == 0x02: // 6to4, RFC 3056
		return netip.AddrFrom4([4]byte(b[2:6]))
	}
	return addr
}

// dialTLS opens a connection and shakes hands. It is ours and not the
// transport's because trust is decided per host, and because a failure must
// keep the certificates that the server sent: they are what the administrator
// has to see.
func (c *Client) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := serverOf(address)
	if err != nil {
		return nil, err
	}
	raw, err := c.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, c.tlsConfig(host, port))
	ctx, cancel := context.WithTimeout(ctx, min(handshakeTimeout, c.opts.Timeout))
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		raw.Close()
		return nil, c.handshakeError(host, raw.RemoteAddr(), err)
	}
	return conn, nil
}

// serverOf is the name a server is called by, and its port.
func serverOf(address string) (host, port string, err error) {
	host, port, err = net.SplitHostPort(address)
	if err != nil {
		return "", "", fmt.Errorf("address %q: %w", address, err)
	}
	return strings.ToLower(strings.TrimSuffix(host, ".")), port, nil
}

func (c *Client) tlsConfig(host, port string) *tls.Config {
	trust := c.trust(host, port)
	roots := trust.Roots
	config := &tls.Config{
		ServerName: host,
		RootCAs:    roots,
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2", "http/1.1"},
		Time:       c.opts.Now,
	}
	if len(trust.Pins) > 0 {
		// The standard verification cannot accept one certificate as it is,
		// so it is done in VerifyConnection instead, after the pins.
		config.InsecureSkipVerify = true
		config.VerifyConnection = func(s tls.ConnectionState) error {
			return verifyPinned(s.PeerCertificates, trust.Pins, host, roots, c.opts.Now())
		}
	}
	return config
}

// trust is what holds for one server.
func (c *Client) trust(host, port string) Trust {
	var trust Trust
	if c.opts.Trust != nil {
		trust = c.opts.Trust(net.JoinHostPort(host, port))
	}
	if trust.Roots == nil {
		trust.Roots = c.opts.Roots
	}
	return trust
}

// verifyPinned accepts a pinned certificate within its dates and under its
// name, and any other that would have been accepted without a pin: when a
// server moves from its self-signed certificate to a proper one, nothing
// breaks.
func verifyPinned(chain []*x509.Certificate, pins []Pin, host string, roots *x509.CertPool, now time.Time) error {
	leaf := chain[0] // crypto/tls has refused an empty chain
	refuse := func(err error) error {
		return &tls.CertificateVerificationError{UnverifiedCertificates: chain, Err: err}
	}
	if i := slices.IndexFunc(pins, func(p Pin) bool { return p.matches(leaf) }); i >= 0 {
		if now.Before(leaf.NotBefore) || now.After(leaf.NotAfter) {
			return refuse(x509.CertificateInvalidError{Cert: leaf, Reason: x509.Expired})
		}
		if err := leaf.VerifyHostname(host); err != nil && !pins[i].AnyName {
			return refuse(&pinnedNameError{err})
		}
		return nil
	}
	between := x509.NewCertPool()
	for _, cert := range chain[1:] {
		between.AddCert(cert)
	}
	_, err := leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: roots, Intermediates: between, CurrentTime: now})
	if err != nil {
		return refuse(&pinError{err})
	}
	return nil
}

func (p Pin) matches(c *x509.Certificate) bool { return p.SHA256 == sha256.Sum256(c.Raw) }

func (c *Client) handshakeError(host string, remote net.Addr, err error) error {
	return &HandshakeError{
		Host:    host,
		Address: remote.String(),
		Cause:   certs.ExplainVerify(err, nil, host, c.opts.Now()),
		Err:     err,
	}
}
