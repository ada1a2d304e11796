package cmdlet

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// exchangeCertificate is the certificates of an Exchange server: those that can
// sign tokens, what its web services show (IIS), and requests that wait for an
// authority.
type exchangeCertificate struct{ c *Connection }

const (
	exchangeCertificateType = "Microsoft.Exchange.Management.SystemConfigurationTasks.ExchangeCertificate"
	certificateBaseType     = "System.Security.Cryptography.X509Certificates.X509Certificate2"
	binaryFileType          = "Microsoft.Exchange.Data.BinaryFileDataObject"
)

func exchangecertificate(c *Connection) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		x := exchangeCertificate{c}
		const class = "Microsoft.Exchange.Management.SystemConfigurationTasks."
		return commands("exchangecertificate", exchangeModule, actions{
			"Get-ExchangeCertificate":    {Class: class + "GetExchangeCertificate", Run: x.get},
			"New-ExchangeCertificate":    {Class: class + "NewExchangeCertificate", Run: x.make},
			"Remove-ExchangeCertificate": {Class: class + "RemoveExchangeCertificate", Run: x.remove, Asks: true},
			"Import-ExchangeCertificate": {Class: class + "ImportExchangeCertificate", Start: x.bring},
			"Export-ExchangeCertificate": {Class: class + "ExportExchangeCertificate", Run: x.export},
			"Enable-ExchangeCertificate": {Class: class + "EnableExchangeCertificate", Run: x.enable},
		})
	}
}

// exchangeCertificateViews is the table of three columns (D.2).
func exchangeCertificateViews() format.Views {
	return format.Views{exchangeCertificateType: {Default: format.Table, Table: []format.Column{
		{Property: "Thumbprint", Width: 41},
		{Property: "Services", Width: 10, Value: serviceFlags},
		{Property: "Subject"},
	}}}
}

// allowedServices are the services in the product's order, each with its
// letter in the default table; IIS shows as W.
var allowedServices = [...]struct {
	name   string
	letter byte
}{{"IMAP", 'I'}, {"POP", 'P'}, {"UM", 'U'}, {"IIS", 'W'}, {"SMTP", 'S'}, {"Federation", 'F'}, {"UMCallRouter", 'C'}}

// serviceFlags writes the services as the default table does: ....S..
func serviceFlags(v object.Value) object.Value {
	services, _ := object.Get(v, "Services")
	have := strings.Split(object.Text(services), ", ")
	flags := []byte(strings.Repeat(".", len(allowedServices)))
	for i, s := range allowedServices {
		if slices.Contains(have, s.name) {
			flags[i] = s.letter
		}
	}
	return string(flags)
}

// serviceNames writes services as lists show them: IMAP, POP, IIS, SMTP.
// Labels that are no service of the product are the node's own business.
func serviceNames(services []string) object.Value {
	var names []string
	for _, s := range allowedServices {
		if slices.ContainsFunc(services, func(have string) bool { return strings.EqualFold(have, s.name) }) {
			names = append(names, s.name)
		}
	}
	return object.Enum{Type: "Microsoft.Exchange.Management.SystemConfigurationTasks.AllowedServices", Name: cmp.Or(strings.Join(names, ", "), "None")}
}

// certificateNames are subject and issuer as Windows writes them.
func certificateNames(c adminapi.Certificate) (subject, issuer string) {
	read, err := object.Certificate(c.Raw, nil)
	if err != nil || read == nil {
		return c.Subject, c.Issuer
	}
	s, _ := object.Get(read, "Subject")
	i, _ := object.Get(read, "Issuer")
	return object.Text(s), object.Text(i)
}

func exchangeCertificateObject(in *shell.Invocation, c adminapi.Certificate) *object.Object {
	subject, issuer := certificateNames(c)
	o := objectOf(in.Command(), exchangeCertificateType, []object.Property{
		{Name: "CertificateDomains", Value: multi("Microsoft.Exchange.Data.SmtpDomainWithSubdomains[]", c.CertificateDomains...)},
		{Name: "HasPrivateKey", Value: c.HasPrivateKey},
		{Name: "IsSelfSigned", Value: c.SelfSigned},
		{Name: "Issuer", Value: issuer},
		{Name: "NotAfter", Value: dateIn(in, &c.NotAfter)},
		{Name: "NotBefore", Value: dateIn(in, &c.NotBefore)},
		{Name: "PublicKeySize", Value: int32(c.PublicKeySize)},
		{Name: "RootCAType", Value: enum("Microsoft.Exchange.Management.SystemConfigurationTasks.RootCAType", c.RootCAType)},
		{Name: "SerialNumber", Value: c.SerialNumber},
		{Name: "Services", Value: serviceNames(c.Services)},
		{Name: "Status", Value: enum("Microsoft.Exchange.Management.SystemConfigurationTasks.CertificateStatus", c.Status)},
		{Name: "Subject", Value: subject},
		{Name: "Thumbprint", Value: c.Thumbprint},
		{Name: "RawData", Value: object.Bytes(c.Raw)},
		{Name: "FriendlyName", Value: c.FriendlyName},
		{Name: "Identity", Value: c.Server + `\` + c.Thumbprint},
	})
	o.Types = append(o.Types, certificateBaseType)
	return o
}

// givenThumbprint is the certificate that a command is about, by thumbprint or
// as server\thumbprint.
func givenThumbprint(in *shell.Invocation) string {
	given := cmp.Or(in.String("Thumbprint"), in.String("Identity"))
	return given[strings.LastIndex(given, `\`)+1:]
}

// get lists certificates (002-05).
func (x exchangeCertificate) get(ctx context.Context, in *shell.Invocation) error {
	wanted := givenThumbprint(in)
	if instance, ok := object.Get(in.Value("Instance"), "Thumbprint"); ok && wanted == "" {
		wanted = object.Text(instance)
	}
	found, err := do(ctx, x.c, adminapi.GetExchangeCertificate, adminapi.Identity{Identity: wanted})
	if err != nil {
		return err
	}
	for _, c := range found {
		if domains := in.Strings("DomainName"); len(domains) > 0 && !namesAny(c, domains) {
			continue
		}
		if err := in.Emit(exchangeCertificateObject(in, c)); err != nil {
			return err
		}
	}
	return nil
}

// namesAny says whether a certificate carries one of the names.
func namesAny(c adminapi.Certificate, domains []string) bool {
	return slices.ContainsFunc(c.CertificateDomains, func(have string) bool { return containsFold(domains, have) })
}

func containsFold(list []string, text string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, text) })
}

// make makes a certificate (000-09) or, with -GenerateRequest, a request.
func (x exchangeCertificate) make(ctx context.Context, in *shell.Invocation) error {
	req := newExchangeCertificate(in)
	if ok, err := in.ShouldProcess(cmp.Or(req.SubjectName, req.FriendlyName)); err != nil || !ok {
		return err
	}
	if in.Bool("GenerateRequest") {
		req.Services = nil
		made, err := do(ctx, x.c, adminapi.NewExchangeCertificateRequest, req)
		if err != nil {
			return err
		}
		return putFile(in, in.String("RequestFile"), made.Request, certs.EncodeRequest(made.Request))
	}
	made, err := do(ctx, x.c, adminapi.NewExchangeCertificate, req)
	if err != nil {
		return err
	}
	// The certificate is there now, whatever the answer to the question is
	// (000-10).
	if slices.Contains(req.Services, "SMTP") {
		err = change(ctx, in, x.c, adminapi.EnableExchangeCertificate,
			adminapi.EnableCertificateRequest{Thumbprint: made.Thumbprint, Services: []string{"SMTP"}, Force: in.Bool("Force")},
			func(r *adminapi.EnableCertificateRequest) { r.Force = true })
	}
	if emitted := in.Emit(exchangeCertificateObject(in, made)); emitted != nil {
		return emitted
	}
	return err
}

// newExchangeCertificate reads the parameters, with those of -Instance, a
// certificate to be renewed, behind them.
func newExchangeCertificate(in *shell.Invocation) adminapi.NewCertificateRequest {
	like := func(property string) string {
		v, _ := object.Get(in.Value("Instance"), property)
		return object.Text(v)
	}
	req := adminapi.NewCertificateRequest{
		SubjectName: cmp.Or(in.String("SubjectName"), like("Subject")), FriendlyName: cmp.Or(in.String("FriendlyName"), like("FriendlyName"), "Microsoft Exchange"),
		DomainNames: in.Strings("DomainName"), KeySize: in.Int("KeySize"), PrivateKeyExportable: in.Bool("PrivateKeyExportable"),
		Services: splitServices(cmp.Or(in.String("Services"), "SMTP")),
	}
	if services := like("Services"); services != "" && !in.Has("Services") {
		// What the web services show is not a note that could be renewed.
		req.Services = slices.DeleteFunc(splitServices(services), func(s string) bool { return s == "IIS" })
	}
	if domains, ok := object.Get(in.Value("Instance"), "CertificateDomains"); ok && len(req.DomainNames) == 0 {
		for _, d := range object.Items(domains) {
			req.DomainNames = append(req.DomainNames, object.Text(d))
		}
	}
	for _, kind := range []string{"ServerFQDN", "ServerNetBIOSName", "AcceptedDomains", "AutoDiscover"} {
		if in.Bool("Include" + kind) {
			req.Include = append(req.Include, kind)
		}
	}
	if len(req.DomainNames) == 0 && len(req.Include) == 0 {
		req.Include = []string{"ServerNetBIOSName", "ServerFQDN"}
	}
	return req
}

// splitServices reads services as the binder writes flags.
func splitServices(flags string) []string {
	services := strings.Split(flags, ", ")
	return slices.DeleteFunc(services, func(s string) bool { return s == "None" || s == "" })
}

// putFile gives the user a file that a command made: into a file of his, or as
// an object with its bytes, or as text.
func putFile(in *shell.Invocation, path string, binary, text []byte) error {
	data := text
	if in.Bool("BinaryEncoded") {
		data = binary
	}
	if path != "" {
		return saveFile(in, path, data)
	}
	if in.Bool("BinaryEncoded") {
		return in.Emit(shell.ObjectOf(binaryFileType, object.Property{Name: "FileData", Type: "Byte[]", Value: object.Bytes(data)}))
	}
	return in.Emit(strings.TrimSuffix(string(text), "\n"))
}

func saveFile(in *shell.Invocation, path string, data []byte) error {
	files := in.Session().Files()
	if files == nil {
		return problem.New(problem.ShellNoPath, "this shell has no files")
	}
	return files.Write(in.Session().Resolve(path), data, false)
}

func loadFile(in *shell.Invocation, path string) ([]byte, error) {
	files := in.Session().Files()
	if files == nil {
		return nil, problem.New(problem.ShellNoPath, "this shell has no files")
	}
	return files.Read(in.Session().Resolve(path))
}

// remove deletes a certificate or a request; it asks.
func (x exchangeCertificate) remove(ctx context.Context, in *shell.Invocation) error {
	t := givenThumbprint(in)
	ok, err := in.ShouldProcess(t, fmt.Sprintf("Remove certificate with thumbprint %s from the computer's certificate store?", t))
	if err != nil || !ok {
		return err
	}
	return change(ctx, in, x.c, adminapi.RemoveExchangeCertificate, adminapi.Identity{Identity: t}, nil)
}

// bring imports a file. Text that comes line by line through the pipeline is
// one file.
func (x exchangeCertificate) bring() shell.Handler {
	var lines []string
	return shell.Handler{
		Process: func(_ context.Context, in *shell.Invocation) error {
			lines = append(lines, in.Strings("Instance")...)
			return nil
		},
		End: func(ctx context.Context, in *shell.Invocation) error { return x.importFile(ctx, in, lines) },
	}
}

func (x exchangeCertificate) importFile(ctx context.Context, in *shell.Invocation, lines []string) (err error) {
	data := []byte(strings.Join(lines, "\n"))
	if b, ok := in.Value("FileData").(object.Bytes); ok {
		data = b
	}
	if path := in.String("FileName"); path != "" {
		if data, err = loadFile(in, path); err != nil {
			return err
		}
	}
	if ok, err := in.ShouldProcess(cmp.Or(in.String("FileName"), in.String("FriendlyName"), "certificate")); err != nil || !ok {
		return err
	}
	got, err := do(ctx, x.c, adminapi.ImportExchangeCertificate, adminapi.ImportCertificateRequest{
		Data: data, Password: in.String("Password"), FriendlyName: in.String("FriendlyName"), PrivateKeyExportable: in.Bool("PrivateKeyExportable"),
	})
	if err != nil {
		return err
	}
	for _, w := range got.Warnings {
		in.Warn(w)
	}
	return in.Emit(exchangeCertificateObject(in, got))
}

// export gives a certificate with its key away, encrypted under the password,
// or shows a request again.
func (x exchangeCertificate) export(ctx context.Context, in *shell.Invocation) error {
	t := givenThumbprint(in)
	if ok, err := in.ShouldProcess(t); err != nil || !ok {
		return err
	}
	got, err := do(ctx, x.c, adminapi.ExportExchangeCertificate, adminapi.ExportCertificateRequest{
		Thumbprint: t, Password: in.String("Password"), Encryption: in.String("CryptoAlgorithmOption"),
	})
	if err != nil {
		return err
	}
	text := []byte(base64.StdEncoding.EncodeToString(got.Data))
	if got.Kind == "request" {
		text = certs.EncodeRequest(got.Data)
	}
	return putFile(in, in.String("FileName"), got.Data, text)
}

// enable notes services on a certificate; moving the default for SMTP asks.
func (x exchangeCertificate) enable(ctx context.Context, in *shell.Invocation) error {
	t := givenThumbprint(in)
	if ok, err := in.ShouldProcess(t); err != nil || !ok {
		return err
	}
	services := splitServices(in.String("Services"))
	if len(services) == 0 {
		return nil
	}
	return change(ctx, in, x.c, adminapi.EnableExchangeCertificate,
		adminapi.EnableCertificateRequest{Thumbprint: t, Services: services, Force: in.Bool("Force")},
		func(r *adminapi.EnableCertificateRequest) { r.Force = true })
}
