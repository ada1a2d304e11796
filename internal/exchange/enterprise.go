package exchange

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/rbac"
	"github.com/matchseal/matchseal/s2s"
)

// Configured is what the script did.
type Configured struct {
	Application partner.Application
	Account     string   // path of the linked account
	Lines       []string // console output, line by line
	Warnings    []string // of the metadata document
}

// enterprise is one run of the script.
type enterprise struct {
	*Role
	by     string
	prefix string // of the names of account and partner application
	app    s2s.AppID
	// trust sets where trust in the application comes from; using says it.
	trust func(*partner.Application)
	using string
	roles []rbac.Role
	done  Configured
	undo  []func(context.Context) error
}

// ConfigureEnterprisePartner does what Configure-EnterprisePartnerApplication.ps1
// does (003-06): a directory account, its management roles, and the partner
// application linked to it. Run twice, it updates and does not duplicate.
//
// The metadata document is what fails most often, so it is read before
// anything is made. A run that fails later takes back what it made.
func (r *Role) ConfigureEnterprisePartner(ctx context.Context, by, metadataURL, applicationType string) (Configured, error) {
	e, err := r.enterprise(by, applicationType)
	if err != nil {
		return Configured{}, err
	}
	e.using = "metadata <" + metadataURL + ">"
	e.trust = func(a *partner.Application) { a.TrustMetadata(metadataURL) }
	document, err := e.document(ctx, metadataURL)
	if err != nil {
		return Configured{}, outbound.ExchangeMetadataFailure(metadataURL, err)
	}
	return e.run(ctx, document)
}

// ConfigureEnterpriseClient is the script with -UseAuthServer: the application
// comes with tokens of a registered auth server. An empty realm is that
// server's.
func (r *Role) ConfigureEnterpriseClient(ctx context.Context, by string, app s2s.AppID, realm s2s.Realm, applicationType string) (Configured, error) {
	e, err := r.enterprise(by, applicationType)
	if err != nil {
		return Configured{}, err
	}
	e.using = "application identifier <" + string(app) + ">"
	e.trust = func(a *partner.Application) {
		a.App, a.Realm = app, realm
		a.TrustAuthServer("")
	}
	return e.run(ctx, nil)
}

func (r *Role) enterprise(by, applicationType string) (*enterprise, error) {
	roles, err := rbac.RolesFor(applicationType)
	if err != nil {
		return nil, err
	}
	e := &enterprise{Role: r, by: by, roles: roles, prefix: "LyncEnterprise", app: s2s.SkypeApp}
	if strings.EqualFold(applicationType, "SharePoint") {
		e.prefix, e.app = "SharePointEnterprise", s2s.SharePointApp
	}
	return e, nil
}

func (e *enterprise) run(ctx context.Context, document *partner.Preview) (Configured, error) {
	if err := e.make(ctx, document); err != nil {
		return Configured{}, e.takeBack(ctx, err)
	}
	return e.done, nil
}

// document reads the metadata document and holds it to the application type:
// the account's roles are meant for that product and no other.
func (e *enterprise) document(ctx context.Context, url string) (*partner.Preview, error) {
	p, err := e.cfg.Partners.Preview(ctx, url, "")
	if err != nil {
		return nil, err
	}
	if p.Issuer.App != e.app {
		return nil, problem.New(problem.MetadataWrongProduct, "the document at %s is that of %s, not that of %s", url, cmp.Or(p.Issuer.App.Name(), string(p.Issuer.App)), e.app.Name())
	}
	return p, nil
}

func (e *enterprise) make(ctx context.Context, document *partner.Preview) error {
	account, err := e.makeAccount(ctx)
	if err != nil {
		return fmt.Errorf("making the application account: %w", err)
	}
	if err := e.assignRoles(ctx, account); err != nil {
		return err
	}
	var suffix [16]byte
	rand.Read(suffix[:])
	app := partner.Application{
		Name: e.prefix + "-" + hex.EncodeToString(suffix[:]), Enabled: true,
		TrustLevel: s2s.Full, AcceptSID: true, LinkedAccount: account.ID, Organisation: e.cfg.Organisation,
	}
	e.trust(&app)
	added, err := e.cfg.Partners.Add(ctx, app, partner.AddOptions{By: e.by, Upsert: true, Shown: document})
	if err != nil {
		return err
	}
	e.done.Application, e.done.Warnings = added.Application, added.Warnings
	doing, did := "Creating", "Created"
	if added.Updated {
		doing, did = "Updating", "Updated"
	}
	e.say("%s Partner Application <%s> using %s with linked account <%s>.", doing, added.Application.Name, e.using, e.done.Account)
	e.say("")
	e.say("%s Partner Application <%s>.", did, added.Application.Name)
	e.say("")
	e.say("THE CONFIGURATION HAS SUCCEEDED.")
	return nil
}

func (e *enterprise) makeAccount(ctx context.Context) (directory.User, error) {
	u, created, err := e.cfg.Directory.LinkedUser(ctx, e.cfg.Organisation, e.DefaultDomain(), e.prefix+"-ApplicationAccount")
	if err != nil {
		return u, err
	}
	e.done.Account = u.Path()
	if !created {
		e.say("User <%s> for Partner Application is there already.", e.done.Account)
		e.say("")
		return u, nil
	}
	e.say("Creating User <%s> for Partner Application.", u.CommonName)
	e.say("")
	e.undo = append(e.undo, func(ctx context.Context) error { return e.cfg.Directory.RemoveUser(ctx, u.ID) })
	e.say("Created User <%s> for Partner Application.", e.done.Account)
	e.say("")
	return u, nil
}

func (e *enterprise) assignRoles(ctx context.Context, account directory.User) error {
	for _, role := range e.roles {
		a, err := e.cfg.Roles.Assign(ctx, rbac.Assignment{Role: role, AssigneeID: account.ID, Assignee: account.CommonName})
		switch {
		case problem.Is(err, problem.RoleAssigned):
		case err != nil:
			return fmt.Errorf("assigning the role %s: %w", role, err)
		default:
			e.undo = append(e.undo, func(ctx context.Context) error { return e.cfg.Roles.Unassign(ctx, a.Name) })
		}
		e.say("Assigning role <%s> to Application User <%s>.", role, e.done.Account)
	}
	e.say("")
	return nil
}

func (e *enterprise) say(format string, args ...any) {
	e.done.Lines = append(e.done.Lines, fmt.Sprintf(format, args...))
}

// takeBack removes what the run made, the last first, also when the caller
// has gone away.
func (e *enterprise) takeBack(ctx context.Context, failure error) error {
	ctx = context.WithoutCancel(ctx)
	for _, remove := range slices.Backward(e.undo) {
		failure = errors.Join(failure, remove(ctx))
	}
	return failure
}
