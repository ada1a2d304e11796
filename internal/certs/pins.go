package certs

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
)

// ReadPins reads what a server certificate is pinned by: the SHA-256 of the
// certificate in hexadecimal digits, or a file with one certificate or, around
// a renewal, several. It fails with certs.unreadable.
func ReadPins(pin string) ([][sha256.Size]byte, error) {
	if sum, err := hex.DecodeString(pin); err == nil && len(sum) == sha256.Size {
		return [][sha256.Size]byte{[sha256.Size]byte(sum)}, nil
	}
	found, err := ReadCertificatesPEM(pin)
	if err != nil {
		return nil, fmt.Errorf("a pinned certificate: %w", err)
	}
	var sums [][sha256.Size]byte
	for _, c := range found {
		sums = append(sums, sha256.Sum256(c.Raw))
	}
	return sums, nil
}

// SHA256 is the thumbprint by which a server certificate is pinned, as
// administrators compare it: capitals without colons.
func SHA256(c *x509.Certificate) string { return fmt.Sprintf("%X", sha256.Sum256(c.Raw)) }
