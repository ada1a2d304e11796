package certs

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"slices"
	"strings"
	"unicode/utf16"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/matchseal/matchseal/internal/problem"
)

// Read opens whatever an administrator has as a certificate's file: a PFX with
// its key, a certificate in PEM, DER or Base64 form, or the bundle an authority
// answers with (.p7b). The key is nil when the file holds none; then the
// password is not looked at. Base64 may stand in a file of UTF-16, as Windows'
// own tools write it. It fails with certs.unreadable or certs.password.
func Read(data []byte, password string) (PFX, error) {
	if len(data) > maxFile {
		return PFX{}, problem.New(problem.CertsUnreadable, "%d bytes are too many for a certificate's file", len(data))
	}
	data = narrow(data)
	if der := bare(data); isPFX(der) {
		return ImportPFX(der, password)
	}
	found, err := ParseCertificates(data)
	if err != nil {
		return PFX{}, err
	}
	// A bundle holds the authorities too, in any order.
	leaf := max(slices.IndexFunc(found, func(c *x509.Certificate) bool { return !c.IsCA }), 0)
	return PFX{Certificate: found[leaf], Chain: slices.Delete(slices.Clone(found), leaf, leaf+1)}, nil
}

// narrow turns text in UTF-16 into bytes, and takes the mark off UTF-8.
func narrow(data []byte) []byte {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	marked := bytes.HasPrefix(data, []byte{0xff, 0xfe})
	if !marked && (len(data) < 4 || data[1] != 0 || data[3] != 0) { // DER has a length there
		return data
	}
	units := make([]uint16, 0, len(data)/2)
	for i := 0; i+1 < len(data); i += 2 {
		units = append(units, uint16(data[i])|uint16(data[i+1])<<8)
	}
	if marked {
		units = units[1:]
	}
	return []byte(string(utf16.Decode(units)))
}

// bare is the DER inside Base64, or the data as it is.
func bare(data []byte) []byte {
	if der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(data)), "")); err == nil {
		return der
	}
	return data
}

// isPFX tells a PFX, which begins with its version, from a certificate.
func isPFX(der []byte) bool {
	outer := cryptobyte.String(der)
	var inner cryptobyte.String
	var version int
	return outer.ReadASN1(&inner, asn1.SEQUENCE) && inner.ReadASN1Integer(&version) && version == 3
}

// maxBundle bounds the certificates of one bundle.
const maxBundle = 64

// parseBundle reads the certificates of a PKCS#7 SignedData, the form of a
// .p7b file (RFC 2315); ok is false when the data is something else.
func parseBundle(der []byte) (found []*x509.Certificate, ok bool, err error) {
	data := cryptobyte.String(der)
	var info, kind, content, signed, list cryptobyte.String
	if !data.ReadASN1(&info, asn1.SEQUENCE) || !info.ReadASN1(&kind, asn1.OBJECT_IDENTIFIER) || !bytes.Equal(kind, signedData()) {
		return nil, false, nil
	}
	explicit0 := asn1.Tag(0).ContextSpecific().Constructed()
	if !info.ReadASN1(&content, explicit0) || !content.ReadASN1(&signed, asn1.SEQUENCE) ||
		!signed.SkipASN1(asn1.INTEGER) || !signed.SkipASN1(asn1.SET) || !signed.SkipASN1(asn1.SEQUENCE) ||
		!signed.ReadASN1(&list, explicit0) {
		return nil, true, problem.New(problem.CertsUnreadable, "the bundle is damaged or holds no certificate")
	}
	for !list.Empty() && len(found) < maxBundle {
		var one cryptobyte.String
		if !list.ReadASN1Element(&one, asn1.SEQUENCE) {
			return nil, true, problem.New(problem.CertsUnreadable, "the bundle is damaged")
		}
		cert, err := x509.ParseCertificate(one)
		if err != nil {
			return nil, true, problem.Wrap(err, problem.CertsUnreadable, "certificate number %d of the bundle is damaged", len(found)+1)
		}
		found = append(found, cert)
	}
	if len(found) == 0 || !list.Empty() {
		return nil, true, problem.New(problem.CertsUnreadable, "a bundle holds 1 to %d certificates", maxBundle)
	}
	return found, true, nil
}

// signedData is the object identifier 1.2.840.113549.1.7.2 in DER.
func signedData() []byte { return []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02} }

// EncodeRequest gives a certificate request in PEM form, as Windows names it.
func EncodeRequest(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "NEW CERTIFICATE REQUEST", Bytes: der})
}
