package authmeta

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/matchseal/matchseal/s2s"
)

// maxBits bounds the work that one signature can ask of us.
const maxBits = 16384

// readKeys keeps the entries that can verify a token and notes why the others
// cannot.
func (d *Document) readKeys(root node, now time.Time) error {
	list, _ := root.get("keys")
	if len(list.items) > MaxKeys {
		return &ParseError{TooManyKeys, fmt.Sprintf("it lists %d keys; at most %d are read", len(list.items), MaxKeys), whole}
	}
	var skipped []*ParseError
	for i, item := range list.items {
		key, note, bad := readKey(item, now)
		if bad != nil {
			skipped = append(skipped, bad)
			d.warn("keys[%d] is skipped: %s", i, bad.What)
			continue
		}
		if note != "" {
			d.warn("keys[%d]: %s", i, note)
		}
		if d.holds(key.Thumbprint) {
			d.warn("keys[%d] is skipped: the certificate is there twice", i)
			continue
		}
		d.Keys = append(d.Keys, key)
	}
	if len(d.Keys) == 0 {
		return noUsableKey(skipped)
	}
	return nil
}

func (d *Document) holds(t s2s.Thumbprint) bool {
	for _, k := range d.Keys {
		if k.Thumbprint == t {
			return true
		}
	}
	return false
}

// noUsableKey picks the reason that helps most: the first certificate that
// came near to being usable.
func noUsableKey(skipped []*ParseError) error {
	if len(skipped) == 0 {
		return &ParseError{NoKey, "it lists no keys", "assign a signing certificate at the other server: Set-AuthConfig -NewCertificateThumbprint … and -PublishCertificate on Exchange, Set-CsCertificate -Type OAuthTokenIssuer on Skype for Business"}
	}
	for _, reason := range []Reason{ExpiredKey, WeakKey, WrongKey} {
		for _, s := range skipped {
			if s.Reason == reason {
				return &ParseError{reason, "none of its keys can be used: " + s.What, s.Remedy}
			}
		}
	}
	return &ParseError{NoKey, "none of its keys can be used: " + skipped[0].What, skipped[0].Remedy}
}

// readKey reads one entry of keys. The note tells of something corrected.
func readKey(n node, now time.Time) (key Key, note string, bad *ParseError) {
	usage, _ := n.str("usage")
	if !strings.EqualFold(usage, usageSigning) {
		return key, "", &ParseError{NoKey, fmt.Sprintf("its usage is %s, not signing", quote(usage)), whole}
	}
	value, _ := n.get("keyValue")
	if t, _ := value.str("type"); !strings.EqualFold(t, typeX509) {
		return key, "", &ParseError{NoKey, fmt.Sprintf("its type is %s, not %s", quote(t), typeX509), whole}
	}
	encoded, _ := value.str("value")
	cert, bad := decodeCertificate(encoded)
	if bad == nil {
		bad = checkCertificate(cert, now)
	}
	if bad != nil {
		return key, "", bad
	}
	key = Key{Certificate: cert, Thumbprint: s2s.ThumbprintOf(cert), Usage: usageSigning}
	return key, checkX5T(n, key.Thumbprint), nil
}

// decodeCertificate reads the bare Base64 of a certificate. Line breaks and a
// missing padding do no harm.
func decodeCertificate(encoded string) (*x509.Certificate, *ParseError) {
	wrong := func(what string) *ParseError {
		return &ParseError{WrongKey, what, "the value is the Base64 of a certificate in DER form, without BEGIN and END lines"}
	}
	if strings.Contains(encoded, "-----") {
		return nil, wrong("its value has the lines of a PEM file around it")
	}
	bare := strings.TrimRight(strings.Join(strings.Fields(encoded), ""), "=")
	der, err := base64.RawStdEncoding.DecodeString(bare)
	if err != nil {
		return nil, wrong("its value is not Base64")
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, wrong("its value is not a certificate")
	}
	return cert, nil
}

// checkCertificate says why a certificate cannot verify tokens, or nil.
func checkCertificate(cert *x509.Certificate, now time.Time) *ParseError {
	name := subject(cert)
	public, ok := cert.PublicKey.(*rsa.PublicKey)
	switch {
	case !ok:
		return &ParseError{WrongKey, fmt.Sprintf("the key of %s is %s, not RSA", name, cert.PublicKeyAlgorithm), "tokens are signed with RSA keys; make a new signing certificate with an RSA key of 2048 bits at the other server"}
	case public.N.BitLen() < MinBits:
		return &ParseError{WeakKey, fmt.Sprintf("the RSA key of %s has %d bits; at least %d are needed", name, public.N.BitLen(), MinBits), "make a new signing certificate with 2048 bits at the other server"}
	case public.N.BitLen() > maxBits:
		return &ParseError{WrongKey, fmt.Sprintf("the RSA key of %s has %d bits; at most %d are accepted", name, public.N.BitLen(), maxBits), "make a new signing certificate with 2048 bits at the other server"}
	case now.After(cert.NotAfter):
		return &ParseError{ExpiredKey, fmt.Sprintf("the signing certificate %s expired on %s", name, day(cert.NotAfter)),
			"renew the signing certificate (not the TLS certificate) at the other server: New-ExchangeCertificate and Set-AuthConfig on Exchange, Set-CsCertificate -Type OAuthTokenIssuer on Skype for Business"}
	}
	return nil
}

// checkX5T tells when the thumbprint in the document is not the
// certificate's. It is never believed, only compared.
func checkX5T(n node, real s2s.Thumbprint) string {
	info, _ := n.get("keyinfo")
	said, _ := info.str("x5t")
	if said == "" {
		return ""
	}
	if t, err := s2s.ParseX5T(said); err != nil || t != real {
		return fmt.Sprintf("x5t says %s, but the certificate's is %s, which counts", quote(said), real.X5T())
	}
	return ""
}

// subject names a certificate for people, without control characters.
func subject(cert *x509.Certificate) string {
	if s := cert.Subject.String(); s != "" {
		return shown(s)
	}
	return "without a subject"
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
