package certs

import (
	"crypto"
	"crypto/x509"
	"errors"
	"slices"
	"strings"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/matchseal/matchseal/internal/problem"
)

// PFX is what a PKCS#12 file carries from one server to the next.
type PFX struct {
	Certificate *x509.Certificate
	Key         crypto.Signer
	Chain       []*x509.Certificate // authorities above, may be empty
}

// Encryption is the protection of an exported PFX.
type Encryption int

const (
	// Modern is AES-256 with PBKDF2, read by Windows Server 2019 and later.
	Modern Encryption = iota
	// Legacy is triple DES, which older Windows needs. It protects the key
	// only as far as its password is long.
	Legacy
)

// ImportPFX opens a PFX file of either encryption.
func ImportPFX(data []byte, password string) (PFX, error) {
	if len(data) > maxFile {
		return PFX{}, problem.New(problem.CertsUnreadable, "%d bytes are too many for a PFX file", len(data))
	}
	parsed, cert, chain, err := pkcs12.DecodeChain(data, password)
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword), errors.Is(err, pkcs12.ErrDecryption):
		return PFX{}, problem.New(problem.CertsPassword, "the PFX file does not open with this password")
	case err != nil && strings.Contains(err.Error(), "private key missing"): // the library has no type for it
		return PFX{}, problem.New(problem.CertsNoKey, "the PFX file holds certificates and no private key")
	case err != nil:
		return PFX{}, problem.Wrap(err, problem.CertsUnreadable, "this PFX file cannot be read; it must hold one certificate and its private key")
	}
	key, ok := parsed.(crypto.Signer)
	if !ok {
		return PFX{}, problem.New(problem.CertsUnreadable, "the PFX file holds a key of type %T, which cannot sign", parsed)
	}
	// Some programs put the authorities first.
	all := append([]*x509.Certificate{cert}, chain...)
	i := slices.IndexFunc(all, func(c *x509.Certificate) bool { return belongs(c, key) })
	if i < 0 {
		return PFX{}, checkPair(cert, key)
	}
	return PFX{Certificate: all[i], Key: key, Chain: slices.Delete(slices.Clone(all), i, i+1)}, nil
}

// ExportPFX makes a PFX file. An empty password is refused: the file holds
// the private key.
func ExportPFX(p PFX, password string, e Encryption) ([]byte, error) {
	if password == "" {
		return nil, problem.New(problem.CertsPassword, "a PFX file holds the private key; give it a password")
	}
	encoder := pkcs12.Modern2023
	if e == Legacy {
		encoder = pkcs12.LegacyDES
	}
	data, err := encoder.Encode(p.Key, p.Certificate, p.Chain, password)
	if err != nil {
		return nil, problem.Wrap(err, problem.CertsInvalid, "cannot export the certificate of %s", subject(p.Certificate))
	}
	return data, nil
}
