package skype

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/matchseal/matchseal/internal/problem"
)

// TrustedPool is a pool of somebody else's servers whose applications may speak
// to this role, such as an Exchange server with Outlook on the web.
type TrustedPool struct {
	Fqdn                 string
	Registrar            string // "Registrar:" and a pool; may be empty
	Site                 string // its SiteId
	Number               int    // of its service
	Computers            []string
	ThrottleAsServer     bool
	TreatAsAuthenticated bool
	OutboundOnly         bool
	RequiresReplication  bool
	Ports                PortRanges
	Active               bool // Enable-CsTopology was run since it was made

	Applications []string `json:"-"` // identities; set when it is read
}

// PortRanges are the ports of a trusted application pool; a count of 0 is none.
type PortRanges struct {
	AudioStart, AudioCount           int
	AppSharingStart, AppSharingCount int
	VideoStart, VideoCount           int
}

// The kinds of objects as the cmdlets name them.
const (
	kindPool        = "TrustedApplicationPool"
	kindApplication = "TrustedApplication"
)

func (p TrustedPool) service() string { return "ExternalServer:" + p.Fqdn }

// ServiceID names the service that the pool runs.
func (p TrustedPool) ServiceID() string { return fmt.Sprintf("%s-ExternalServer-%d", p.Site, p.Number) }

// TrustedPools lists the trusted application pools whose FQDN, service or
// "TrustedApplicationPool:<FQDN>" match.
func (r *Role) TrustedPools(ctx context.Context, pattern string) ([]TrustedPool, error) {
	t, err := r.topology(ctx)
	if err != nil {
		return nil, err
	}
	var found []TrustedPool
	for _, p := range t.Pools {
		if pattern != "" && !matchAny(pattern, p.Fqdn, p.ServiceID(), kindPool+":"+p.Fqdn) {
			continue
		}
		for _, a := range t.Applications {
			if strings.EqualFold(a.Pool, p.Fqdn) {
				p.Applications = append(p.Applications, a.URN())
			}
		}
		found = append(found, p)
	}
	slices.SortFunc(found, func(a, b TrustedPool) int {
		return strings.Compare(strings.ToLower(a.Fqdn), strings.ToLower(b.Fqdn))
	})
	return found, nil
}

// AddTrustedPool makes a trusted application pool. Fqdn is wanted, and Site
// unless the FQDN is that of a pool there is; Computers default to the FQDN. A
// computer that the directory does not have is a question (*Unconfirmed) unless
// forced, and then a warning.
func (r *Role) AddTrustedPool(ctx context.Context, by string, p TrustedPool, force bool) (made TrustedPool, warnings []string, err error) {
	if p, err = r.checkPool(p); err != nil {
		return made, nil, err
	}
	if warnings, err = r.unknownComputers(ctx, p.Computers, force); err != nil {
		return made, nil, err
	}
	err = r.changeTopology(ctx, by, func(t *topology) (string, error) {
		if _, there := t.pool(p.Fqdn); there {
			return "", problem.New(problem.TopologyExists, "there is a trusted application pool %s already", p.Fqdn)
		}
		t.Services++
		p.Number = t.Services
		t.Pools = append(t.Pools, p)
		made = p
		return "Trusted application pool " + p.Fqdn + " was added.", nil
	})
	return made, warnings, err
}

func (r *Role) checkPool(p TrustedPool) (TrustedPool, error) {
	p.Fqdn = cutPrefixFold(p.Fqdn, kindPool+":")
	if len(p.Computers) == 0 {
		p.Computers = []string{p.Fqdn}
	}
	for _, name := range append([]string{p.Fqdn}, p.Computers...) {
		if err := checkFqdn(name); err != nil {
			return p, err
		}
	}
	own := r.cfg.Pool
	if p.Site == "" && strings.EqualFold(p.Fqdn, own.Fqdn) {
		p.Site = own.Site
	}
	if !strings.EqualFold(p.Site, own.Site) {
		return p, problem.New(problem.TopologySite, "the SiteId of the pool cannot be %q; there is %s", p.Site, own.Site)
	}
	p.Site = own.Site
	if p.Registrar == "" {
		return p, nil
	}
	// A pool answers to every name it is published under.
	if name := cutPrefixFold(p.Registrar, "Registrar:"); !strings.EqualFold(name, own.Fqdn) && !slices.ContainsFunc(r.cfg.Hosts, func(h string) bool { return strings.EqualFold(h, name) }) {
		return p, problem.New(problem.TopologyRegistrar, "there is no registrar %q; there is %s", p.Registrar, own.Fqdn)
	}
	p.Registrar = "Registrar:" + own.Fqdn
	return p, nil
}

func (r *Role) unknownComputers(ctx context.Context, computers []string, force bool) (warnings []string, err error) {
	for _, c := range computers {
		known, err := r.knowsComputer(ctx, c)
		if err != nil {
			return nil, err
		}
		if known {
			continue
		}
		warning := "Machine " + c + " from the topology you are publishing was not found in Active Directory and will result in errors during Enable-CsTopology as it tries to prepare Active Directory entries for the topology machines."
		if !force {
			return nil, &Unconfirmed{Warning: warning, Question: "Do you want to continue with this operation?"}
		}
		warnings = append(warnings, warning)
	}
	return warnings, nil
}

// RemoveTrustedPool removes a trusted application pool without applications.
func (r *Role) RemoveTrustedPool(ctx context.Context, by, identity string) error {
	fqdn := cutPrefixFold(identity, kindPool+":")
	return r.changeTopology(ctx, by, func(t *topology) (string, error) {
		p, there := t.pool(fqdn)
		if !there {
			return "", missing(kindPool, identity)
		}
		for _, a := range t.Applications {
			if strings.EqualFold(a.Pool, p.Fqdn) {
				return "", problem.New(problem.TopologyInUse, "%s has the application %s", p.Fqdn, a.URN())
			}
		}
		t.Pools = slices.DeleteFunc(t.Pools, func(o TrustedPool) bool { return o.Fqdn == p.Fqdn })
		return "Trusted application pool " + p.Fqdn + " was removed.", nil
	})
}

// TrustedApplication is an application on a trusted application pool.
type TrustedApplication struct {
	Pool       string
	ID         string // without urn:application:
	Port       int
	TCP        bool
	LegacyName string
	// Opaque ends the application's addresses; it has none before
	// Enable-CsTopology was run.
	Opaque string

	Computers []string `json:"-"` // of its pool; set when it is read
}

const urnPrefix = "urn:application:"

// URN is the id as it is stored: urn:application:<id>.
func (a TrustedApplication) URN() string { return urnPrefix + a.ID }

// Identity names the application: <pool>/urn:application:<id>.
func (a TrustedApplication) Identity() string { return a.Pool + "/" + a.URN() }

// Gruu is the application's address on a host, "" before Enable-CsTopology.
func (r *Role) Gruu(a TrustedApplication, host string) string {
	if a.Opaque == "" {
		return ""
	}
	return fmt.Sprintf("sip:%s@%s;gruu;opaque=srvr:%s:%s", host, r.DefaultDomain(), a.ID, a.Opaque)
}

func newOpaque() string {
	var b [16]byte
	rand.Read(b[:]) // never fails: crypto/rand stops the program instead
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// TrustedApplications lists the trusted applications whose identity matches,
// with or without urn:application:.
func (r *Role) TrustedApplications(ctx context.Context, pattern string) ([]TrustedApplication, error) {
	t, err := r.topology(ctx)
	if err != nil {
		return nil, err
	}
	var found []TrustedApplication
	for _, a := range t.Applications {
		if pattern == "" || matchAny(pattern, a.Identity(), a.Pool+"/"+a.ID) {
			p, _ := t.pool(a.Pool)
			a.Computers = p.Computers
			found = append(found, a)
		}
	}
	slices.SortFunc(found, func(a, b TrustedApplication) int {
		return strings.Compare(strings.ToLower(a.Identity()), strings.ToLower(b.Identity()))
	})
	return found, nil
}

// AddTrustedApplication makes an application of pool, id and port. Plain TCP is
// a question unless forced.
func (r *Role) AddTrustedApplication(ctx context.Context, by string, a TrustedApplication, force bool) (TrustedApplication, error) {
	a.ID = cutPrefixFold(a.ID, urnPrefix)
	switch {
	case a.ID == "" || len(a.ID) > 128 || strings.ContainsFunc(a.ID, func(c rune) bool { return unicode.IsSpace(c) || c == '/' || !unicode.IsGraphic(c) }):
		return a, problem.New(problem.TopologyName, "an application cannot have the id %q", a.ID)
	case a.Port < 1 || a.Port > 65535:
		return a, problem.New(problem.TopologyPort, "%d is not a port", a.Port)
	case a.TCP && !force:
		return a, &Unconfirmed{Question: "With -EnableTcp the application is reached without encryption. Do you want to continue with this operation?"}
	}
	a.LegacyName = cmp.Or(a.LegacyName, a.ID)
	a.Opaque = ""
	err := r.changeTopology(ctx, by, func(t *topology) (string, error) {
		p, there := t.pool(a.Pool)
		if !there {
			return "", missing(kindPool, a.Pool)
		}
		a.Pool, a.Computers = p.Fqdn, p.Computers
		for _, other := range t.Applications {
			switch {
			case other.Pool != p.Fqdn:
			case strings.EqualFold(other.ID, a.ID):
				return "", problem.New(problem.TopologyExists, "%s has the application %s already", p.Fqdn, other.URN())
			case other.Port == a.Port:
				return "", problem.New(problem.TopologyPort, "port %d of %s belongs to %s", a.Port, p.Fqdn, other.URN())
			}
		}
		t.Applications = append(t.Applications, a)
		return "Trusted application " + a.Identity() + " was added.", nil
	})
	return a, err
}

// RemoveTrustedApplication removes an application by its identity.
func (r *Role) RemoveTrustedApplication(ctx context.Context, by, identity string) error {
	return r.changeTopology(ctx, by, func(t *topology) (string, error) {
		i := slices.IndexFunc(t.Applications, func(a TrustedApplication) bool {
			return strings.EqualFold(identity, a.Identity()) || strings.EqualFold(identity, a.Pool+"/"+a.ID)
		})
		if i < 0 {
			return "", missing(kindApplication, identity)
		}
		gone := t.Applications[i].Identity()
		t.Applications = slices.Delete(t.Applications, i, i+1)
		return "Trusted application " + gone + " was removed.", nil
	})
}

func cutPrefixFold(s, prefix string) string {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):]
	}
	return s
}
