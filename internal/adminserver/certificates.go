package adminserver

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"fmt"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/exchange"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

// listCertificates answers for both roles: all certificates of the store and
// those that a listener shows, or the one with a thumbprint.
func listCertificates(k *keyring.Keyring, listener func() *x509.Certificate, unknown func(thumbprint string) string) func(context.Context, Operator, adminapi.Identity) ([]adminapi.Certificate, error) {
	return func(ctx context.Context, _ Operator, req adminapi.Identity) ([]adminapi.Certificate, error) {
		found, err := k.List(ctx)
		if err != nil {
			return nil, err
		}
		all := []adminapi.Certificate{}
		for _, c := range found {
			all = append(all, certificateOut(c))
		}
		if listener != nil && listener() != nil {
			all = append(all, listenerOut(listener()))
		}
		if req.Identity == "" {
			return all, nil
		}
		t, err := s2s.ParseThumbprint(req.Identity)
		if err != nil {
			return nil, parameter(err, "Thumbprint")
		}
		for _, c := range all {
			if c.Thumbprint == t.String() {
				return []adminapi.Certificate{c}, nil
			}
		}
		return nil, problem.New(problem.KeyringNotFound, "there is no certificate %s here", t).WithCmdletText(unknown(t.String()))
	}
}

// listenerOut is the certificate that the role's web services show. It signs
// no tokens, and its key is a file of the boot configuration.
func listenerOut(c *x509.Certificate) adminapi.Certificate {
	out := certificateOut(keyring.Certificate{X509: c, Thumbprint: s2s.ThumbprintOf(c), HasPrivateKey: true})
	out.Services = []string{serviceIIS}
	return out
}

// serviceIIS is the label of what the web services show (002-06).
const serviceIIS = "IIS"

func certificateOut(c keyring.Certificate) adminapi.Certificate {
	out := adminapi.Certificate{
		Thumbprint: c.Thumbprint.String(), Subject: c.X509.Subject.String(), Issuer: c.X509.Issuer.String(),
		FriendlyName: c.FriendlyName, Services: c.Services, CertificateDomains: c.X509.DNSNames,
		NotBefore: c.X509.NotBefore, NotAfter: c.X509.NotAfter, HasPrivateKey: c.HasPrivateKey,
		PrivateKeyExportable: c.Exportable, Use: c.Use, Raw: c.X509.Raw,
	}
	if key, ok := c.X509.PublicKey.(*rsa.PublicKey); ok {
		out.PublicKeySize = key.N.BitLen()
	}
	return out
}

func newCertificate(k *keyring.Keyring) func(context.Context, Operator, adminapi.NewCertificateRequest) (adminapi.Certificate, error) {
	return func(ctx context.Context, _ Operator, req adminapi.NewCertificateRequest) (adminapi.Certificate, error) {
		c, err := k.NewCertificate(ctx, keyring.Request{
			Subject: req.SubjectName, DomainNames: req.DomainNames, Bits: req.KeySize,
			Options: keyring.Options{FriendlyName: req.FriendlyName, Services: req.Services, Exportable: req.PrivateKeyExportable},
		})
		if err != nil {
			return adminapi.Certificate{}, err
		}
		return certificateOut(c), nil
	}
}

func (x Exchange) mountCertificates(s *Server, may rights) {
	unknown := func(thumbprint string) string {
		return fmt.Sprintf("A special Rpc error occurs on server %s: The certificate with thumbprint %s was not found.", x.Role.ServerName(), thumbprint)
	}
	handle(s, adminapi.GetExchangeCertificate, may.read, listCertificates(x.Keyring, x.TLS, unknown))
	change(s, x.Journal, adminapi.NewExchangeCertificate, may.change, newCertificate(x.Keyring))
	handle(s, adminapi.GetAuthConfig, may.read, x.authConfig)
	change(s, x.Journal, adminapi.SetAuthConfig, may.change, x.setAuthConfig)
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
func (x Exchange) setAuthConfig(ctx context.Context, op Operator, req adminapi.SetAuthConfigRequest) (adminapi.Changed, error) {
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
	switch {
	case replace:
		t, err := s2s.ParseThumbprint(req.CertificateThumbprint)
		if err != nil {
			return adminapi.Changed{}, parameter(err, "CertificateThumbprint")
		}
		_, err = x.Keyring.Replace(ctx, t, false)
		return adminapi.Changed{}, err
	case stage:
		return adminapi.Changed{}, x.stage(ctx, req)
	case req.PublishCertificate && req.ClearPreviousCertificate:
		_, err := x.Keyring.PublishAndClear(ctx, req.Force)
		return adminapi.Changed{}, err
	case req.PublishCertificate:
		_, err := x.Keyring.Publish(ctx, req.Force)
		return adminapi.Changed{}, err
	case req.ClearPreviousCertificate:
		_, err := x.Keyring.ClearPrevious(ctx, req.Force)
		return adminapi.Changed{}, err
	case settings:
		return x.setIdentity(ctx, op, req)
	}
	return adminapi.Changed{}, problem.New(problem.ManageParameter, "nothing to change: no parameter was given")
}

func (x Exchange) stage(ctx context.Context, req adminapi.SetAuthConfigRequest) error {
	t, err := s2s.ParseThumbprint(req.NewCertificateThumbprint)
	if err != nil {
		return parameter(err, "NewCertificateThumbprint")
	}
	if req.NewCertificateEffectiveDate == nil {
		return required("", "NewCertificateEffectiveDate")
	}
	_, err = x.Keyring.Stage(ctx, t, *req.NewCertificateEffectiveDate, req.Force)
	return err
}

func (x Exchange) setIdentity(ctx context.Context, op Operator, req adminapi.SetAuthConfigRequest) (adminapi.Changed, error) {
	warnings, err := x.Role.SetAuthConfig(ctx, op.String(), func(c *exchange.AuthConfig) {
		set(&c.Realm, req.Realm)
		set(&c.ServiceName, req.ServiceName)
	})
	return adminapi.Changed{Warnings: warnings}, err
}

func (x Skype) mountCertificates(s *Server, may rights) {
	unknown := func(string) string { return "" }
	handle(s, adminapi.GetCsCertificate, may.read, listCertificates(x.Keyring, nil, unknown))
	change(s, x.Journal, adminapi.RequestCsCertificate, may.change, newCertificate(x.Keyring))
	change(s, x.Journal, adminapi.SetCsCertificate, may.change, x.setCertificate)
}

func (x Skype) setCertificate(ctx context.Context, _ Operator, req adminapi.SetCsCertificateRequest) (adminapi.Changed, error) {
	t, err := s2s.ParseThumbprint(req.Thumbprint)
	switch {
	case err != nil:
		return adminapi.Changed{}, parameter(err, "Thumbprint")
	case !req.Roll && req.EffectiveDate != nil:
		return adminapi.Changed{}, problem.New(problem.ManageParameter, "EffectiveDate goes with -Roll; without it the certificate is assigned at once")
	case !req.Roll:
		_, err = x.Keyring.Replace(ctx, t, false)
	case req.EffectiveDate == nil:
		err = required("", "EffectiveDate")
	default:
		_, err = x.Keyring.Stage(ctx, t, *req.EffectiveDate, req.Force)
	}
	return adminapi.Changed{}, err
}
