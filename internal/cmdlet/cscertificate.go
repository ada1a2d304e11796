package cmdlet

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// csCertificate is the certificates of a Skype for Business server by their
// use: OAuthTokenIssuer signs tokens for the whole deployment, the others are
// what the web services show.
type csCertificate struct{ c *Connection }

const (
	csCertificateType = "Microsoft.Rtc.Management.Deployment.CertificateReference"
	csCertificateUse  = "Microsoft.Rtc.Management.Deployment.CertType"
	csRequestType     = "Microsoft.Rtc.Management.Deployment.CertificateRequest"
	csGlobal          = "global"
)

func cscertificate(c *Connection) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		x := csCertificate{c}
		const class = "Microsoft.Rtc.Management.Deployment."
		return commands("cscertificate", skypeModule, actions{
			"Get-CsCertificate":     {Class: class + "GetCertificateCmdlet", Run: x.get},
			"Set-CsCertificate":     {Class: class + "SetCertificateCmdlet", Run: x.set},
			"Import-CsCertificate":  {Class: class + "ImportCertificateCmdlet", Run: x.bring},
			"Remove-CsCertificate":  {Class: class + "RemoveCertificateCmdlet", Run: x.remove},
			"Request-CsCertificate": {Class: class + "RequestCertificateCmdlet", Run: x.request},
		})
	}
}

// get shows what is assigned (000-19). Without -Identity that is all of it,
// the certificate of the central store included.
func (x csCertificate) get(ctx context.Context, in *shell.Invocation) error {
	uses, err := do(ctx, x.c, adminapi.GetCsCertificateUse, adminapi.Empty{})
	if err != nil {
		return err
	}
	types, identity := in.Strings("Type"), in.String("Identity")
	for _, u := range uses {
		global := strings.EqualFold(u.Scope, csGlobal)
		if len(types) > 0 && !containsFold(types, u.Use) || identity != "" && global != strings.EqualFold(identity, csGlobal) {
			continue
		}
		if err := in.Emit(csCertificateObject(in, u)); err != nil {
			return err
		}
	}
	return nil
}

func csCertificateObject(in *shell.Invocation, u adminapi.CertificateUse) *object.Object {
	c := u.Certificate
	subject, issuer := certificateNames(c)
	return objectOf(in.Command(), csCertificateType, []object.Property{
		{Name: "Issuer", Value: issuer},
		{Name: "NotAfter", Value: dateIn(in, &c.NotAfter)},
		{Name: "NotBefore", Value: dateIn(in, &c.NotBefore)},
		{Name: "SerialNumber", Value: c.SerialNumber},
		{Name: "Subject", Value: subject},
		{Name: "AlternativeNames", Value: multi("String[]", c.CertificateDomains...)},
		{Name: "Thumbprint", Value: c.Thumbprint},
		{Name: "EffectiveDate", Value: dateIn(in, u.EffectiveDate)},
		{Name: "PreviousThumbprint", Value: u.PreviousThumbprint},
		{Name: "UpdateTime", Value: dateIn(in, u.UpdateTime)},
		{Name: "Use", Value: enum(csCertificateUse, u.Use)},
		{Name: "SourceScope", Value: u.Scope},
		{Name: "RawData", Value: object.Bytes(c.Raw), Hidden: true},
	})
}

// set assigns a certificate of the store, or of a file, at once (000-22) or,
// with -Roll, from a date (000-23).
func (x csCertificate) set(ctx context.Context, in *shell.Invocation) error {
	if err := rollNeedsDate(in); err != nil {
		return err
	}
	if ok, err := in.ShouldProcess(strings.Join(in.Strings("Type"), ", ")); err != nil || !ok {
		return err
	}
	t := in.String("Thumbprint")
	if reference, ok := object.Get(in.Value("Reference"), "Thumbprint"); ok {
		t = object.Text(reference)
	}
	if in.Has("Path") {
		got, err := x.importFile(ctx, in)
		if err != nil {
			return err
		}
		t = got.Thumbprint
	}
	return x.assign(ctx, in, t)
}

func (x csCertificate) assign(ctx context.Context, in *shell.Invocation, thumbprint string) error {
	return change(ctx, in, x.c, adminapi.SetCsCertificate, adminapi.SetCsCertificateRequest{
		Thumbprint: thumbprint, Types: in.Strings("Type"), EffectiveDate: in.TimeIf("EffectiveDate"),
		Roll: in.Bool("Roll"), Force: in.Bool("Force"),
	}, func(r *adminapi.SetCsCertificateRequest) { r.Force = true })
}

// rollNeedsDate refuses -Roll without -EffectiveDate as the shell refuses a
// command that lacks a mandatory parameter: before anything is imported.
func rollNeedsDate(in *shell.Invocation) error {
	if !in.Bool("Roll") || in.Has("EffectiveDate") {
		return nil
	}
	return &object.ErrorRecord{
		Command: in.Command().Name, Category: "InvalidArgument", Reason: "ParameterBindingException",
		Message: "Cannot process command because of one or more missing mandatory parameters: EffectiveDate.",
		ID:      "MissingMandatoryParameter," + in.Command().Class, Code: string(problem.ManageParameter),
		Remedy: "Say from when the certificate is to sign: -EffectiveDate (Get-Date).AddDays(3) -Roll; or leave -Roll out to assign it at once.",
	}
}

// bring imports a file into the store and, with -Identity global, assigns what
// is in it (000-21).
func (x csCertificate) bring(ctx context.Context, in *shell.Invocation) error {
	if err := rollNeedsDate(in); err != nil {
		return err
	}
	if ok, err := in.ShouldProcess(in.String("Path")); err != nil || !ok {
		return err
	}
	got, err := x.importFile(ctx, in)
	if err != nil || !in.Has("Identity") {
		return err
	}
	return x.assign(ctx, in, got.Thumbprint)
}

// importFile reads a file on this side and brings it into the node's store.
func (x csCertificate) importFile(ctx context.Context, in *shell.Invocation) (adminapi.Certificate, error) {
	data, err := loadFile(in, in.String("Path"))
	if err != nil {
		return adminapi.Certificate{}, err
	}
	got, err := do(ctx, x.c, adminapi.ImportCsCertificate, adminapi.ImportCertificateRequest{
		Data: data, Password: in.String("Password"), PrivateKeyExportable: in.Bool("PrivateKeyExportable"),
	})
	for _, w := range got.Warnings {
		in.Warn(w)
	}
	return got, err
}

// remove takes the certificate of a use away from it and deletes nothing
// (000-20). The node asks while the certificate is in use.
func (x csCertificate) remove(ctx context.Context, in *shell.Invocation) error {
	types := in.Strings("Type")
	if ok, err := in.ShouldProcess(strings.Join(types, ", ")); err != nil || !ok {
		return err
	}
	return change(ctx, in, x.c, adminapi.RemoveCsCertificateUse,
		adminapi.RemoveCertificateUseRequest{Types: types, Previous: in.Bool("Previous"), Force: in.Bool("Force")},
		func(r *adminapi.RemoveCertificateUseRequest) { r.Force = true })
}

// request makes a certificate or a request, or looks after requests that wait.
func (x csCertificate) request(ctx context.Context, in *shell.Invocation) error {
	if in.Bool("New") {
		return x.requestNew(ctx, in)
	}
	waiting, err := do(ctx, x.c, adminapi.GetCsCertificateRequests, adminapi.Empty{})
	if err != nil {
		return err
	}
	number := int32(in.Int("RequestId"))
	if number != 0 {
		waiting = slices.DeleteFunc(waiting, func(r adminapi.CertificateRequest) bool { return int32(r.Number) != number })
		if len(waiting) == 0 {
			return problem.New(problem.ManageNotFound, "there is no pending certificate request %d", number)
		}
	}
	switch {
	case in.Bool("Clear"):
		if ok, err := in.ShouldProcess("pending certificate requests"); err != nil || !ok {
			return err
		}
		return change(ctx, in, x.c, adminapi.RemoveCsCertificateRequests, adminapi.RemoveCertificateRequestsRequest{Number: int(number)}, nil)
	case in.Bool("Retrieve") && len(waiting) > 0:
		return problem.New(problem.KeyringPending, "no authority can be asked from here for the answer to request %d", waiting[0].Number)
	case in.Bool("Retrieve"):
		in.Warn("There are no pending certificate requests.")
		return nil
	}
	for _, r := range waiting {
		if err := in.Emit(csRequestObject(in, int32(r.Number), "Pending", r.Placeholder)); err != nil {
			return err
		}
	}
	return nil
}

// requestNew makes a self-signed certificate for signing, or with -Output a
// request in a file on this side.
func (x csCertificate) requestNew(ctx context.Context, in *shell.Invocation) error {
	for _, use := range in.Strings("Type") {
		if !strings.EqualFold(use, adminapi.UseOAuthTokenIssuer) {
			return problem.New(problem.KeyringListener, "a certificate for %s is not made here", use)
		}
	}
	if alg := in.String("KeyAlg"); alg != "" && alg != "RSA" {
		return problem.New(problem.KeyringWeak, "-KeyAlg %s: tokens are signed with RSA keys", alg)
	}
	req := newCsCertificate(in)
	if ok, err := in.ShouldProcess(adminapi.UseOAuthTokenIssuer); err != nil || !ok {
		return err
	}
	if path := in.String("Output"); path != "" {
		made, err := do(ctx, x.c, adminapi.NewCsCertificateRequest, req)
		if err != nil {
			return err
		}
		if err := saveFile(in, path, certs.EncodeRequest(made.Request)); err != nil {
			return err
		}
		return in.Emit(csRequestObject(in, int32(made.Number), "Pending", made.Placeholder))
	}
	made, err := do(ctx, x.c, adminapi.RequestCsCertificate, req)
	if err != nil {
		return err
	}
	in.Verbose("Issued thumbprint \"" + made.Thumbprint + "\" for use \"" + adminapi.UseOAuthTokenIssuer + "\": self-signed, as there is no authority here; a partner pins the certificate.")
	return in.Emit(csRequestObject(in, nil, "Issued", made))
}

func newCsCertificate(in *shell.Invocation) adminapi.NewCertificateRequest {
	req := adminapi.NewCertificateRequest{
		FriendlyName: cmp.Or(in.String("FriendlyName"), adminapi.UseOAuthTokenIssuer), KeySize: in.Int("KeySize"),
		PrivateKeyExportable: in.Bool("PrivateKeyExportable"),
	}
	var more []string
	for _, part := range [][2]string{{"ou", "OU"}, {"o", "Organization"}, {"l", "City"}, {"s", "State"}, {"c", "Country"}} {
		if v := in.String(part[1]); v != "" {
			more = append(more, part[0]+"="+strings.NewReplacer(`\`, `\\`, ",", `\,`).Replace(v))
		}
	}
	req.SubjectMore = strings.Join(more, ",")
	for name := range strings.SplitSeq(in.String("DomainName")+","+in.String("ComputerFqdn"), ",") {
		if name = strings.TrimSpace(name); name != "" {
			req.DomainNames = append(req.DomainNames, name)
		}
	}
	if len(req.DomainNames) == 0 {
		req.Include = append(req.Include, "ServerFQDN")
	}
	if in.Bool("AllSipDomain") {
		req.Include = append(req.Include, "AcceptedDomains")
	}
	return req
}

func csRequestObject(in *shell.Invocation, number object.Value, status string, c adminapi.Certificate) *object.Object {
	subject, _ := certificateNames(c)
	var ends *time.Time
	if status == "Issued" { // an authority chooses the dates of its answer
		ends = &c.NotAfter
	}
	return objectOf(in.Command(), csRequestType, []object.Property{
		{Name: "RequestId", Value: number},
		{Name: "Status", Value: status},
		{Name: "Use", Value: enum(csCertificateUse, adminapi.UseOAuthTokenIssuer)},
		{Name: "Subject", Value: subject},
		{Name: "Thumbprint", Value: c.Thumbprint},
		{Name: "NotAfter", Value: dateIn(in, ends)},
	})
}
