package certs

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"fmt"
	"slices"

	"github.com/matchseal/matchseal/internal/problem"
)

// Forms of a certificate's file.
const (
	FormPEM      = "PEM"
	FormDER      = "DER"
	FormBase64   = "Base64"
	FormBundle   = "PKCS#7 bundle"
	FormPFX      = "PFX"
	FormDocument = "metadata document"
)

// Item is one certificate of a file.
type Item struct {
	*x509.Certificate
	Where string // in the file, for example "keys[0]"; empty when there is one place only
}

// Contents is what a file of certificates holds, good or bad.
type Contents struct {
	Form  string
	Items []Item // the one that the file is about comes first, unless it is a document
	// HasKey says that the private key of the first certificate lies beside it.
	HasKey   bool
	Findings []Finding // about the file rather than a certificate in it
	Notes    []string
}

// Certificates are those of the items.
func (c Contents) Certificates() []*x509.Certificate {
	var all []*x509.Certificate
	for _, i := range c.Items {
		all = append(all, i.Certificate)
	}
	return all
}

// NeedsPassword reports whether the file is a PFX, which a password opens.
func NeedsPassword(data []byte) bool {
	return len(data) <= maxFile && isPFX(bare(narrow(data)))
}

// Look opens whatever an administrator takes for a certificate, to explain it:
// the files that Read knows and an auth metadata document. It fails with
// certs.unreadable, certs.password or certs.no-key.
func Look(data []byte, password string) (Contents, error) {
	if len(data) > maxFile {
		return Contents{}, problem.New(problem.CertsUnreadable, "%d bytes are too many for a certificate's file", len(data))
	}
	data = narrow(data)
	switch trimmed, der := bytes.TrimSpace(data), bare(data); {
	case len(trimmed) == 0:
		return Contents{}, problem.New(problem.CertsUnreadable, "the file is empty")
	case trimmed[0] == '{':
		return lookIntoDocument(trimmed)
	case isPFX(der):
		pfx, err := ImportPFX(der, password)
		if err != nil {
			return Contents{}, err
		}
		c := Contents{Form: FormPFX, HasKey: true}
		c.add(pfx)
		return c, nil
	}
	read, err := Read(data, "")
	if err != nil {
		return Contents{}, err
	}
	c := Contents{Form: formOf(data)}
	c.add(read)
	if c.Form == FormPEM {
		c.lookForKey(data)
	}
	return c, nil
}

func (c *Contents) add(p PFX) {
	for _, cert := range append([]*x509.Certificate{p.Certificate}, p.Chain...) {
		c.Items = append(c.Items, Item{Certificate: cert})
	}
}

func formOf(data []byte) string {
	der := bare(data)
	_, bundle, _ := parseBundle(der)
	switch {
	case bytes.Contains(data, []byte("-----BEGIN")):
		return FormPEM
	case bundle:
		return FormBundle
	case !bytes.Equal(der, data):
		return FormBase64
	}
	return FormDER
}

// lookForKey says whether the private key of the first certificate lies in the
// same PEM file, and takes the certificate to which it belongs first.
func (c *Contents) lookForKey(data []byte) {
	if !slices.ContainsFunc([]string{pkcs8Block, pkcs1Block, ecBlock, lockedBlock, sealedBlock}, func(block string) bool {
		return bytes.Contains(data, []byte("-----BEGIN "+block+"-----"))
	}) {
		return
	}
	key, err := parseKeyPEM(data, nil)
	switch {
	case problem.Is(err, problem.CertsWrongBox):
		c.Notes = append(c.Notes, "a private key lies beside it, sealed by a node")
		return
	case err != nil:
		c.Notes = append(c.Notes, fmt.Sprintf("a private key lies beside it: %v", err))
		return
	}
	i := slices.IndexFunc(c.Items, func(i Item) bool { return belongs(i.Certificate, key) })
	if i < 0 {
		c.Findings = append(c.Findings, finding(problem.CertsMismatch, "the private key in the file belongs to none of its certificates"))
		return
	}
	c.HasKey = true
	first := c.Items[i]
	c.Items = slices.Insert(slices.Delete(c.Items, i, i+1), 0, first)
	c.Notes = append(c.Notes, "its private key lies beside it, not protected by a password; keep the file to yourself (chmod 600)")
}

func belongs(cert *x509.Certificate, key crypto.Signer) bool {
	return checkPair(cert, key) == nil
}
