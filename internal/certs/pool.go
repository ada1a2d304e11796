package certs

import (
	"crypto/x509"
	"fmt"

	"github.com/matchseal/matchseal/internal/problem"
)

// LoadPool gathers the authorities trusted for TLS: those of the operating
// system when asked for, and those of the files. A file without a certificate
// is an error, not an empty pool: a typing mistake must not end in "nobody is
// trusted" an hour later.
func LoadPool(system bool, files ...string) (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	if system {
		own, err := x509.SystemCertPool()
		if err != nil {
			return nil, problem.Wrap(err, problem.CertsUnreadable, "cannot read the authorities of the operating system")
		}
		pool = own
	}
	for _, file := range files {
		authorities, err := ReadCertificatesPEM(file)
		if err != nil {
			return nil, fmt.Errorf("a file of trusted authorities: %w", err)
		}
		for _, cert := range authorities {
			pool.AddCert(cert)
		}
	}
	return pool, nil
}
