package outbound

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	defaultTimeout   = 30 * time.Second
	connectTimeout   = 10 * time.Second
	handshakeTimeout = 10 * time.Second
	idleTimeout      = 90 * time.Second
	idlePerHost      = 16
	idleAll          = 128
	maxHeaderBytes   = 64 << 10
	maxRedirects     = 3
)

// Options configures a Client. The zero value trusts the authorities of the
// operating system, asks its resolver and calls no loopback address.
type Options struct {
	// Roots are the authorities trusted for TLS; nil means those of the
	// operating system.
	Roots *x509.CertPool
	// Trust gives what a single server is trusted by beyond Roots. It is asked
	// at every handshake, so that a changed setting takes effect at once. The
	// address is host:port of the URL, in lower case. May be nil.
	Trust func(address string) Trust
	// Resolver is the host:port of a DNS server; "" means the system's.
	Resolver string
	// Connect sends connections elsewhere: "mail.litware.test:443" to
	// "127.0.0.2:8443", like curl --connect-to. Names on certificates and in
	// requests stay those of the URL.
	Connect map[string]string
	// AllowLoopback permits calls to this computer itself.
	AllowLoopback bool
	// Timeout bounds one exchange with its redirects and the reading of the
	// body; 0 means 30 seconds.
	Timeout time.Duration
	// Now is the clock that certificates are judged by; nil means time.Now.
	Now func() time.Time
}

// Trust is what one server is trusted by in addition to the authorities that
// hold for all.
type Trust struct {
	// Roots, when not nil, takes the place of Options.Roots for this server;
	// certs.LoadPool makes one from the system's authorities and a CA file.
	Roots *x509.CertPool
	// Pins are server certificates that are accepted whoever issued them,
	// until they expire.
	Pins []Pin
}

// Pin is one server certificate that somebody has looked at and vouches for.
type Pin struct {
	SHA256 [sha256.Size]byte // of the certificate in DER form
	// AnyName accepts the certificate although it is made out to another name
	// than the server is called by.
	AnyName bool
}

// Client calls other servers. It is safe for use by several goroutines.
type Client struct {
	opts     Options
	resolver *net.Resolver
	http     *http.Client
}

// New makes a client; it opens no connection and starts nothing.
func New(o Options) *Client {
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	connect := make(map[string]string, len(o.Connect))
	for from, to := range o.Connect {
		connect[strings.ToLower(from)] = to
	}
	o.Connect = connect
	c := &Client{opts: o, resolver: newResolver(o.Resolver)}
	c.http = &http.Client{
		Timeout:       o.Timeout,
		CheckRedirect: checkRedirect,
		Transport: &http.Transport{
			// No proxy from the environment: behind one, the address policy
			// would judge the proxy's address and not the server's.
			Proxy:                  nil,
			DialContext:            c.dial,
			DialTLSContext:         c.dialTLS,
			ForceAttemptHTTP2:      true,
			MaxIdleConns:           idleAll,
			MaxIdleConnsPerHost:    idlePerHost,
			IdleConnTimeout:        idleTimeout,
			ResponseHeaderTimeout:  o.Timeout,
			ExpectContinueTimeout:  time.Second,
			MaxResponseHeaderBytes: maxHeaderBytes,
		},
	}
	return c
}

// HTTP returns the client to make requests with. Redirects are followed up to
// three times, to the same host and over https only; any other ends in a
// RedirectError (and the answer that asked for it). A caller with a redirect
// policy of its own copies the client and sets CheckRedirect.
func (c *Client) HTTP() *http.Client { return c.http }

// CloseIdle closes connections that wait for use, for example after the trust
// in a host has been taken back.
func (c *Client) CloseIdle() { c.http.CloseIdleConnections() }

// LookupSRV finds the servers of a service, as net.Resolver does.
func (c *Client) LookupSRV(ctx context.Context, service, proto, name string) (string, []*net.SRV, error) {
	return c.resolver.LookupSRV(ctx, service, proto, c.absolute(name))
}

// LookupCNAME follows a name to its canonical one, as net.Resolver does.
func (c *Client) LookupCNAME(ctx context.Context, host string) (string, error) {
	return c.resolver.LookupCNAME(ctx, c.absolute(host))
}

// LookupHost finds the addresses of a host, as net.Resolver does.
func (c *Client) LookupHost(ctx context.Context, host string) ([]string, error) {
	return c.resolver.LookupHost(ctx, c.absolute(host))
}

func newResolver(server string) *net.Resolver {
	if server == "" {
		return net.DefaultResolver
	}
	var d net.Dialer
	return &net.Resolver{
		PreferGo: true,
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return d.DialContext(ctx, network, server)
		},
	}
}

// absolute ends a name with a dot when we chose the DNS server ourselves: the
// system's search list belongs to the system's resolver, and would send
// questions about names nobody wrote.
func (c *Client) absolute(name string) string {
	if c.opts.Resolver == "" || name == "" || strings.HasSuffix(name, ".") || net.ParseIP(name) != nil {
		return name
	}
	return name + "."
}

// checkRedirect keeps a request, and whatever the caller put into its
// headers, at the host it was meant for.
func checkRedirect(next *http.Request, via []*http.Request) error {
	first := via[0].URL
	refuse := func(why string) error {
		return &RedirectError{From: first.Redacted(), To: next.URL.Redacted(), Why: why}
	}
	switch {
	case next.URL.Scheme != "https":
		return refuse("it does not lead to https")
	case hostPort(next.URL) != hostPort(first):
		return refuse("it leads to another host")
	case len(via) > maxRedirects:
		return refuse("it is one too many")
	}
	return nil
}

// hostPort is the place a URL leads to, in a form that compares.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}
	return strings.ToLower(u.Hostname()) + ":" + port
}
