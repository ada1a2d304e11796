package node

import (
	"context"
	"net/http"
	"strings"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/adminserver"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/telemetry"
	"github.com/matchseal/matchseal/internal/tenant"
	"github.com/matchseal/matchseal/s2s"
)

// tokenPath is where a token server issues tokens, after the tenant.
const tokenPath = "/tokens/OAuth/2"

// stsRole is the sts role's parts beyond what all roles have.
type stsRole struct {
	*role
	tenant *tenant.Directory
}

// openSTS wires the sts role, each path also below the tenant's id, name or
// domain:
//
//	/metadata/json/1     anonymous: who issues tokens, and where
//	/tokens/OAuth/2      says that tokens are not issued yet
func (r *role) openSTS(ctx context.Context) error {
	d, err := tenant.New(ctx, tenant.Config{Settings: r.settings, Domains: r.cfg.Domains, DisplayName: r.cfg.Organisation, Now: r.node.now, NewID: telemetry.NewRequestID})
	if err != nil {
		return err
	}
	x := &stsRole{role: r, tenant: d}
	id := d.Tenant().ID
	r.principal = func(context.Context) (s2s.Principal, error) {
		return s2s.ParsePrincipal(string(s2s.TokenServerApp) + "@" + id)
	}
	r.hosts = func(context.Context) ([]string, error) { return r.publishedHosts(), nil }
	if err := r.openPartners(); err != nil {
		return err
	}
	x.route(r.profile.MetadataPath, authmeta.Handler(x.document, authmeta.TokenServer, x.noteReading))
	x.route(tokenPath, http.HandlerFunc(x.refuse))
	r.node.admin.MountOnline(adminserver.Online{Tenant: d, Organisation: r.organisation(), MetadataURL: x.url(r.profile.MetadataPath), Journal: r.journal})
	return nil
}

// url is an address of the tenant at this server.
func (x *stsRole) url(path string) string {
	return "https://" + x.publishedHosts()[0] + "/" + x.tenant.Tenant().ID + path
}

// route serves a path, alone and below a name of the tenant.
func (x *stsRole) route(path string, h http.Handler) {
	x.routes.handle(path, h)
	x.routes.handleOwned(func(asked string) bool {
		name, rest, ok := strings.Cut(strings.TrimPrefix(asked, "/"), "/")
		return ok && canonicalPath("/"+rest) == canonicalPath(path) && x.tenant.Is(name)
	}, h)
}

// document is what the token server publishes: in place of its own address
// the one at which it issues tokens.
func (x *stsRole) document(ctx context.Context) (authmeta.Document, error) {
	p, err := x.principal(ctx)
	if err != nil {
		return authmeta.Document{}, err
	}
	published, err := x.keyring.Published(ctx)
	if err != nil {
		x.log.Error("the metadata document can not be served", "error", err)
		return authmeta.Document{}, authmeta.ErrNoKey
	}
	return authmeta.New(authmeta.TokenServer, p, x.url(tokenPath), x.node.now(), published...), nil
}

// refuse answers for the token endpoint.
func (x *stsRole) refuse(w http.ResponseWriter, _ *http.Request) {
	entry, _ := problem.Lookup(problem.TenantNoIssuing)
	http.Error(w, entry.Title, entry.HTTPStatus)
}
