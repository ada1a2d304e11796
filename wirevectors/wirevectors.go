// Package wirevectors holds test vectors for server-to-server OAuth: tokens,
// token server requests, metadata documents and challenges, each with what a
// correct implementation makes of it. README.md in its folder describes the
// files and where they come from.
//
// It owns the files and their loading into plain Go values. It knows nothing
// of any implementation, this project's included, so that every implementation
// can be measured with it.
//
// The private keys in it are public and protect nothing.
package wirevectors

import (
	"crypto"
	"crypto/x509"
	"embed"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io/fs"
	"time"
)

//go:embed *.json synthetic observed
var files embed.FS

// FS returns all files, under the paths that the vectors use.
func FS() fs.FS { return files }

// File returns one file, for example a document named in metadata.json.
func File(name string) ([]byte, error) { return files.ReadFile(name) }

func load[T any](name string) (*T, error) {
	data, err := files.ReadFile(name)
	if err != nil {
		return nil, err
	}
	v := new(T)
	if err := json.Unmarshal(data, v); err != nil {
		return nil, fmt.Errorf("wirevectors: %s: %w", name, err)
	}
	return v, nil
}

// Key is a key pair of synthetic/keys with its certificate.
type Key struct {
	Name        string
	Certificate *x509.Certificate
	Private     crypto.Signer // *rsa.PrivateKey, or *ecdsa.PrivateKey for "ec256"
}

// LoadKey returns the key pair with this name, for example "sfb-a". The names
// are the members of [Tokens].Keys.
func LoadKey(name string) (*Key, error) {
	cert, err := LoadCertificate(name)
	if err != nil {
		return nil, err
	}
	der, err := readPEM("synthetic/keys/" + name + ".key.pem")
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("wirevectors: key %s: %w", name, err)
	}
	return &Key{Name: name, Certificate: cert, Private: key.(crypto.Signer)}, nil
}

// LoadCertificate returns the certificate of the key pair with this name.
func LoadCertificate(name string) (*x509.Certificate, error) {
	der, err := readPEM("synthetic/keys/" + name + ".cert.pem")
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("wirevectors: certificate %s: %w", name, err)
	}
	return cert, nil
}

func readPEM(name string) ([]byte, error) {
	data, err := files.ReadFile(name)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, fmt.Errorf("wirevectors: %s holds no PEM block", name)
	}
	return block.Bytes, nil
}

// Clock is a point in time as the vectors write it: Unix seconds.
type Clock int64

// Time returns the clock in UTC.
func (c Clock) Time() time.Time { return time.Unix(int64(c), 0).UTC() }
