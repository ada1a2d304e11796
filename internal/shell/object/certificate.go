package object

import (
	"crypto/sha1"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"io/fs"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/problem"
)

// certificateType is the class without private key and views; its successor
// is named with a 2 at the end.
const certificateType = "System.Security.Cryptography.X509Certificates.X509Certificate"

// loaded is what lies behind a certificate's object.
type loaded struct {
	cert   *x509.Certificate
	hasKey bool
}

// Certificate makes an X509Certificate2 from DER, PEM, Base64, a bundle or a
// PFX without a password, of at most 64 KiB. Its dates are in zone.
func Certificate(data []byte, zone *time.Location) (*Object, error) {
	o := &Object{Types: []string{certificateType + "2", certificateType}}
	if err := o.load(data, "", zone); err != nil {
		return nil, err
	}
	return o, nil
}

// cryptographic is an error of Windows' certificate functions.
func cryptographic(message string) *Error {
	return failure("CryptographicException", notSpecified, "%s", message)
}

// load fills the object from a file's content.
func (o *Object) load(data []byte, password string, zone *time.Location) error {
	if len(data) > maxFile {
		return tooLarge("certificate file")
	}
	found, err := certs.Read(data, password)
	switch {
	case err != nil && problem.CodeOf(err) == problem.CertsPassword:
		return cryptographic("The specified network password is not correct.\n")
	case err != nil:
		return cryptographic("Cannot find the requested object.\n")
	}
	o.fill(loaded{found.Certificate, found.Key != nil}, zone)
	return nil
}

// fill sets the properties and the text.
func (o *Object) fill(l loaded, zone *time.Location) {
	c := l.cert
	zone = localZone(zone)
	hash := thumbprint(c)
	subject, issuer := distinguishedName(c.RawSubject), distinguishedName(c.RawIssuer)
	from, until := c.NotBefore.In(zone), c.NotAfter.In(zone)
	o.Native = l
	old := len(o.Types) == 1
	o.Properties = []Property{
		{Name: "DnsNameList", Type: "String[]", Value: texts(c.DNSNames), Hidden: old},
		{Name: "FriendlyName", Type: "String", Value: "", Hidden: old},
		{Name: "NotAfter", Type: "DateTime", Value: until, Hidden: old},
		{Name: "NotBefore", Type: "DateTime", Value: from, Hidden: old},
		{Name: "HasPrivateKey", Type: "Boolean", Value: l.hasKey, Hidden: old},
		{Name: "RawData", Type: "Byte[]", Value: Bytes(c.Raw), Hidden: old},
		{Name: "SerialNumber", Type: "String", Value: serialNumber(c), Hidden: old},
		{Name: "SignatureAlgorithm", Type: "String", Value: c.SignatureAlgorithm.String(), Hidden: old},
		{Name: "Thumbprint", Type: "String", Value: hash, Hidden: old},
		{Name: "Version", Type: "Int32", Value: int32(c.Version), Hidden: old},
		{Name: "Issuer", Type: "String", Value: issuer},
		{Name: "Subject", Type: "String", Value: subject},
	}
	o.Text = "[Subject]\n  " + subject + "\n\n[Issuer]\n  " + issuer + "\n\n[Serial Number]\n  " + serialNumber(c) +
		"\n\n[Not Before]\n  " + Show(from, nil) + "\n\n[Not After]\n  " + Show(until, nil) + "\n\n[Thumbprint]\n  " + hash + "\n"
}

func thumbprint(c *x509.Certificate) string {
	sum := sha1.Sum(c.Raw)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

func serialNumber(c *x509.Certificate) string {
	return strings.ToUpper(hex.EncodeToString(c.SerialNumber.Bytes()))
}

var certificateMethods = []method{
	{"Export", "byte[] Export(X509ContentType contentType)", 1, 2, func(c *call) (Value, error) {
		if !strings.EqualFold(c.text(0), "Cert") {
			return nil, c.raise("NotSupportedException", "Only the content type Cert can be exported here.")
		}
		return c.ofCertificate(func(x *x509.Certificate) Value { return Bytes(x.Raw) })
	}},
	{"GetCertHash", "byte[] GetCertHash()", 0, 0, func(c *call) (Value, error) {
		return c.ofCertificate(func(x *x509.Certificate) Value { sum := sha1.Sum(x.Raw); return Bytes(sum[:]) })
	}},
	{"GetCertHashString", "string GetCertHashString()", 0, 0, func(c *call) (Value, error) {
		return c.ofCertificate(func(x *x509.Certificate) Value { return thumbprint(x) })
	}},
	{"GetEffectiveDateString", "string GetEffectiveDateString()", 0, 0, func(c *call) (Value, error) {
		return c.ofCertificate(func(x *x509.Certificate) Value { return c.dateString(x.NotBefore) })
	}},
	{"GetExpirationDateString", "string GetExpirationDateString()", 0, 0, func(c *call) (Value, error) {
		return c.ofCertificate(func(x *x509.Certificate) Value { return c.dateString(x.NotAfter) })
	}},
	{"GetFormat", "string GetFormat()", 0, 0, func(*call) (Value, error) { return "X509", nil }},
	{"GetIssuerName", "string GetIssuerName()", 0, 0, func(c *call) (Value, error) {
		return c.ofCertificate(func(x *x509.Certificate) Value { return distinguishedName(x.RawIssuer) })
	}},
	{"GetName", "string GetName()", 0, 0, func(c *call) (Value, error) {
		return c.ofCertificate(func(x *x509.Certificate) Value { return distinguishedName(x.RawSubject) })
	}},
	{"GetRawCertData", "byte[] GetRawCertData()", 0, 0, func(c *call) (Value, error) {
		return c.ofCertificate(func(x *x509.Certificate) Value { return Bytes(x.Raw) })
	}},
	{"GetRawCertDataString", "string GetRawCertDataString()", 0, 0, func(c *call) (Value, error) {
		return c.ofCertificate(func(x *x509.Certificate) Value { return strings.ToUpper(hex.EncodeToString(x.Raw)) })
	}},
	{"GetSerialNumberString", "string GetSerialNumberString()", 0, 0, func(c *call) (Value, error) {
		return c.ofCertificate(func(x *x509.Certificate) Value { return serialNumber(x) })
	}},
	{"Import", "void Import(string fileName), void Import(byte[] rawData)", 1, 3, func(c *call) (Value, error) {
		o, _ := c.recv.(*Object)
		data, err := c.content(0)
		if err != nil {
			return nil, err
		}
		if err := o.load(data, c.password(1), c.rt.Zone); err != nil {
			return nil, c.rethrow(err)
		}
		return nil, nil
	}},
}

// ofCertificate refuses an object that nothing has been loaded into. One that
// a product's command made has its bytes in RawData.
func (c *call) ofCertificate(f func(*x509.Certificate) Value) (Value, error) {
	o, _ := c.recv.(*Object)
	if l, ok := o.Native.(loaded); ok {
		return f(l.cert), nil
	}
	if raw, ok := Get(o, "RawData"); ok {
		if der, ok := raw.(Bytes); ok {
			if read, err := x509.ParseCertificate(der); err == nil {
				return f(read), nil
			}
		}
	}
	return nil, c.raise("CryptographicException", "m_safeCertContext is an invalid handle.")
}

func (c *call) dateString(t time.Time) Value { return Show(t.In(localZone(c.rt.Zone)), nil) }

// content is an argument as a file's content: bytes, or the path of a file.
func (c *call) content(i int) ([]byte, error) {
	switch v := c.args[i].(type) {
	case Bytes:
		return v, nil
	case *List:
		converted, err := c.convert(i, "Byte[]")
		b, _ := converted.(Bytes)
		return b, err
	}
	data, err := c.readFile(c.text(i), maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, c.raise("CryptographicException", "The system cannot find the file specified.\n")
	}
	if err != nil {
		return nil, c.rethrow(err)
	}
	return data, nil
}

// readFile reads a file of at most limit bytes.
func (c *call) readFile(path string, limit int) ([]byte, error) {
	if c.rt.ReadFile == nil {
		return nil, failure("NotSupportedException", notSpecified, "Files cannot be read here.")
	}
	data, err := c.rt.ReadFile(path)
	if err == nil && len(data) > limit {
		return nil, tooLarge("file")
	}
	return data, err
}

// password is an argument as a password, which may be a SecureString.
func (c *call) password(i int) string {
	if i < len(c.args) {
		if s, ok := c.args[i].(Secure); ok {
			return s.Secret
		}
	}
	return c.text(i)
}

// credentialType is a user's name with a password.
const credentialType = "System.Management.Automation.PSCredential"

var credentialMethods = []method{
	{"GetNetworkCredential", "System.Net.NetworkCredential GetNetworkCredential()", 0, 0, func(c *call) (Value, error) {
		user, _ := Lookup(c.recv, "UserName")
		password, _ := Lookup(c.recv, "Password")
		secret, _ := password.Value.(Secure)
		domain, name, ok := strings.Cut(Text(user.Value), `\`)
		if !ok {
			domain, name = "", Text(user.Value)
		}
		return &Object{
			Types: []string{"System.Net.NetworkCredential"},
			Properties: []Property{
				{Name: "UserName", Value: name},
				{Name: "Password", Value: secret.Secret},
				{Name: "SecurePassword", Value: secret},
				{Name: "Domain", Value: domain},
			},
		}, nil
	}},
}

// NewCredential makes a PSCredential.
func NewCredential(user string, password Secure) *Object {
	return &Object{
		Types: []string{credentialType},
		Properties: []Property{
			{Name: "UserName", Type: "String", Value: user},
			{Name: "Password", Type: "SecureString", Value: password},
		},
	}
}
