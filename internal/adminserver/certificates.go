package adminserver

import (
	"context"
	"crypto/rsa"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/exchange"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

// listCertificates answers for both roles: all certificates of the store, or
// the one with a thumbprint.
func listCertificates(k *keyring.Keyring) func(context.Context, Operator, adminapi.Identity) ([]adminapi.Certificate, error) {
	return func(ctx context.Context, _ Operator, req adminapi.Identity) ([]adminapi.Certificate, error) {
		found, err := k.List(ctx)
		if err != nil {
			return nil, err
		}
		out := []adminapi.Certificate{}
		for _, c := range found {
			if req.Identity == "" || sameThumbprint(req.Identity, c.Thumbprint) {
				out = append(out, certificateOut(c))
			}
		}
		if len(out) == 0 && req.Identity != "" {
			return nil, notFound("signing certificate", req.Identity)
		}
		return out, nil
	}
}

func sameThumbprint(text string, t s2s.Thumbprint) bool {
	parsed, err := s2s.ParseThumbprint(text)
	return err == nil && parsed == t
}

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

func (x Exchange) mountCertificates(s *Server, admins right) {
	handle(s, adminapi.GetExchangeCertificate, anyOperator, listCertificates(x.Keyring))
	handle(s, adminapi.NewExchangeCertificate, admins, newCertificate(x.Keyring))
	handle(s, adminapi.GetAuthConfig, anyOperator, x.authConfig)
	handle(s, adminapi.SetAuthConfig, admins, x.setAuthConfig)
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
		return adminapi.Changed{}, x.setIdentity(ctx, op, req)
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

func (x Exchange) setIdentity(ctx context.Context, op Operator, req adminapi.SetAuthConfigRequest) error {
	c, err := x.Role.AuthConfig(ctx)
	if err != nil {
		return err
	}
	if req.Realm != nil {
		c.Realm = *req.Realm
	}
	if req.ServiceName != nil {
		c.ServiceName = *req.ServiceName
	}
	return x.Role.SetAuthConfig(ctx, op.String(), exchange.AuthConfig{Realm: c.Realm, ServiceName: c.ServiceName})
}

func (x Skype) mountCertificates(s *Server, admins right) {
	handle(s, adminapi.GetCsCertificate, anyOperator, listCertificates(x.Keyring))
	handle(s, adminapi.RequestCsCertificate, admins, newCertificate(x.Keyring))
	handle(s, adminapi.SetCsCertificate, admins, func(ctx context.Context, _ Operator, req adminapi.SetCsCertificateRequest) (adminapi.Changed, error) {
		t, err := s2s.ParseThumbprint(req.Thumbprint)
		if err != nil {
			return adminapi.Changed{}, parameter(err, "Thumbprint")
		}
		if !req.Roll {
			_, err = x.Keyring.Replace(ctx, t, false)
			return adminapi.Changed{}, err
		}
		if req.EffectiveDate == nil {
			return adminapi.Changed{}, required("", "EffectiveDate")
		}
		_, err = x.Keyring.Stage(ctx, t, req.EffectiveDate.UTC().Truncate(time.Second), req.Force)
		return adminapi.Changed{}, err
	})
}
