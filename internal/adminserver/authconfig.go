package adminserver

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/exchange"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

// serviceIIS is the label of what the web services show (002-06).
const serviceIIS = "IIS"

// The names that only the server knows, by what a request calls them.
const (
	includeFQDN     = "ServerFQDN"
	includeNetBIOS  = "ServerNetBIOSName"
	includeDomains  = "AcceptedDomains"
	includeDiscover = "AutoDiscover"
)

func (x Exchange) certificates(s *Server) certificateStore {
	fqdn := x.Role.Fqdn()
	c := certificateStore{
		keyring: x.Keyring, tls: x.TLS, copyTLS: x.CopyTLS, rootOf: x.RootOf, now: s.cfg.Now,
		server: fqdn, uses: []string{serviceIIS}, subject: x.Role.ServerName(),
		unknown: func(thumbprint string) string {
			return fmt.Sprintf("A special Rpc error occurs on server %s: The certificate with thumbprint %s was not found.", x.Role.ServerName(), thumbprint)
		},
	}
	c.names = map[string][]string{includeFQDN: {fqdn}, includeNetBIOS: {x.Role.ServerName()}, includeDomains: x.Role.AcceptedDomains()}
	for _, d := range x.Role.AcceptedDomains() {
		c.names[includeDiscover] = append(c.names[includeDiscover], "autodiscover."+d)
	}
	return c
}

func (x Exchange) mountCertificates(s *Server, may rights) {
	c := x.certificates(s)
	handle(s, adminapi.GetExchangeCertificate, may.read, c.get)
	change(s, x.Journal, adminapi.NewExchangeCertificate, may.change, c.make)
	change(s, x.Journal, adminapi.NewExchangeCertificateRequest, may.change, c.makeRequest)
	changeWithout(s, x.Journal, adminapi.ImportExchangeCertificate, may.change, concealImport, c.bring)
	changeWithout(s, x.Journal, adminapi.ExportExchangeCertificate, may.change, concealExport, c.export)
	change(s, x.Journal, adminapi.RemoveExchangeCertificate, may.change, c.remove)
	change(s, x.Journal, adminapi.EnableExchangeCertificate, may.change, c.enable)
	handle(s, adminapi.GetAuthConfig, may.read, x.authConfig)
	change(s, x.Journal, adminapi.SetAuthConfig, may.change, func(ctx context.Context, op Operator, req adminapi.SetAuthConfigRequest) (adminapi.Changed, error) {
		return x.setAuthConfig(ctx, op, req, c)
	})
}

// enable notes services on a certificate. No listener reads them but that of
// the web services, which is set elsewhere.
func (c certificateStore) enable(ctx context.Context, _ Operator, req adminapi.EnableCertificateRequest) (adminapi.Changed, error) {
	t, err := s2s.ParseThumbprint(req.Thumbprint)
	if err != nil {
		return adminapi.Changed{}, parameter(err, "Thumbprint")
	}
	if len(req.Services) == 0 {
		return adminapi.Changed{}, required("", "Services")
	}
	if err := c.notForWeb(req.Services, t); err != nil {
		return adminapi.Changed{}, err
	}
	services := slices.DeleteFunc(slices.Clone(req.Services), func(s string) bool { return strings.EqualFold(s, serviceIIS) })
	if c.isWeb(t) {
		if len(services) == 0 {
			return adminapi.Changed{}, nil // it shows it already
		}
		// The note needs a row in the store; the key does not come along.
		if _, err := c.keyring.Add(ctx, c.web(), nil, keyring.Options{}); err != nil {
			return adminapi.Changed{}, err
		}
	}
	return adminapi.Changed{}, c.words(c.keyring.Assign(ctx, t, services, req.Force), t)
}

func (x Exchange) authConfig(ctx context.Context, _ Operator, _ adminapi.Empty) (adminapi.AuthConfig, error) {
	c, err := x.Role.AuthConfig(ctx)
	if err != nil {
		return adminapi.AuthConfig{}, err
	}
	st, err := x.Keyring.State(ctx)
	if err != nil {
		return adminapi.AuthConfig{}, err
	}
	out := adminapi.AuthConfig{ServiceName: c.ServiceName, Realm: c.Realm, DefaultRealm: x.Role.DefaultRealm()}
	if st.Current != nil {
		out.CurrentCertificateThumbprint = st.Current.Thumbprint.String()
	}
	if st.Previous != nil {
		out.PreviousCertificateThumbprint = st.Previous.Thumbprint.String()
	}
	if st.Next != nil {
		out.NextCertificateThumbprint = st.Next.Thumbprint.String()
		out.NextCertificateEffectiveDate = &st.Next.From
	}
	return out, nil
}

// setAuthConfig does one parameter set of Set-AuthConfig; two at a time are
// refused as the shell refuses them.
func (x Exchange) setAuthConfig(ctx context.Context, op Operator, req adminapi.SetAuthConfigRequest, c certificateStore) (adminapi.Changed, error) {
	replace, stage := req.CertificateThumbprint != "", req.NewCertificateThumbprint != "" || req.NewCertificateEffectiveDate != nil
	publish, settings := req.PublishCertificate || req.ClearPreviousCertificate, req.Realm != nil || req.ServiceName != nil
	sets := 0
	for _, used := range []bool{replace, stage, publish, settings} {
		if used {
			sets++
		}
	}
	if sets > 1 {
		return adminapi.Changed{}, problem.New(problem.ManageParameter, "Parameter set cannot be resolved using the specified named parameters: assign, stage, publish and settings are four different steps")
	}
	var err error
	switch {
	case replace:
		return c.replace(ctx, req.CertificateThumbprint, "CertificateThumbprint", "exchange", "Set-AuthConfig -ClearPreviousCertificate -Force")
	case stage:
		return x.stage(ctx, req, c)
	case req.PublishCertificate && req.ClearPreviousCertificate:
		_, err = x.Keyring.PublishAndClear(ctx, req.Force)
	case req.PublishCertificate:
		_, err = x.Keyring.Publish(ctx, req.Force)
	case req.ClearPreviousCertificate:
		_, err = x.Keyring.ClearPrevious(ctx, req.Force)
	case settings:
		return x.setIdentity(ctx, op, req)
	default:
		err = problem.New(problem.ManageParameter, "nothing to change: give -NewCertificateThumbprint with -NewCertificateEffectiveDate, -PublishCertificate, -ClearPreviousCertificate, -CertificateThumbprint, -Realm or -ServiceName")
	}
	return adminapi.Changed{}, err
}

func (x Exchange) stage(ctx context.Context, req adminapi.SetAuthConfigRequest, c certificateStore) (adminapi.Changed, error) {
	if err := required(req.NewCertificateThumbprint, "NewCertificateThumbprint"); err != nil {
		return adminapi.Changed{}, err
	}
	if req.NewCertificateEffectiveDate == nil {
		return adminapi.Changed{}, required("", "NewCertificateEffectiveDate")
	}
	warnings, err := c.sign(ctx, req.NewCertificateThumbprint, "NewCertificateThumbprint", func(t s2s.Thumbprint) error {
		_, err := x.Keyring.Stage(ctx, t, *req.NewCertificateEffectiveDate, req.Force)
		return err
	})
	return adminapi.Changed{Warnings: warnings}, err
}

func (x Exchange) setIdentity(ctx context.Context, op Operator, req adminapi.SetAuthConfigRequest) (adminapi.Changed, error) {
	warnings, err := x.Role.SetAuthConfig(ctx, op.String(), func(c *exchange.AuthConfig) {
		set(&c.Realm, req.Realm)
		set(&c.ServiceName, req.ServiceName)
	})
	return adminapi.Changed{Warnings: warnings}, err
}
