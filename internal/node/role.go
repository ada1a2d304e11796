package node

import (
	"cmp"
	"context"
	"crypto"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/config"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/profile"
	"github.com/matchseal/matchseal/internal/readers"
	"github.com/matchseal/matchseal/internal/settings"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/telemetry"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2shttp"
)

// role is one running server role: what all roles have in common.
type role struct {
	name     string
	cfg      config.Role
	profile  profile.Profile
	node     *Node
	log      *slog.Logger
	metrics  *telemetry.Metrics
	db       *store.DB
	settings *settings.Store
	journal  *journal.Journal
	keyring  *keyring.Keyring
	partners *partner.Store
	readers  *readers.Store
	out      *outbound.Client
	seen     *s2s.SignatureCache

	// principal and hosts are the role's own identity, as its settings say
	// now.
	principal func(context.Context) (s2s.Principal, error)
	hosts     func(context.Context) ([]string, error)

	// shown is the TLS certificate of the role's listeners; nil before they are
	// bound.
	shown *tlsFiles

	routes routes
	loops  []loop
}

// loop is a background activity; it returns when its context ends.
type loop struct {
	name string
	run  func(context.Context) error
}

// seenTokens is how many verified signatures are remembered.
const seenTokens = 10_000

func (n *Node) openRole(ctx context.Context, rc config.Role) (*role, error) {
	p, err := profile.Of(profile.Role(rc.Role))
	if err != nil {
		return nil, err
	}
	r := &role{
		name: rc.Role, cfg: rc, profile: p, node: n, log: n.log.With("role", rc.Role),
		metrics: n.metrics.With("role", rc.Role), seen: s2s.NewSignatureCache(seenTokens),
	}
	// The queue's quick recovery after a crash relies on nobody else using
	// the file; a shared PostgreSQL recovers by leases instead.
	if r.db, err = store.OpenWith(ctx, rc.Database, store.Options{Exclusive: true}); err != nil {
		return nil, fmt.Errorf("opening its store: %w", err)
	}
	n.closers = append(n.closers, r.db.Close)
	if err := r.db.Check(ctx); err != nil {
		return nil, fmt.Errorf("checking its store: %w", err)
	}
	if r.settings, err = settings.New(r.db, n.now); err != nil {
		return nil, err
	}
	if r.journal, err = journal.New(r.db, n.now); err != nil {
		return nil, err
	}
	if r.keyring, err = keyring.New(r.db, n.box, n.now, rollovers(), r.slowest); err != nil {
		return nil, err
	}
	if r.out, err = n.client(); err != nil {
		return nil, err
	}
	switch p.Role {
	case profile.Exchange:
		err = r.openExchange(ctx)
	case profile.Skype:
		err = r.openSkype(ctx)
	case profile.STS:
		err = r.openSTS(ctx)
	}
	if err != nil {
		return nil, err
	}
	if err := r.beginKeyring(ctx); err != nil {
		return nil, err
	}
	keeper, err := r.keeper()
	if err != nil {
		return nil, err
	}
	r.loops = append(r.loops,
		loop{"partner refresh", r.partners.Run},
		loop{"metadata readers", r.readers.Run},
		loop{"certificates", keeper.Run},
		loop{"journal retention", func(ctx context.Context) error {
			r.journal.Run(ctx, journal.Retention{Age: 90 * 24 * time.Hour, Count: 1_000_000}, func(err error) { r.log.Warn("pruning the journal failed", "error", err) })
			return nil
		}})
	return r, r.listen()
}

// beginKeyring gives a new role the signing certificate that the products'
// set-up makes for them. One that an administrator took away stays away.
func (r *role) beginKeyring(ctx context.Context) error {
	subject := r.profile.CertificateSubject
	if subject == "" {
		subject = r.cfg.Domains[0]
	}
	begun, err := r.keyring.Begin(ctx, keyring.Request{
		Subject: "cn=" + subject, DomainNames: []string{r.cfg.FQDN},
		Options: keyring.Options{FriendlyName: subject, Services: r.profile.CertificateServices(), Exportable: true},
	})
	if err != nil {
		return fmt.Errorf("making its first signing certificate: %w", err)
	}
	if begun {
		r.log.Info("made the role's first signing certificate", "subject", subject)
	}
	return nil
}

// openPartners needs the role's identity, so each role calls it once it has
// one. Whom the role trusts and who reads its document belong together.
func (r *role) openPartners() (err error) {
	if err = r.openReaders(); err != nil {
		return err
	}
	r.partners, err = partner.New(partner.Config{
		DB: r.db, Fetcher: authmeta.Fetcher{HTTP: r.out.HTTP(), Now: r.node.now, Agent: r.introduction},
		Own: r.principal, Journal: r.journal, Now: r.node.now, Organisation: r.organisation(), Log: r.log,
	})
	return err
}

func (r *role) organisation() string {
	if r.cfg.Organisation != "" {
		return r.cfg.Organisation
	}
	return r.cfg.Domains[0]
}

// metadata is the document that the role publishes.
func (r *role) metadata(ctx context.Context) (authmeta.Document, error) {
	p, err := r.principal(ctx)
	if err != nil {
		return authmeta.Document{}, err
	}
	published, err := r.keyring.Published(ctx)
	if err != nil {
		r.log.Error("the metadata document can not be served", "error", err)
		return authmeta.Document{}, authmeta.ErrNoKey
	}
	host := r.cfg.FQDN
	if len(r.cfg.Hosts) > 0 {
		host = r.cfg.Hosts[0]
	}
	now := r.node.now()
	d := authmeta.New(r.profile.Metadata, p, "https://"+host+r.profile.MetadataPath, now, published...)
	slots, err := r.keyring.State(ctx)
	d.Refresh = slots.Wish(now, rollovers())
	return d, err
}

// verifier is how the role judges tokens, with the identity it has now.
func (r *role) verifier(ctx context.Context, users s2s.Users) (s2s.Verifier, error) {
	p, err := r.principal(ctx)
	if err != nil {
		return s2s.Verifier{}, err
	}
	hosts, err := r.hosts(ctx)
	if err != nil {
		return s2s.Verifier{}, err
	}
	return s2s.Verifier{
		App: p.App, Hosts: hosts, Realms: map[s2s.Realm]string{p.Realm: r.organisation()},
		Trust: r.partners, Users: users, Now: r.node.now, Seen: r.seen,
	}, nil
}

// caller is the HTTP client that signs as this role. bind says which partner
// is behind a host; a token goes nowhere else. Redirects are left to the
// callers: none of them may carry a token along. heard is told of every step,
// beside the audit.
func (r *role) caller(bind func(ctx context.Context, host string) (string, bool), heard ...func(context.Context, s2shttp.TraceEvent)) *http.Client {
	plain := r.out.HTTP()
	return &http.Client{
		Timeout:       plain.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &s2shttp.Transport{
			Base: plain.Transport, Target: r.partners.Targets(bind), Self: r.self, Now: r.node.now,
			Trace: func(ctx context.Context, e s2shttp.TraceEvent) {
				r.auditIssued(ctx, e)
				for _, h := range heard {
					h(ctx, e)
				}
			},
		},
	}
}

// auditIssued leaves a line of every token that goes out. Its hash is that in
// the audit of whoever received it.
func (r *role) auditIssued(ctx context.Context, e s2shttp.TraceEvent) {
	if e.Kind != s2shttp.TraceIssue {
		return
	}
	kind := s2s.AppOnly
	if e.User != (s2s.UserClaims{}) {
		kind = s2s.ActAsUser
	}
	r.log.InfoContext(ctx, "issued a token", "kind", string(kind), "audience", e.Audience.String(), "user", cmp.Or(e.User.UPN, e.User.SMTP),
		"key", e.Key.String(), "hash", e.TokenHash, "expires", e.Expires.UTC())
}

func (r *role) self(ctx context.Context) (s2s.Principal, *s2s.Signer, error) {
	p, err := r.principal(ctx)
	if err != nil {
		return p, nil, err
	}
	signer, err := r.keyring.Signer(ctx)
	return p, signer, err
}

// partnerAt finds the partner that a host belongs to: the host of its
// metadata document, or a host below its realm or a domain that the
// administrator named. Who is at the other end of the connection is proved by
// TLS; this says whether that one may get a token at all.
func (r *role) partnerAt(ctx context.Context, host string, app s2s.AppID, domains []string) (string, bool) {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	known, err := r.partners.List(ctx)
	if err != nil {
		return "", false
	}
	for _, p := range known {
		if u, err := url.Parse(p.MetadataURL); err == nil && u.Hostname() != "" && strings.EqualFold(u.Hostname(), name) {
			return p.Name, true
		}
	}
	for _, p := range known {
		if p.App != app {
			continue
		}
		for _, d := range append([]string{string(p.Realm)}, domains...) {
			if below(name, d) {
				return p.Name, true
			}
		}
	}
	return "", false
}

// below reports whether host is domain or inside it. What is no host name is
// nowhere, whatever it ends in.
func below(host, domain string) bool {
	domain = strings.TrimPrefix(domain, "*.")
	if strings.Trim(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._") != "" {
		return false
	}
	return domain != "" && (strings.EqualFold(host, domain) || strings.HasSuffix(strings.ToLower(host), "."+strings.ToLower(domain)))
}

// listen binds the role's addresses with its TLS certificate, which has to
// cover the names the role is published under.
func (r *role) listen() error {
	var err error
	r.shown, err = openTLSFiles(&tlsFiles{
		cert: r.cfg.TLSCert, key: r.cfg.TLSKey, where: fmt.Sprintf("The listeners of the %s role on the node %s", r.name, r.node.cfg.Node),
		box: r.node.box, now: r.node.now, tell: r.tellOfTLS,
	})
	if err != nil {
		return fmt.Errorf("loading its TLS certificate: %w", err)
	}
	r.loops = append(r.loops, loop{"files of the TLS certificate", r.shown.run})
	r.warnNames(r.shown.current().Leaf)
	handler := telemetry.Middleware(telemetry.ServerConfig{Metrics: r.metrics, Log: r.log, Now: r.node.now, Route: func(q *http.Request) string {
		return routeName(canonicalPath(q.URL.Path))
	}})(secured(&r.routes))
	for _, address := range r.cfg.Listen {
		l, err := listenTLS(address, r.shown)
		if err != nil {
			return err
		}
		r.node.servers = append(r.node.servers, newServer(r.name, l, handler, r.log))
		r.node.closers = append(r.node.closers, func() error { l.Close(); return nil })
	}
	return nil
}

// tellOfTLS has the role's event log tell of its TLS certificate.
func (r *role) tellOfTLS(ctx context.Context, e journal.Event) {
	if err := r.journal.Log(ctx, e); err != nil {
		r.log.ErrorContext(ctx, "writing an event", "error", err, "event", e.Text)
	}
	if e.ID == eventTLSRead {
		r.warnNames(r.shown.current().Leaf)
	}
}

// listenerCertificate is what the listeners show; nil before they are bound.
func (r *role) listenerCertificate() *x509.Certificate {
	if r.shown == nil {
		return nil
	}
	return r.shown.current().Leaf
}

// copyListenerCertificate lets the TLS certificate sign tokens too (000-22).
// The key does not become exportable: its file is the way to copy it.
func (r *role) copyListenerCertificate(ctx context.Context) error {
	shown := r.shown.current()
	key, ok := shown.PrivateKey.(crypto.Signer)
	if !ok {
		return fmt.Errorf("the key of the TLS certificate is a %T", shown.PrivateKey)
	}
	_, err := r.keyring.Add(ctx, shown.Leaf, key, keyring.Options{FriendlyName: "copy of the web services' certificate"})
	return err
}

// rootOf says who vouches for a certificate. Those above the listeners' own are
// known; a store of signing certificates has none.
func (r *role) rootOf(c *x509.Certificate) certs.Root {
	var above []*x509.Certificate
	for _, der := range r.shown.current().Certificate {
		if a, err := x509.ParseCertificate(der); err == nil {
			above = append(above, a)
		}
	}
	return r.node.roots.Of(c, above, r.node.now())
}

// warnNames tells early what a peer would otherwise find out late.
func (r *role) warnNames(leaf *x509.Certificate) {
	if leaf == nil {
		return
	}
	for _, host := range append([]string{r.cfg.FQDN}, r.cfg.Hosts...) {
		name, _, err := net.SplitHostPort(host)
		if err != nil {
			name = host
		}
		if err := leaf.VerifyHostname(name); err != nil {
			r.log.Warn("the TLS certificate does not cover a name this role is published under; peers that use the name will refuse the connection", "name", name, "certificate", leaf.DNSNames)
		}
	}
}

// routeName keeps the label of the metrics to a small set.
func routeName(path string) string {
	for _, p := range []string{"/autodiscover/metadata", "/autodiscover", "/ews", "/metadata", "/ucwa", "/storage"} {
		if strings.HasPrefix(path, p) {
			return p
		}
	}
	return "other"
}

// ready says whether the role could serve now.
func (r *role) ready(ctx context.Context) error {
	if err := r.db.Ping(ctx); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if _, err := r.keyring.Signer(ctx); err != nil {
		return fmt.Errorf("signing certificate: %w", err)
	}
	return nil
}
