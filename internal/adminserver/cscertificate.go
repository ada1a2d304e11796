package adminserver

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

// The scopes of a certificate's use: token issuing is the same for all servers
// of the deployment, what a listener shows is the computer's own.
const (
	scopeGlobal = "Global"
	scopeLocal  = "Local"
)

// webUses are the uses of what the web services show.
func webUses() []string {
	return []string{adminapi.UseDefault, adminapi.UseWebServicesInternal, adminapi.UseWebServicesExternal}
}

func (x Skype) certificates(s *Server) certificateStore {
	return certificateStore{
		keyring: x.Keyring, tls: x.TLS, copyTLS: x.CopyTLS, rootOf: x.RootOf, now: s.cfg.Now,
		server: x.Role.Fqdn(), uses: webUses(), subject: x.Role.DefaultDomain(),
		names: map[string][]string{includeFQDN: {x.Role.Fqdn()}, includeDomains: x.Role.SIPDomains()},
	}
}

func (x Skype) mountCertificates(s *Server, may rights) {
	c := x.certificates(s)
	handle(s, adminapi.GetCsCertificate, may.read, c.get)
	handle(s, adminapi.GetCsCertificateUse, may.read, c.inUse)
	change(s, x.Journal, adminapi.RequestCsCertificate, may.change, c.make)
	change(s, x.Journal, adminapi.SetCsCertificate, may.change, c.assign)
	changeWithout(s, x.Journal, adminapi.ImportCsCertificate, may.change, concealImport, c.bring)
	change(s, x.Journal, adminapi.RemoveCsCertificateUse, may.change, c.unassign)
	change(s, x.Journal, adminapi.NewCsCertificateRequest, may.change, c.makeRequest)
	handle(s, adminapi.GetCsCertificateRequests, may.read, c.requests)
	change(s, x.Journal, adminapi.RemoveCsCertificateRequests, may.change, c.removeRequests)
}

// inUse says which certificate serves which use (000-19).
func (c certificateStore) inUse(ctx context.Context, _ Operator, _ adminapi.Empty) ([]adminapi.CertificateUse, error) {
	all, err := c.list(ctx)
	if err != nil {
		return nil, err
	}
	byThumbprint := map[string]adminapi.Certificate{}
	for _, one := range all {
		byThumbprint[one.Thumbprint] = one
	}
	uses := []adminapi.CertificateUse{}
	if c.web() != nil {
		shown := byThumbprint[s2s.ThumbprintOf(c.web()).String()]
		for _, use := range webUses() {
			uses = append(uses, adminapi.CertificateUse{Use: use, Scope: scopeLocal, Certificate: shown})
		}
	}
	st, err := c.keyring.State(ctx)
	if err != nil {
		return nil, err
	}
	issuing := func(slot, before *keyring.Slot) {
		if slot == nil {
			return
		}
		use := adminapi.CertificateUse{
			Use: adminapi.UseOAuthTokenIssuer, Scope: scopeGlobal, Certificate: byThumbprint[slot.Thumbprint.String()],
			EffectiveDate: &slot.From, UpdateTime: &slot.Published,
		}
		if before != nil {
			use.PreviousThumbprint = before.Thumbprint.String()
		}
		uses = append(uses, use)
	}
	issuing(st.Current, st.Previous)
	issuing(st.Next, st.Current)
	return uses, nil
}

// issuing checks what a certificate is to be used for: whether for issuing
// tokens, which is the one use that a command changes, and whether for
// something that the boot file decides.
func (c certificateStore) issuing(types []string, thumbprint string) (tokens bool, err error) {
	if len(types) == 0 {
		return true, nil
	}
	for _, use := range types {
		switch {
		case strings.EqualFold(use, adminapi.UseOAuthTokenIssuer):
			tokens = true
		case slices.ContainsFunc(webUses(), func(w string) bool { return strings.EqualFold(w, use) }):
			if c.web() == nil || !strings.EqualFold(thumbprint, s2s.ThumbprintOf(c.web()).String()) {
				return false, problem.New(problem.KeyringListener, "no command changes the certificate for %s", use)
			}
		default:
			return false, problem.New(problem.ManageParameter, "this server has no use for a certificate of type %s; its types are %s and %s", use, strings.Join(webUses(), ", "), adminapi.UseOAuthTokenIssuer)
		}
	}
	return tokens, nil
}

// assign gives token issuing a certificate at once (000-22), or at a date
// (000-23).
func (c certificateStore) assign(ctx context.Context, _ Operator, req adminapi.SetCsCertificateRequest) (adminapi.Changed, error) {
	tokens, err := c.issuing(req.Types, req.Thumbprint)
	switch {
	case err != nil || !tokens:
		return adminapi.Changed{}, err
	case !req.Roll && req.EffectiveDate != nil:
		return adminapi.Changed{}, problem.New(problem.ManageParameter, "EffectiveDate goes with -Roll; without it the certificate is assigned at once")
	case req.Roll && req.EffectiveDate == nil:
		return adminapi.Changed{}, required("", "EffectiveDate")
	}
	if !req.Roll {
		return c.replace(ctx, req.Thumbprint, "Thumbprint", "skype", "Remove-CsCertificate -Identity global -Type OAuthTokenIssuer -Previous -Force")
	}
	warnings, err := c.sign(ctx, req.Thumbprint, "Thumbprint", func(t s2s.Thumbprint) error {
		_, err := c.keyring.Stage(ctx, t, *req.EffectiveDate, req.Force)
		return err
	})
	if problem.Is(err, problem.KeyringCurrent) {
		// Runbooks assign what the wizard may have assigned before them.
		return adminapi.Changed{Warnings: []string{req.Thumbprint + " is the current signing certificate already; nothing was changed."}}, nil
	}
	return adminapi.Changed{Warnings: warnings}, err
}

// unassign takes the certificate of token issuing away from it and deletes
// nothing (000-20).
func (c certificateStore) unassign(ctx context.Context, _ Operator, req adminapi.RemoveCertificateUseRequest) (adminapi.Changed, error) {
	if len(req.Types) == 0 {
		return adminapi.Changed{}, required("", "Type")
	}
	tokens, err := c.issuing(req.Types, "")
	if err != nil || !tokens {
		return adminapi.Changed{}, err
	}
	st, err := c.keyring.State(ctx)
	if err != nil {
		return adminapi.Changed{}, err
	}
	slot, what := st.Current, "No"
	if req.Previous {
		slot, what = st.Previous, "No previous"
	}
	if slot == nil {
		return adminapi.Changed{Warnings: []string{fmt.Sprintf("%s certificate is assigned to %s.", what, adminapi.UseOAuthTokenIssuer)}}, nil
	}
	if req.Previous {
		_, err = c.keyring.ClearPrevious(ctx, req.Force)
	} else {
		_, err = c.keyring.Unassign(ctx, req.Force)
	}
	return adminapi.Changed{}, err
}

func (c certificateStore) requests(ctx context.Context, _ Operator, _ adminapi.Empty) ([]adminapi.CertificateRequest, error) {
	waiting, err := c.keyring.Pending(ctx)
	if err != nil {
		return nil, err
	}
	all := []adminapi.CertificateRequest{}
	for _, p := range waiting {
		all = append(all, c.pendingOut(p))
	}
	return all, nil
}

func (c certificateStore) removeRequests(ctx context.Context, _ Operator, req adminapi.RemoveCertificateRequestsRequest) (adminapi.Changed, error) {
	waiting, err := c.keyring.Pending(ctx)
	if err != nil {
		return adminapi.Changed{}, err
	}
	found := false
	for _, p := range waiting {
		if req.Number != 0 && p.Number != req.Number {
			continue
		}
		found = true
		if err := c.keyring.Remove(ctx, p.Thumbprint); err != nil {
			return adminapi.Changed{}, err
		}
	}
	if req.Number != 0 && !found {
		return adminapi.Changed{}, notFound("pending certificate request", fmt.Sprint(req.Number))
	}
	return adminapi.Changed{}, nil
}
