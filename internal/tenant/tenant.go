package tenant

import (
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/settings"
	"github.com/matchseal/matchseal/s2s"
)

// Tenant is who the organisation is in the cloud.
type Tenant struct {
	ID          string   // GUID; the realm of the tokens
	DisplayName string   // 001-08
	Domains     []string // the first is the default one
}

// Principal is a service principal: an application as the tenant knows it.
type Principal struct {
	App         s2s.AppID `json:"app"`
	ObjectID    string    `json:"objectId"` // GUID
	DisplayName string    `json:"displayName"`
	// Names are the application id, alone and with each host it is reached at:
	// 00000002-…, 00000002-…/mail.litware.test.
	Names                []string     `json:"names"`
	Addresses            []string     `json:"addresses,omitempty"`
	Enabled              bool         `json:"enabled"`
	TrustedForDelegation bool         `json:"trustedForDelegation,omitempty"`
	Credentials          []Credential `json:"credentials,omitempty"`
}

// Credential is a certificate that a service principal proves itself with.
type Credential struct {
	KeyID      string    `json:"keyId"`      // GUID
	KeyGroupID string    `json:"keyGroupId"` // GUID
	Start      time.Time `json:"start"`
	End        time.Time `json:"end"`
	Usage      string    `json:"usage"` // Verify or Sign
	DER        []byte    `json:"der"`
}

// Longest is the longest life of a credential (001-22).
const Longest = 366 * 24 * time.Hour

// principals are the service principals by application id.
func principals() settings.Kind[Principal] {
	return settings.Kind[Principal]{Name: "service-principal"}
}

// Config is what a directory is made from.
type Config struct {
	Settings *settings.Store
	// Domains are the organisation's, the default one first.
	Domains []string
	// DisplayName defaults to the default domain.
	DisplayName string
	Now         func() time.Time
	// NewID makes a GUID.
	NewID func() string
}

// Directory is one organisation's cloud directory.
type Directory struct{ cfg Config }

// New opens a directory and makes, the first time, the service principals that
// a tenant of Office 365 has from the start (001-16).
func New(ctx context.Context, cfg Config) (*Directory, error) {
	d := &Directory{cfg}
	for app, name := range map[s2s.AppID]string{
		s2s.ExchangeApp: "Office 365 Exchange Online", s2s.SharePointApp: "Office 365 SharePoint Online", s2s.SkypeApp: "Microsoft Lync Server",
	} {
		err := settings.Update(ctx, cfg.Settings, "set-up", principals(), string(app), func(old Principal, ok bool) (Principal, error) {
			if ok {
				return old, nil
			}
			return Principal{App: app, ObjectID: guid("principal", cfg.Domains[0], string(app)), DisplayName: name, Names: []string{string(app)}, Enabled: true}, nil
		})
		if err != nil {
			return nil, fmt.Errorf("making the service principal %s: %w", name, err)
		}
	}
	return d, nil
}

// guid is a GUID that is always the same for the same names.
func guid(names ...string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(strings.Join(names, "\x00"))))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// Tenant tells who the organisation is. Its id follows from its default
// domain, so that several nodes agree on it.
func (d *Directory) Tenant() Tenant {
	t := Tenant{ID: guid("tenant", d.cfg.Domains[0]), DisplayName: d.cfg.DisplayName, Domains: slices.Clone(d.cfg.Domains)}
	if t.DisplayName == "" {
		t.DisplayName = d.cfg.Domains[0]
	}
	return t
}

// Is says whether a name in a URL means this tenant: its id, display name or
// one of its domains.
func (d *Directory) Is(name string) bool {
	t := d.Tenant()
	return strings.EqualFold(name, t.ID) || strings.EqualFold(name, t.DisplayName) ||
		slices.ContainsFunc(t.Domains, func(domain string) bool { return strings.EqualFold(name, domain) })
}

// List gives all service principals by display name.
func (d *Directory) List(ctx context.Context) ([]Principal, error) {
	found, err := settings.List(ctx, d.cfg.Settings, principals())
	if err != nil {
		return nil, err
	}
	all := make([]Principal, 0, len(found))
	for _, f := range found {
		all = append(all, f.Value)
	}
	slices.SortFunc(all, func(a, b Principal) int { return strings.Compare(a.DisplayName, b.DisplayName) })
	return all, nil
}

// Selector names one service principal by one of the three.
type Selector struct{ App, ObjectID, Name string }

func (s Selector) String() string {
	for _, v := range []string{s.App, s.ObjectID, s.Name} {
		if v != "" {
			return v
		}
	}
	return "(none)"
}

func (s Selector) picks(p Principal) bool {
	switch {
	case s.App != "":
		return strings.EqualFold(s.App, string(p.App))
	case s.ObjectID != "":
		return strings.EqualFold(s.ObjectID, p.ObjectID)
	}
	return s.Name != "" && slices.ContainsFunc(p.Names, func(n string) bool { return strings.EqualFold(n, s.Name) })
}

// Find gives the service principal that is meant.
func (d *Directory) Find(ctx context.Context, s Selector) (Principal, error) {
	all, err := d.List(ctx)
	if err != nil {
		return Principal{}, err
	}
	for _, p := range all {
		if s.picks(p) {
			return p, nil
		}
	}
	return Principal{}, problem.New(problem.TenantNoPrincipal, "Service principal was not found: %s", s)
}

// change finds and rewrites one service principal.
func (d *Directory) change(ctx context.Context, by string, s Selector, fn func(*Principal) error) error {
	p, err := d.Find(ctx, s)
	if err != nil {
		return err
	}
	return settings.Update(ctx, d.cfg.Settings, by, principals(), string(p.App), func(old Principal, ok bool) (Principal, error) {
		if !ok {
			return old, problem.New(problem.TenantNoPrincipal, "Service principal was not found: %s", s)
		}
		old.Names, old.Credentials = slices.Clone(old.Names), slices.Clone(old.Credentials)
		return old, fn(&old)
	})
}

// Change holds what Set changes; nil keeps what is there.
type Change struct {
	DisplayName *string
	Names       []string
	Addresses   []string
	Enabled     *bool
}

// Set edits a service principal. Its own application id stays among its
// names, and no name may belong to another.
func (d *Directory) Set(ctx context.Context, by string, s Selector, c Change) error {
	all, err := d.List(ctx)
	if err != nil {
		return err
	}
	return d.change(ctx, by, s, func(p *Principal) error {
		if c.Names != nil {
			if err := checkNames(all, *p, c.Names); err != nil {
				return err
			}
			p.Names = c.Names
		}
		if c.Addresses != nil {
			p.Addresses = c.Addresses
		}
		if c.DisplayName != nil {
			p.DisplayName = *c.DisplayName
		}
		if c.Enabled != nil {
			p.Enabled = *c.Enabled
		}
		return nil
	})
}

// mostNames bounds the names of one service principal.
const mostNames = 500

func checkNames(all []Principal, p Principal, names []string) error {
	if len(names) > mostNames {
		return problem.New(problem.TenantName, "%d names; a service principal has at most %d", len(names), mostNames)
	}
	if !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, string(p.App)) }) {
		return problem.New(problem.TenantName, "the list leaves out the application's own id, %s", p.App)
	}
	for _, n := range names {
		app, host, found := strings.Cut(n, "/")
		if !strings.EqualFold(app, string(p.App)) || found && host == "" || strings.ContainsAny(n, " \t\r\n@") {
			return problem.New(problem.TenantName, "%q is not the application's id, nor the id, a slash and a host name", n)
		}
		for _, other := range all {
			if other.App != p.App && (Selector{Name: n}).picks(other) {
				return problem.New(problem.TenantName, "%q belongs to %s", n, other.DisplayName)
			}
		}
	}
	return nil
}

// NewCredential is what AddCredential takes.
type NewCredential struct {
	Type, Usage string     // Asymmetric; Verify
	Value       []byte     // the certificate, DER
	Start, End  *time.Time // nil: now, and a year later or the certificate's end
}

// AddCredential registers a certificate. It refuses what the product refuses:
// a start before today (001-21), more than a year (001-22), an end before the
// start; and it warns of dates outside the certificate's own.
func (d *Directory) AddCredential(ctx context.Context, by string, s Selector, n NewCredential) (warnings []string, err error) {
	if !strings.EqualFold(n.Type, "Asymmetric") || !strings.EqualFold(n.Usage, "Verify") {
		return nil, problem.New(problem.TenantCredential, "-Type %s -Usage %s: an application proves itself with a certificate here", n.Type, n.Usage)
	}
	c, err := x509.ParseCertificate(n.Value)
	if err != nil {
		// The parser's own words would tell an administrator nothing.
		return nil, problem.New(problem.TenantCredential, "-Value is not the Base64 text of a certificate's raw bytes")
	}
	if key, ok := c.PublicKey.(*rsa.PublicKey); !ok || key.N.BitLen() < 2048 {
		return nil, problem.New(problem.TenantCredential, "the certificate %s has no RSA key of at least 2048 bits", s2s.ThumbprintOf(c))
	}
	now := d.cfg.Now()
	cred := Credential{KeyID: d.cfg.NewID(), KeyGroupID: d.cfg.NewID(), Usage: "Verify", DER: n.Value, Start: now, End: now.AddDate(1, 0, 0)}
	if n.Start != nil {
		cred.Start = n.Start.UTC()
		cred.End = cred.Start.AddDate(1, 0, 0)
	}
	if n.End != nil {
		cred.End = n.End.UTC()
	}
	if err := checkSpan(cred, now); err != nil {
		return nil, err
	}
	if cred.Start.Before(c.NotBefore) || cred.End.After(c.NotAfter) {
		warnings = append(warnings, fmt.Sprintf("the certificate itself is valid from %s to %s UTC only; outside these dates no token is issued for it",
			c.NotBefore.UTC().Format("1/2/2006 3:04:05 PM"), c.NotAfter.UTC().Format("1/2/2006 3:04:05 PM")))
	}
	return warnings, d.change(ctx, by, s, func(p *Principal) error {
		if len(p.Credentials) >= 50 {
			return problem.New(problem.TenantCredential, "%s has 50 credentials already", p.DisplayName)
		}
		p.Credentials = append(p.Credentials, cred)
		return nil
	})
}

func checkSpan(c Credential, now time.Time) error {
	const form = "1/2/2006 3:04:05 PM"
	switch today := now.UTC().Truncate(24 * time.Hour); {
	case !c.End.After(c.Start):
		return problem.New(problem.TenantDates, "the end date, %s, is not after the start date, %s", c.End.Format(form), c.Start.Format(form))
	case c.Start.Before(today.Add(-14 * time.Hour)): // today anywhere on Earth
		return problem.New(problem.TenantDates, "the start date, %s, is before today", c.Start.Format(form))
	case c.End.Sub(c.Start) > Longest:
		return problem.New(problem.TenantDates, "%s to %s is longer than one year", c.Start.Format(form), c.End.Format(form))
	}
	return nil
}

// RemoveCredentials takes keys away. An id that is not there is an error, and
// then none is removed.
func (d *Directory) RemoveCredentials(ctx context.Context, by string, s Selector, ids []string) error {
	if len(ids) == 0 {
		return problem.New(problem.TenantNoCredential, "no key id is given")
	}
	return d.change(ctx, by, s, func(p *Principal) error {
		for _, id := range ids {
			i := slices.IndexFunc(p.Credentials, func(c Credential) bool { return strings.EqualFold(c.KeyID, id) })
			if i < 0 {
				return problem.New(problem.TenantNoCredential, "%s has no key %s", p.DisplayName, id)
			}
			p.Credentials = slices.Delete(p.Credentials, i, i+1)
		}
		return nil
	})
}
