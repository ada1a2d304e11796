package exchange

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/rbac"
	"github.com/matchseal/matchseal/s2s"
)

// prefixFor names account and partner application by the application type.
func prefixFor(applicationType string) string {
	if strings.EqualFold(applicationType, "SharePoint") {
		return "SharePointEnterprise"
	}
	return "LyncEnterprise"
}

// Configured is what the script did.
type Configured struct {
	Application partner.Application
	Account     string   // path of the linked account
	Lines       []string // console output, line by line
}

// ConfigureEnterprisePartner does what Configure-EnterprisePartnerApplication.ps1
// does (003-06): a directory account, its management roles, and the partner
// application linked to it. Run twice, it updates and does not duplicate.
//
// The metadata document is what fails most often, so the partner application
// is made first, without rights; only then come account and roles. A failed
// run leaves nothing behind.
func (r *Role) ConfigureEnterprisePartner(ctx context.Context, by, metadataURL, applicationType string) (Configured, error) {
	roles, err := rbac.RolesFor(applicationType)
	if err != nil {
		return Configured{}, err
	}
	prefix := prefixFor(applicationType)
	var suffix [16]byte
	rand.Read(suffix[:])
	app := partner.Application{
		Name: prefix + "-" + hex.EncodeToString(suffix[:]), Enabled: true,
		TrustLevel: s2s.Full, Organisation: r.cfg.Organisation,
	}
	app.TrustMetadata(metadataURL)
	added, err := r.cfg.Partners.Add(ctx, app, partner.AddOptions{By: by, Upsert: true})
	if err != nil {
		return Configured{}, AcquireFailure(metadataURL, err)
	}
	out := Configured{Application: added.Application}
	if err := r.linkAccount(ctx, by, prefix, roles, &out); err != nil {
		return out, err
	}
	verb := "Created"
	if added.Updated {
		verb = "Updated"
	}
	out.Lines = append(out.Lines,
		fmt.Sprintf("%s Partner Application <%s> using metadata <%s> with linked account <%s>.", verb, out.Application.Name, metadataURL, out.Account),
		"", "THE CONFIGURATION HAS SUCCEEDED.")
	return out, nil
}

// linkAccount makes or finds the account, gives it its roles and links it.
func (r *Role) linkAccount(ctx context.Context, by, prefix string, roles []rbac.Role, out *Configured) error {
	u, created, err := r.cfg.Directory.LinkedUser(ctx, r.cfg.Organisation, r.DefaultDomain(), prefix+"-ApplicationAccount")
	if err != nil {
		return fmt.Errorf("making the application account: %w", err)
	}
	out.Account = u.Path()
	if created {
		out.Lines = append(out.Lines, fmt.Sprintf("Created User <%s> for Partner Application.", out.Account))
	} else {
		out.Lines = append(out.Lines, fmt.Sprintf("User <%s> for Partner Application is there already.", out.Account))
	}
	for _, role := range roles {
		_, err := r.cfg.Roles.Assign(ctx, rbac.Assignment{Role: role, AssigneeID: u.ID, Assignee: u.CommonName})
		if err != nil && !problem.Is(err, problem.RoleAssigned) {
			return fmt.Errorf("assigning the role %s: %w", role, err)
		}
		out.Lines = append(out.Lines, fmt.Sprintf("Assigning role <%s> to Application User <%s>.", role, out.Account))
	}
	linked, err := r.cfg.Partners.Set(ctx, by, out.Application.Name, func(a *partner.Application) { a.LinkedAccount = u.ID })
	if err != nil {
		return fmt.Errorf("linking the account to the partner application: %w", err)
	}
	out.Application = linked
	return nil
}

// AcquireFailure puts the product's sentence before ours when a metadata
func AcquireFailure(url string, err error) error {
	var f *problem.Failure
	if !errors.As(err, &f) || f.Code.Area() == "partner" {
		return err
	}
	return &problem.Failure{Code: f.Code, Detail: outbound.ExchangeMetadataText(url, err), Err: err}
}
