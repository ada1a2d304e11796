package skype

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/settings"
)

// The topology is what the role knows of pools besides its own: trusted
// application pools and the applications on them. It is one document, so that
// names and ports stay unique whoever changes it at the same time.
type topology struct {
	Pools        []TrustedPool
	Applications []TrustedApplication
	Services     int // numbers given to services so far
	// Pending is what was changed since Enable-CsTopology, told for people.
	Pending []string
}

func topologyKind() settings.Kind[topology] {
	return settings.Kind[topology]{Name: "skype/topology"}
}

func (r *Role) topology(ctx context.Context) (topology, error) {
	t, _, err := settings.Get(ctx, r.cfg.Settings, topologyKind(), global)
	if err != nil {
		return t, fmt.Errorf("reading the topology: %w", err)
	}
	return t, nil
}

// changeTopology changes the document and notes what was done.
func (r *Role) changeTopology(ctx context.Context, by string, change func(*topology) (what string, err error)) error {
	return settings.Update(ctx, r.cfg.Settings, by, topologyKind(), global, func(t topology, _ bool) (topology, error) {
		what, err := change(&t)
		if err == nil {
			t.Pending = append(t.Pending, what)
		}
		return t, err
	})
}

func (t topology) pool(fqdn string) (TrustedPool, bool) {
	i := slices.IndexFunc(t.Pools, func(p TrustedPool) bool { return strings.EqualFold(p.Fqdn, fqdn) })
	if i < 0 {
		return TrustedPool{}, false
	}
	return t.Pools[i], true
}

// Unconfirmed is the error of a change that somebody has to mean. Nothing was
// changed; after a yes the same change is made again with force.
type Unconfirmed struct {
	Warning  string // printed before the question
	Question string
}

func (u *Unconfirmed) Error() string { return cmp.Or(u.Warning, u.Question) }

// Unwrap lets problem.Of and problem.Is see the code.
func (u *Unconfirmed) Unwrap() error {
	return problem.New(problem.TopologyConfirm, "%s", u.Error())
}

// missing says in the product's words that something is not there.
func missing(kind, identity string) error {
	return problem.New(problem.TopologyUnknown, "the topology has no %s %q", strings.ToLower(kind), identity).
		WithCmdletText(fmt.Sprintf(`Cannot find "%s" "%s" because it does not exist.`, kind, identity))
}

// Pool is a group of servers that run services together. A deployment here has
// one of its own; its name gives the metadata URL (004-05).
type Pool struct {
	Fqdn      string
	Site      string   // its SiteId
	Services  []string // such as "UserServer:pool.litware.test"
	Computers []string
}

// Pools lists the pools that match: the role's own, and the trusted application
// pools. A literal name that is not there gives none.
func (r *Role) Pools(ctx context.Context, pattern string) ([]Pool, error) {
	t, err := r.topology(ctx)
	if err != nil {
		return nil, err
	}
	own := r.cfg.Pool
	own.Services = slices.Clone(own.Services)
	pools := []Pool{}
	for _, p := range t.Pools {
		if strings.EqualFold(p.Fqdn, own.Fqdn) {
			own.Services = append(own.Services, p.service())
			continue
		}
		pools = append(pools, Pool{Fqdn: p.Fqdn, Site: p.Site, Services: []string{p.service()}, Computers: p.Computers})
	}
	pools = append(pools, own)
	slices.SortFunc(pools, func(a, b Pool) int { return strings.Compare(strings.ToLower(a.Fqdn), strings.ToLower(b.Fqdn)) })
	return slices.DeleteFunc(pools, func(p Pool) bool { return pattern != "" && !settings.Match(pattern, p.Fqdn) }), nil
}

// Site is a place with pools.
type Site struct {
	ID       string
	Pools    []string
	Services []string
}

// Identity is the site as other objects name it.
func (s Site) Identity() string { return "Site:" + s.ID }

// Sites lists the sites whose SiteId or Identity match; there is one.
func (r *Role) Sites(ctx context.Context, pattern string) ([]Site, error) {
	pools, err := r.Pools(ctx, "")
	if err != nil {
		return nil, err
	}
	s := Site{ID: r.cfg.Pool.Site}
	for _, p := range pools {
		s.Pools = append(s.Pools, p.Fqdn)
		s.Services = append(s.Services, p.Services...)
	}
	if pattern != "" && !matchAny(pattern, s.ID, s.Identity()) {
		return nil, nil
	}
	return []Site{s}, nil
}

// EnableTopology makes what was added and removed count: applications get their
// addresses. It says line by line what it did, and warns of computers that the
// directory does not have.
func (r *Role) EnableTopology(ctx context.Context, by string) (lines, warnings []string, err error) {
	err = settings.Update(ctx, r.cfg.Settings, by, topologyKind(), global, func(t topology, _ bool) (topology, error) {
		lines, t.Pending = t.Pending, nil
		for i := range t.Pools {
			t.Pools[i].Active = true
		}
		for i := range t.Applications {
			if t.Applications[i].Opaque == "" {
				t.Applications[i].Opaque = newOpaque()
			}
		}
		return t, nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("enabling the topology: %w", err)
	}
	t, err := r.topology(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range t.Pools {
		for _, c := range p.Computers {
			known, err := r.knowsComputer(ctx, c)
			if err != nil {
				return nil, nil, err
			}
			if !known {
				warnings = append(warnings, fmt.Sprintf("Machine %s was not found in Active Directory, so nothing could be prepared for it there.", c))
			}
		}
	}
	return lines, warnings, nil
}

// knowsComputer reports whether a computer is one of the role's own or has an
// account in the directory: its first label with a $ behind.
func (r *Role) knowsComputer(ctx context.Context, fqdn string) (bool, error) {
	if slices.ContainsFunc(r.cfg.Pool.Computers, func(c string) bool { return strings.EqualFold(c, fqdn) }) {
		return true, nil
	}
	label, _, _ := strings.Cut(fqdn, ".")
	found, err := r.cfg.Directory.Find(ctx, directory.Query{By: directory.ByName, Value: label + "$", Organisation: r.cfg.Organisation})
	if err != nil {
		return false, fmt.Errorf("looking for the computer %s: %w", fqdn, err)
	}
	return len(found) > 0, nil
}

// checkFqdn wants a host name of at least two labels.
func checkFqdn(name string) error {
	labels := strings.Split(name, ".")
	ok := len(labels) > 1 && len(name) <= 253
	for _, l := range labels {
		ok = ok && l != "" && len(l) <= 63 && !strings.HasPrefix(l, "-") && !strings.HasSuffix(l, "-")
		for _, c := range l {
			ok = ok && (c == '-' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z')
		}
	}
	if !ok {
		return problem.New(problem.TopologyName, "%q is not a fully qualified domain name", name)
	}
	return nil
}
