package cmdlet

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/pem"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// csPartnerApplication are the commands about those with whom Skype for
// Business exchanges tokens.
type csPartnerApplication struct{ c *Connection }

const (
	csAuthSettings           = "Microsoft.Rtc.Management.WritableConfig.Settings.SSAuth."
	csPartnerApplicationType = csAuthSettings + "PartnerApplication"
	csClass                  = "Microsoft.Rtc.Management.Internal."
)

func cspartnerapplication(c *Connection) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		p := csPartnerApplication{c}
		return commands("cspartnerapplication", skypeModule, actions{
			"Get-CsPartnerApplication":    {Class: csClass + "GetPartnerApplicationCmdlet", Run: p.get},
			"New-CsPartnerApplication":    {Class: csClass + "NewPartnerApplicationCmdlet", Run: p.add},
			"Set-CsPartnerApplication":    {Class: csClass + "SetPartnerApplicationCmdlet", Run: p.set},
			"Remove-CsPartnerApplication": {Class: csClass + "RemovePartnerApplicationCmdlet", Run: p.remove},
		})
	}
}

// get shows one by its identity (001-10), or those that -Filter matches.
func (p csPartnerApplication) get(ctx context.Context, in *shell.Invocation) error {
	return eachOf(ctx, p.c, adminapi.GetCsPartnerApplication, csIdentity(in),
		func(a adminapi.PartnerApplication) string { return a.Name },
		func(a adminapi.PartnerApplication) error { return in.Emit(csPartnerObject(in.Command(), a)) })
}

// csIdentity is the name that -Identity gives or the pattern of -Filter.
// Objects of the configuration may be named with their scope before them.
func csIdentity(in *shell.Invocation) string {
	if filter := in.String("Filter"); filter != "" {
		return withoutScope(filter)
	}
	return withoutScope(in.String("Identity"))
}

// withoutScope takes "Global/" off a relative identity.
func withoutScope(identity string) string {
	if scope, rest, ok := strings.Cut(identity, "/"); ok && strings.EqualFold(scope, "global") {
		return rest
	}
	return identity
}

func csPartnerObject(c *shell.Command, a adminapi.PartnerApplication) *object.Object {
	o := objectOf(c, csPartnerApplicationType, []object.Property{
		{Name: "Identity", Value: a.Name},
		{Name: "AuthToken", Value: authToken(a)},
		{Name: "Name", Value: a.Name},
		{Name: "ApplicationIdentifier", Value: a.ApplicationIdentifier},
		{Name: "Realm", Value: a.Realm},
		{Name: "ApplicationTrustLevel", Value: enum("ApplicationTrustLevel", a.TrustLevel)},
		{Name: "AcceptSecurityIdentifierInformation", Value: a.AcceptSID},
		{Name: "Enabled", Value: a.Enabled},
	})
	o.Text = settingsText(o, "AuthToken", "Identity")
	return o
}

// authToken is where trust in a partner comes from: Value=<URL> for a metadata
// document.
func authToken(a adminapi.PartnerApplication) *object.Object {
	switch {
	case a.AuthMetadataURL != "":
		return &object.Object{
			Types: []string{csAuthSettings + "MetadataUrl"}, Text: "Value=" + a.AuthMetadataURL,
			Properties: []object.Property{{Name: "Value", Value: a.AuthMetadataURL}},
		}
	case a.UseAuthServer:
		return &object.Object{Types: []string{csAuthSettings + "UseOAuthServer"}, Text: csAuthSettings + "UseOAuthServer"}
	}
	o := &object.Object{Types: []string{csAuthSettings + "Certificate"}, Text: "Value="}
	if len(a.Certificates) > 0 {
		value := base64.StdEncoding.EncodeToString(a.Certificates[0])
		o.Text, o.Properties = "Value="+value, []object.Property{{Name: "Value", Value: value}}
	}
	return o
}

// settingsText is an object of the configuration as text: Name=Exchange;Realm=…
func settingsText(o *object.Object, without ...string) string {
	var parts []string
	for _, p := range o.Properties {
		if !anyFold(p.Name, without...) {
			parts = append(parts, p.Name+"="+object.Text(p.Value))
		}
	}
	return strings.Join(parts, ";")
}

// add makes a partner application. With -MetadataUrl the document is read at
// once (002-28); with -UseOAuthServer there is none (001-12).
func (p csPartnerApplication) add(ctx context.Context, in *shell.Invocation) error {
	if err := notInMemory(in); err != nil {
		return err
	}
	name := withoutScope(in.String("Identity"))
	if ok, err := confirmed(in, name); err != nil || !ok {
		return err
	}
	req, err := p.settings(in)
	if err != nil {
		return err
	}
	req.Identity, req.ApplicationIdentifier, req.Realm = name, in.StringIf("ApplicationIdentifier"), in.StringIf("Realm")
	made, err := do(ctx, p.c, adminapi.NewCsPartnerApplication, req)
	if err != nil {
		return err
	}
	for _, w := range made.Warnings {
		in.Warn(w)
	}
	return in.Emit(csPartnerObject(in.Command(), made))
}

// notInMemory refuses -InMemory: an object that is not stored would look as if
// the partner were trusted.
func notInMemory(in *shell.Invocation) error {
	if !in.Bool("InMemory") {
		return nil
	}
	return problem.New(problem.ManageParameter, "-InMemory is not possible here: objects are made where they are kept; see what would happen with -WhatIf")
}

// settings are what was given that New and Set have in common.
func (p csPartnerApplication) settings(in *shell.Invocation) (adminapi.PartnerApplicationSettings, error) {
	req := adminapi.PartnerApplicationSettings{
		AuthMetadataURL: in.StringIf("MetadataUrl"), TrustLevel: in.StringIf("ApplicationTrustLevel"),
		Enabled: in.BoolIf("Enabled"), AcceptSID: in.BoolIf("AcceptSecurityIdentifierInformation"), UseAuthServer: in.BoolIf("UseOAuthServer"),
	}
	der, err := givenCertificate(in)
	if der != nil {
		req.Certificates = [][]byte{der}
	}
	return req, err
}

// givenCertificate is the certificate that was given as base64, or as a file of
// DER, PEM or base64; nil when none was.
func givenCertificate(in *shell.Invocation) ([]byte, error) {
	if raw := in.StringIf("CertificateRawData"); raw != nil {
		der, err := certificateBytes([]byte(*raw))
		return der, problem.Wrap(err, problem.ManageParameter, "parameter CertificateRawData")
	}
	file := in.StringIf("CertificateFileData")
	if file == nil {
		return nil, nil
	}
	path, files := in.Session().Resolve(*file), in.Session().Files()
	if files == nil {
		return nil, problem.New(problem.ManageParameter, "this shell has no files; give the certificate with -CertificateRawData")
	}
	data, err := files.Read(path)
	if err != nil {
		return nil, problem.Wrap(err, problem.ManageParameter, "parameter CertificateFileData")
	}
	der, err := certificateBytes(data)
	return der, problem.Wrap(err, problem.ManageParameter, "the certificate in %s", path)
}

// certificateBytes takes PEM or base64 off a certificate. Whether what is left
// is one is for the node to say.
func certificateBytes(data []byte) ([]byte, error) {
	if block, _ := pem.Decode(data); block != nil {
		return block.Bytes, nil
	}
	text := strings.Join(strings.Fields(string(data)), "")
	if der, err := base64.StdEncoding.DecodeString(text); err == nil && len(der) > 0 {
		return der, nil
	}
	if len(data) == 0 || bytes.IndexByte(data, 0x30) != 0 {
		return nil, problem.New(problem.ManageParameter, "it is neither DER nor PEM nor base64")
	}
	return data, nil
}

func (p csPartnerApplication) set(ctx context.Context, in *shell.Invocation) error {
	identity := withoutScope(in.String("Identity"))
	var req adminapi.PartnerApplicationSettings
	var err error
	if whole := in.Value("Instance"); whole != nil {
		req = partnerOf(whole)
		identity = req.Identity
	} else if req, err = p.settings(in); err != nil {
		return err
	}
	req.Identity = identity
	if ok, err := confirmed(in, identity); err != nil || !ok {
		return err
	}
	return change(ctx, in, p.c, adminapi.SetCsPartnerApplication, req, nil)
}

// partnerOf reads what can be changed out of a whole object, as Get gave it.
func partnerOf(whole object.Value) adminapi.PartnerApplicationSettings {
	text := func(name string) *string {
		v, ok := object.Get(whole, name)
		if !ok || v == nil {
			return nil
		}
		s := object.Text(v)
		return &s
	}
	truth := func(name string) *bool {
		v, ok := object.Get(whole, name)
		if !ok {
			return nil
		}
		b := object.Truth(v)
		return &b
	}
	req := adminapi.PartnerApplicationSettings{
		TrustLevel: text("ApplicationTrustLevel"), Enabled: truth("Enabled"), AcceptSID: truth("AcceptSecurityIdentifierInformation"),
	}
	if identity := text("Identity"); identity != nil {
		req.Identity = withoutScope(*identity)
	}
	return req
}

// remove forgets a partner (001-11). It does not ask.
func (p csPartnerApplication) remove(ctx context.Context, in *shell.Invocation) error {
	identity := withoutScope(in.String("Identity"))
	if ok, err := confirmed(in, identity); err != nil || !ok {
		return err
	}
	return change(ctx, in, p.c, adminapi.RemoveCsPartnerApplication, adminapi.Identity{Identity: identity}, nil)
}
