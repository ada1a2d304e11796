package adminserver

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

// certificateStore is what both roles do with certificates: the signing
// certificates of the keyring and, beside them, the one that the web services
// show. The second signs no tokens, and its key is a file of the boot
// configuration; every message says which of the two it means.
type certificateStore struct {
	keyring *keyring.Keyring
	tls     func() *x509.Certificate
	copyTLS func(context.Context) error
	rootOf  func(*x509.Certificate) certs.Root
	now     func() time.Time
	server  string   // FQDN
	uses    []string // labels of what the web services show (002-06)
	subject string   // of a certificate that nobody gave one
	names   map[string][]string
	unknown func(thumbprint string) string // the product's words for one that is not here
}

// web is the certificate that the web services show, or nil.
func (c certificateStore) web() *x509.Certificate {
	if c.tls == nil {
		return nil
	}
	return c.tls()
}

func (c certificateStore) isWeb(t s2s.Thumbprint) bool {
	return c.web() != nil && s2s.ThumbprintOf(c.web()) == t
}

// list is everything there is: the store, the requests that wait, and what the
// web services show.
func (c certificateStore) list(ctx context.Context) ([]adminapi.Certificate, error) {
	found, err := c.keyring.List(ctx)
	if err != nil {
		return nil, err
	}
	all, both := []adminapi.Certificate{}, false
	for _, one := range found {
		both = both || c.isWeb(one.Thumbprint)
		all = append(all, c.out(one))
	}
	if c.web() != nil && !both {
		all = append(all, c.out(keyring.Certificate{X509: c.web(), Thumbprint: s2s.ThumbprintOf(c.web())}))
	}
	waiting, err := c.keyring.Pending(ctx)
	for _, p := range waiting {
		all = append(all, c.pendingOut(p).Placeholder)
	}
	return all, err
}

// get answers for both roles: all certificates, or the one with a thumbprint.
func (c certificateStore) get(ctx context.Context, _ Operator, req adminapi.Identity) ([]adminapi.Certificate, error) {
	all, err := c.list(ctx)
	if err != nil || req.Identity == "" {
		return all, err
	}
	t, err := s2s.ParseThumbprint(req.Identity)
	if err != nil {
		return nil, parameter(err, "Thumbprint")
	}
	for _, one := range all {
		if one.Thumbprint == t.String() {
			return []adminapi.Certificate{one}, nil
		}
	}
	return nil, c.words(problem.New(problem.KeyringNotFound, "there is no certificate %s here", t), t)
}

// words gives a failure the product's words for a certificate that is not
// here.
func (c certificateStore) words(err error, t s2s.Thumbprint) error {
	if f := problem.Of(err); f != nil && f.Code == problem.KeyringNotFound && c.unknown != nil {
		return f.WithCmdletText(c.unknown(t.String()))
	}
	return err
}

func (c certificateStore) out(k keyring.Certificate) adminapi.Certificate {
	out := adminapi.Certificate{
		Thumbprint: k.Thumbprint.String(), Subject: k.X509.Subject.String(), Issuer: k.X509.Issuer.String(),
		FriendlyName: k.FriendlyName, Services: k.Services, CertificateDomains: k.X509.DNSNames,
		NotBefore: k.X509.NotBefore, NotAfter: k.X509.NotAfter, HasPrivateKey: k.HasPrivateKey,
		PrivateKeyExportable: k.Exportable, Use: k.Use, Raw: k.X509.Raw,
		Server: c.server, SerialNumber: fmt.Sprintf("%X", k.X509.SerialNumber.Bytes()), RootCAType: string(certs.Unknown), Status: "Valid",
	}
	if key, ok := k.X509.PublicKey.(*rsa.PublicKey); ok {
		out.PublicKeySize = key.N.BitLen()
	}
	if c.rootOf != nil {
		out.RootCAType = string(c.rootOf(k.X509))
	}
	out.SelfSigned = out.RootCAType == string(certs.NoRoot)
	switch now := c.now(); {
	case now.Before(k.X509.NotBefore) || now.After(k.X509.NotAfter):
		out.Status = "DateInvalid"
	case out.RootCAType == string(certs.Unknown):
		out.Status = "Untrusted"
	}
	if c.isWeb(k.Thumbprint) {
		out.WebServices, out.HasPrivateKey = true, true
		out.Services = append(slices.Clone(out.Services), c.uses...)
	}
	return out
}

func (c certificateStore) pendingOut(p keyring.Pending) adminapi.CertificateRequest {
	shown := c.out(keyring.Certificate{
		X509: p.Placeholder, Thumbprint: p.Thumbprint, FriendlyName: p.FriendlyName, HasPrivateKey: true, Exportable: p.Exportable})
	shown.Status = "PendingRequest"
	return adminapi.CertificateRequest{Number: p.Number, Created: p.Created, Placeholder: shown, Request: p.Request}
}

// request reads what a certificate, or a request for one, is to be.
func (c certificateStore) request(req adminapi.NewCertificateRequest) (keyring.Request, error) {
	names := slices.Clone(req.DomainNames)
	for _, kind := range req.Include {
		more, known := c.names[kind]
		if !known {
			return keyring.Request{}, problem.New(problem.ManageParameter, "there are no names %q to include", kind)
		}
		for _, name := range more {
			if !slices.ContainsFunc(names, func(have string) bool { return strings.EqualFold(have, name) }) {
				names = append(names, name)
			}
		}
	}
	r := keyring.Request{
		Subject: req.SubjectName, DomainNames: names, Bits: req.KeySize,
		Options: keyring.Options{FriendlyName: req.FriendlyName, Services: req.Services, Exportable: req.PrivateKeyExportable},
	}
	if r.Subject == "" {
		r.Subject = strings.TrimSuffix("cn="+c.subject+","+req.SubjectMore, ",")
	}
	return r, c.notForWeb(req.Services, s2s.Thumbprint{})
}

// notForWeb refuses to note on a certificate what only the boot file decides.
func (c certificateStore) notForWeb(services []string, t s2s.Thumbprint) error {
	i := slices.IndexFunc(services, func(s string) bool {
		return slices.ContainsFunc(c.uses, func(use string) bool { return strings.EqualFold(use, strings.TrimSpace(s)) })
	})
	if i < 0 || c.web() == nil || c.isWeb(t) {
		return nil
	}
	return problem.New(problem.KeyringListener, "%s cannot be given to a certificate here: the web services show %s (%s)", services[i], s2s.ThumbprintOf(c.web()), c.web().Subject)
}

func (c certificateStore) make(ctx context.Context, _ Operator, req adminapi.NewCertificateRequest) (adminapi.Certificate, error) {
	r, err := c.request(req)
	if err != nil {
		return adminapi.Certificate{}, err
	}
	made, err := c.keyring.NewCertificate(ctx, r)
	if err != nil {
		return adminapi.Certificate{}, err
	}
	return c.out(made), nil
}

func (c certificateStore) makeRequest(ctx context.Context, _ Operator, req adminapi.NewCertificateRequest) (adminapi.CertificateRequest, error) {
	r, err := c.request(req)
	if err != nil {
		return adminapi.CertificateRequest{}, err
	}
	p, err := c.keyring.NewRequest(ctx, r)
	if err != nil {
		return adminapi.CertificateRequest{}, err
	}
	return c.pendingOut(p), nil
}

func (c certificateStore) bring(ctx context.Context, _ Operator, req adminapi.ImportCertificateRequest) (adminapi.Certificate, error) {
	if len(req.Data) == 0 {
		return adminapi.Certificate{}, required("", "FileData")
	}
	got, err := c.keyring.Import(ctx, req.Data, req.Password, keyring.Options{FriendlyName: req.FriendlyName, Exportable: req.PrivateKeyExportable})
	if err != nil {
		return adminapi.Certificate{}, err
	}
	out := c.out(got)
	if !got.HasPrivateKey {
		out.Warnings = []string{fmt.Sprintf("%s came without its private key and answers no request that waits here; it can be looked at, but signs nothing", got.Thumbprint)}
	}
	return out, nil
}

// concealImport and concealExport keep passwords, and with them keys, out of
// the record.
func concealImport(req *adminapi.ImportCertificateRequest) { req.Data, req.Password = nil, "" }
func concealExport(req *adminapi.ExportCertificateRequest) { req.Password = "" }

// export is the only way in which a private key leaves the node: marked
// exportable by whoever made it, and encrypted under a password.
func (c certificateStore) export(ctx context.Context, _ Operator, req adminapi.ExportCertificateRequest) (adminapi.ExportedCertificate, error) {
	none := adminapi.ExportedCertificate{}
	t, err := s2s.ParseThumbprint(req.Thumbprint)
	if err != nil {
		return none, parameter(err, "Thumbprint")
	}
	encryption, known := map[string]certs.Encryption{"": certs.Modern, adminapi.AES256: certs.Modern, adminapi.TripleDES: certs.Legacy}[req.Encryption]
	if !known {
		return none, problem.New(problem.ManageParameter, "CryptoAlgorithmOption is %s or %s, not %q", adminapi.AES256, adminapi.TripleDES, req.Encryption)
	}
	one, err := c.keyring.Certificate(ctx, t)
	switch {
	case err == nil && one.HasPrivateKey:
		pfx, err := c.keyring.Export(ctx, t, req.Password, encryption)
		return adminapi.ExportedCertificate{Kind: "pfx", Data: pfx}, err
	case c.isWeb(t):
		return none, problem.New(problem.KeyringNotExportable, "%s is the certificate of the web services (%s); its key is a file of the node and is not given away", t, strings.Join(c.uses, ", "))
	case err == nil:
		return adminapi.ExportedCertificate{Kind: "certificate", Data: one.X509.Raw}, nil
	case !problem.Is(err, problem.KeyringNotFound):
		return none, err
	}
	waiting, failed := c.keyring.Pending(ctx)
	for _, p := range waiting {
		if p.Thumbprint == t {
			return adminapi.ExportedCertificate{Kind: "request", Data: p.Request}, nil
		}
	}
	return none, errors.Join(c.words(err, t), failed)
}

func (c certificateStore) remove(ctx context.Context, _ Operator, req adminapi.Identity) (adminapi.Changed, error) {
	t, err := s2s.ParseThumbprint(req.Identity)
	if err != nil {
		return adminapi.Changed{}, parameter(err, "Thumbprint")
	}
	err = c.keyring.Remove(ctx, t)
	switch {
	case c.isWeb(t) && problem.Is(err, problem.KeyringNotFound):
		return adminapi.Changed{}, problem.New(problem.KeyringListener, "%s is the certificate that the web services show (%s)", t, strings.Join(c.uses, ", "))
	case c.isWeb(t) && err == nil:
		return adminapi.Changed{Warnings: []string{"the copy of the web services' certificate was removed from the store; the web services go on showing theirs"}}, nil
	}
	return adminapi.Changed{}, c.words(err, t)
}

// sign lets a step of the keyring assign a certificate to signing. When it is
// the one that the web services show, the keyring gets a copy of it first
// (000-22), and loses it again if the step is not taken.
func (c certificateStore) sign(ctx context.Context, thumbprint, name string, step func(s2s.Thumbprint) error) (warnings []string, err error) {
	t, err := s2s.ParseThumbprint(thumbprint)
	if err != nil {
		return nil, parameter(err, name)
	}
	if !c.isWeb(t) || c.copyTLS == nil {
		return nil, c.words(step(t), t)
	}
	if err := keyring.Fit(c.web()); err != nil {
		return nil, problem.Wrap(err, problem.KeyringWeak, "the certificate of the web services (%s) cannot sign tokens", strings.Join(c.uses, ", "))
	}
	have, err := c.keyring.Certificate(ctx, t)
	if err != nil && !problem.Is(err, problem.KeyringNotFound) {
		return nil, err
	}
	there := err == nil
	if !have.HasPrivateKey {
		if err := c.copyTLS(ctx); err != nil {
			return nil, err
		}
	}
	if err := step(t); err != nil {
		if !there {
			err = errors.Join(err, c.keyring.Remove(ctx, t))
		}
		return nil, err
	}
	return []string{fmt.Sprintf("%s is the certificate of the web services (%s), and is now to sign tokens too, with a copy of its key in the certificate store. When its files are renewed, the copy stays what it is: assign the new certificate as well.", t, strings.Join(c.uses, ", "))}, nil
}

// replace makes a certificate current at once. The one before it stays, as both
// products have it, which is not what somebody wants whose key has leaked: the
// warning says what is. forget is the product's command.
func (c certificateStore) replace(ctx context.Context, thumbprint, name, role, forget string) (adminapi.Changed, error) {
	before, err := c.keyring.State(ctx)
	if err != nil {
		return adminapi.Changed{}, err
	}
	var after keyring.State
	warnings, err := c.sign(ctx, thumbprint, name, func(t s2s.Thumbprint) error {
		after, err = c.keyring.Replace(ctx, t)
		return err
	})
	if err != nil {
		return adminapi.Changed{}, err
	}
	if old := after.Previous; old != nil && before.Current != nil && before.Current.Thumbprint == old.Thumbprint {
		warnings = append(warnings, fmt.Sprintf("The previous signing certificate %s stays published until %s. If its key has leaked, withdraw it now: matchseal roll withdraw --role %s --leaked %s; or run %s.",
			old.Thumbprint, old.Until.UTC().Format(utcMinute), role, old.Thumbprint, forget))
	}
	return adminapi.Changed{Warnings: warnings}, nil
}
