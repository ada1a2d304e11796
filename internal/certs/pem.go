package certs

import (
	"bytes"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"

	"github.com/matchseal/matchseal/internal/problem"
)

// Types of PEM blocks. The sealed one is our own: the Base64 of a Box around
// a PKCS#8 key.
const (
	sealedBlock = "MATCHSEAL SEALED PRIVATE KEY"
	pkcs8Block  = "PRIVATE KEY"
	pkcs1Block  = "RSA PRIVATE KEY"
	ecBlock     = "EC PRIVATE KEY"
	certBlock   = "CERTIFICATE"
	requestMark = "CERTIFICATE REQUEST"
	lockedBlock = "ENCRYPTED PRIVATE KEY"
	bundleBlock = "PKCS7"
	chainBlock  = "CERTIFICATE CHAIN"
)

// fileSeal is the associated data of keys in files.
const fileSeal = "matchseal key file 1"

// publicKey is what every public key of the standard library can do.
type publicKey interface {
	Equal(crypto.PublicKey) bool
}

// SealKey seals a private key; place says where it is kept (for example a
// table and a row) and must be the same when it is opened.
func SealKey(box *Box, key crypto.Signer, place string) ([]byte, error) {
	plain, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode a private key: %w", err)
	}
	defer clear(plain)
	return box.Seal(plain, []byte(place)), nil
}

// OpenKey opens what SealKey made.
func OpenKey(box *Box, sealed []byte, place string) (crypto.Signer, error) {
	plain, err := box.Open(sealed, []byte(place))
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	return parsePKCS8(plain)
}

// WriteSealedKeyPEM writes a private key, sealed with box, to a file of mode
// 0600. The file is replaced whole or not at all.
func WriteSealedKeyPEM(path string, key crypto.Signer, box *Box) error {
	sealed, err := SealKey(box, key, fileSeal)
	if err != nil {
		return err
	}
	return writeFile(path, pem.EncodeToMemory(&pem.Block{Type: sealedBlock, Bytes: sealed}), 0o600, replaceExisting)
}

// WriteKeyPEM writes a private key in the clear (PKCS#8) to a file of mode
// 0600, for programs that cannot open a sealed one.
func WriteKeyPEM(path string, key crypto.Signer) error {
	plain, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("encode a private key: %w", err)
	}
	defer clear(plain)
	return writeFile(path, pem.EncodeToMemory(&pem.Block{Type: pkcs8Block, Bytes: plain}), 0o600, replaceExisting)
}

// ReadKeyPEM reads a private key, sealed or plain (PKCS#8, PKCS#1, EC). The
// box may be nil when only plain keys are expected. A file that the group or
// everybody can read is refused with the command that cures it.
func ReadKeyPEM(path string, box *Box) (crypto.Signer, error) {
	data, err := readPrivate(path)
	if err != nil {
		return nil, err
	}
	defer clear(data)
	key, err := parseKeyPEM(data, box)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

func parseKeyPEM(data []byte, box *Box) (crypto.Signer, error) {
	for rest := data; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return nil, problem.New(problem.CertsUnreadable, "the file holds no private key in PEM form")
		}
		switch block.Type {
		case sealedBlock:
			if box == nil {
				return nil, problem.New(problem.CertsWrongBox, "the key is sealed and no sealing key was given")
			}
			return OpenKey(box, block.Bytes, fileSeal)
		case pkcs8Block:
			return parsePKCS8(block.Bytes)
		case pkcs1Block:
			if block.Headers["DEK-Info"] != "" {
				return nil, lockedKey()
			}
			key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
			if err != nil {
				return nil, unreadableKey(err)
			}
			return key, nil
		case ecBlock:
			key, err := x509.ParseECPrivateKey(block.Bytes)
			if err != nil {
				return nil, unreadableKey(err)
			}
			return key, nil
		case lockedBlock:
			return nil, lockedKey()
		}
	}
}

func lockedKey() error {
	return problem.New(problem.CertsUnreadable, "the key is protected by a password; write it without one: openssl pkey -in <file> -out <new file>, then chmod 600")
}

func parsePKCS8(der []byte) (crypto.Signer, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, unreadableKey(err)
	}
	key, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, problem.New(problem.CertsUnreadable, "a key of type %T cannot sign", parsed)
	}
	return key, nil
}

// unreadableKey hides the parser's words: they may quote what is in the key.
func unreadableKey(error) error {
	return problem.New(problem.CertsUnreadable, "the private key is damaged or of a kind that is not supported")
}

// WriteCertificatesPEM writes certificates to a file that everybody may read.
func WriteCertificatesPEM(path string, certs ...*x509.Certificate) error {
	return writeFile(path, EncodeCertificates(certs...), 0o644, replaceExisting)
}

// EncodeCertificates gives certificates in PEM form.
func EncodeCertificates(certs ...*x509.Certificate) []byte {
	var out bytes.Buffer
	for _, c := range certs {
		out.Write(pem.EncodeToMemory(&pem.Block{Type: certBlock, Bytes: c.Raw}))
	}
	return out.Bytes()
}

// ReadCertificatesPEM reads the certificates of a file, at least one, in any
// form that ParseCertificates knows; the text may be in UTF-16.
func ReadCertificatesPEM(path string) ([]*x509.Certificate, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, problem.New(problem.CertsUnreadable, "%s is empty", path)
	}
	data = narrow(data)
	if isPFX(bare(data)) {
		return nil, problem.New(problem.CertsUnreadable, "%s is a PFX file, which is made to carry a private key; what belongs here is the certificate alone: openssl pkcs12 -in %s -nokeys -out <new file>", path, quote(path))
	}
	certs, err := ParseCertificates(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return certs, nil
}

// ParseCertificates reads certificates in any form administrators pass
// around: PEM (one or many), DER, the bare Base64 of DER, or a bundle (PKCS#7)
// in any of these.
func ParseCertificates(data []byte) ([]*x509.Certificate, error) {
	if len(data) > maxFile {
		return nil, problem.New(problem.CertsUnreadable, "%d bytes are too many for certificates", len(data))
	}
	if bytes.Contains(data, []byte("-----BEGIN")) {
		return parseCertificatesPEM(data)
	}
	der := bare(data)
	if found, ok, err := parseBundle(der); ok {
		return found, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, problem.Wrap(err, problem.CertsUnreadable, "this is no certificate in PEM, DER or Base64 form")
	}
	return []*x509.Certificate{cert}, nil
}

func parseCertificatesPEM(data []byte) ([]*x509.Certificate, error) {
	var certs []*x509.Certificate
	other := "" // what else was there, for the message
	for rest := data; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type == bundleBlock || block.Type == chainBlock {
			bundle, _, err := parseBundle(block.Bytes)
			if err != nil {
				return nil, err
			}
			certs = append(certs, bundle...)
			continue
		}
		if block.Type != certBlock {
			other = block.Type
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, problem.Wrap(err, problem.CertsUnreadable, "certificate number %d of the file is damaged", len(certs)+1)
		}
		certs = append(certs, cert)
	}
	switch {
	case len(certs) > 0:
		return certs, nil
	case strings.Contains(other, requestMark):
		return nil, problem.New(problem.CertsUnreadable, "the file holds a certificate request, not a certificate; send it to an authority and use what comes back")
	case other != "":
		return nil, problem.New(problem.CertsUnreadable, "the file holds %q, but no certificate", other)
	}
	return nil, problem.New(problem.CertsUnreadable, "the file holds no certificate that is complete")
}

// LoadTLS reads a chain and its key from PEM files and checks that the two
// belong together. The box may be nil for plain keys.
func LoadTLS(certPath, keyPath string, box *Box) (tls.Certificate, error) {
	chain, err := ReadCertificatesPEM(certPath)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := ReadKeyPEM(keyPath, box)
	if err != nil {
		return tls.Certificate{}, err
	}
	if err := checkPair(chain[0], key); err != nil {
		return tls.Certificate{}, fmt.Errorf("%s and %s: %w", certPath, keyPath, err)
	}
	return TLS(chain, key), nil
}

func checkPair(cert *x509.Certificate, key crypto.Signer) error {
	if public, ok := cert.PublicKey.(publicKey); !ok || !public.Equal(key.Public()) {
		return problem.New(problem.CertsMismatch, "the private key does not belong to the certificate of %s", subject(cert))
	}
	return nil
}
