package keyring

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/s2s"
)

// Certificate is a certificate of the store, without its key.
type Certificate struct {
	X509          *x509.Certificate
	Thumbprint    s2s.Thumbprint
	FriendlyName  string
	Services      []string // labels such as SMTP
	DefaultFor    []string // services whose default it is
	Use           []string // "current", "next", "previous"
	HasPrivateKey bool
	Exportable    bool
	Created       time.Time
}

// Options say how a certificate is kept.
type Options struct {
	FriendlyName string
	Services     []string
	Exportable   bool // whether Export may give the private key away
}

const (
	minSigningBits = 2048
	maxSigningBits = 4096 // of those made here
	maxFriendly    = 256
)

// check refuses what cannot be kept, and gives the services in their one form.
func (o Options) check() ([]string, error) {
	if len(o.FriendlyName) > maxFriendly || strings.ContainsFunc(o.FriendlyName, func(r rune) bool { return r < ' ' }) {
		return nil, problem.New(problem.KeyringRequest, "a friendly name is one line of at most %d bytes", maxFriendly)
	}
	return checkServices(o.Services)
}

// record is a row of keyring_certificates.
type record struct {
	cert       *x509.Certificate
	thumbprint s2s.Thumbprint
	sealed     []byte
	friendly   string
	services   []string
	exportable bool
	created    time.Time
}

// Add puts a certificate into the store, with its private key or, when key is
// nil, without. A certificate that is there already gains the key and the
// labels it lacked.
func (k *Keyring) Add(ctx context.Context, cert *x509.Certificate, key crypto.Signer, o Options) (Certificate, error) {
	services, err := o.check()
	if err != nil {
		return Certificate{}, err
	}
	t := s2s.ThumbprintOf(cert)
	var sealed any // NULL without a key
	if key != nil {
		if public, ok := cert.PublicKey.(interface{ Equal(crypto.PublicKey) bool }); !ok || !public.Equal(key.Public()) {
			return Certificate{}, problem.New(problem.CertsMismatch, "the private key does not belong to the certificate %s", t)
		}
		if sealed, err = certs.SealKey(k.box, key, place(t)); err != nil {
			return Certificate{}, err
		}
	}
	err = k.db.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, upsertCertificate, t.String(), cert.Raw, sealed, o.FriendlyName, strings.Join(services, ","),
			flag(o.Exportable), store.Micros(k.time()))
		if err != nil || !slices.Contains(services, smtp) {
			return err
		}
		defaults, err := readDefaults(ctx, tx)
		if err != nil || defaults[smtp] != "" {
			return err
		}
		_, err = tx.ExecContext(ctx, upsertDefault, smtp, t.String())
		return err
	})
	if err != nil {
		return Certificate{}, fmt.Errorf("store the certificate %s: %w", t, err)
	}
	return k.Certificate(ctx, t)
}

// place ties a sealed key to its row.
func place(t s2s.Thumbprint) string { return "keyring_certificates/" + t.String() }

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// NewCertificate makes a self-signed certificate with a new key. A default of
// a service is left as it is; Assign changes it.
func (k *Keyring) NewCertificate(ctx context.Context, r Request) (Certificate, error) {
	made, err := r.selfSigned(k.time())
	if err != nil {
		return Certificate{}, err
	}
	if _, err := r.Options.check(); err != nil {
		return Certificate{}, err // before the long work of making a key
	}
	cert, key, err := certs.NewSelfSigned(made)
	if err != nil {
		return Certificate{}, err
	}
	return k.Add(ctx, cert, key, r.Options)
}

// Import puts the certificate of a file into the store: a PFX with its key, or
// a certificate in any form that certs.Read knows. One that answers a pending
// request gets the key made for the request.
func (k *Keyring) Import(ctx context.Context, file []byte, password string, o Options) (Certificate, error) {
	read, err := certs.Read(file, password)
	if err != nil {
		return Certificate{}, err
	}
	if read.Key == nil {
		return k.answer(ctx, read.Certificate, o)
	}
	return k.Add(ctx, read.Certificate, read.Key, o)
}

// Export gives a certificate and its key as a PFX file. It fails with
// keyring.not-exportable when the key has to stay here.
func (k *Keyring) Export(ctx context.Context, t s2s.Thumbprint, password string, e certs.Encryption) ([]byte, error) {
	r, err := k.record(ctx, t)
	if err != nil {
		return nil, err
	}
	if len(r.sealed) > 0 && !r.exportable {
		return nil, problem.New(problem.KeyringNotExportable, "the private key of the signing certificate %s is marked as not exportable", t)
	}
	key, err := k.key(r)
	if err != nil {
		return nil, err
	}
	return certs.ExportPFX(certs.PFX{Certificate: r.cert, Key: key}, password, e)
}

// Remove deletes a certificate and its key, or a pending request. A certificate
// that is in a slot or still published stays (keyring.in-use).
func (k *Keyring) Remove(ctx context.Context, t s2s.Thumbprint) error {
	err := k.db.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		// First, so that on PostgreSQL changes of the state wait for this one.
		if _, err := tx.ExecContext(ctx, raiseVersion); err != nil {
			return err
		}
		_, s, err := k.load(ctx, tx)
		if err != nil {
			return err
		}
		if s.At(k.time(), k.policy).Holds(t) {
			return problem.New(problem.KeyringInUse, "it is a signing certificate that is in use: it signs tokens, is staged to, or is still published for those it signed")
		}
		if _, err := tx.ExecContext(ctx, deleteDefaultOf, t.String()); err != nil {
			return err
		}
		done, err := tx.ExecContext(ctx, deleteCertificate, t.String())
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return removePending(ctx, tx, t)
	})
	if err != nil {
		return fmt.Errorf("remove the certificate %s: %w", t, err)
	}
	return nil
}

// Certificate returns one certificate of the store; keyring.not-found when it
// is not there.
func (k *Keyring) Certificate(ctx context.Context, t s2s.Thumbprint) (Certificate, error) {
	all, err := k.certificates(ctx, selectOne, t.String())
	if err != nil {
		return Certificate{}, err
	}
	if len(all) == 0 {
		return Certificate{}, notFound(t)
	}
	return all[0], nil
}

// List returns the certificates of the store, the oldest first.
func (k *Keyring) List(ctx context.Context) ([]Certificate, error) {
	return k.certificates(ctx, selectAll)
}

func (k *Keyring) certificates(ctx context.Context, query string, args ...any) ([]Certificate, error) {
	records, err := k.records(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	s, err := k.State(ctx)
	if err != nil {
		return nil, err
	}
	defaults, err := readDefaults(ctx, k.db)
	if err != nil {
		return nil, err
	}
	var all []Certificate
	for _, r := range records {
		c := Certificate{
			X509: r.cert, Thumbprint: r.thumbprint, FriendlyName: r.friendly, Services: r.services,
			HasPrivateKey: len(r.sealed) > 0, Exportable: r.exportable, Created: r.created,
		}
		for service, thumbprint := range defaults {
			if thumbprint == r.thumbprint.String() {
				c.DefaultFor = append(c.DefaultFor, service)
			}
		}
		for _, use := range []struct {
			name string
			slot *Slot
		}{{"current", s.Current}, {"next", s.Next}, {"previous", s.Previous}} {
			if use.slot != nil && use.slot.Thumbprint == r.thumbprint {
				c.Use = append(c.Use, use.name)
			}
		}
		all = append(all, c)
	}
	return all, nil
}

// candidate checks that a certificate is fit for signing.
func (k *Keyring) candidate(ctx context.Context, t s2s.Thumbprint) (candidate, error) {
	r, err := k.record(ctx, t)
	if problem.Is(err, problem.KeyringNotFound) {
		return candidate{}, k.pendingOr(ctx, t, err)
	}
	if err != nil {
		return candidate{}, err
	}
	if err := Fit(r.cert); err != nil {
		return candidate{}, err
	}
	if _, err := k.key(r); err != nil {
		return candidate{}, err
	}
	return candidate{t, r.cert.NotBefore, r.cert.NotAfter}, nil
}

// Fit says why a certificate's key can never sign tokens (keyring.weak), or
// nil.
func Fit(c *x509.Certificate) error {
	t := s2s.ThumbprintOf(c)
	if public, ok := c.PublicKey.(*rsa.PublicKey); !ok {
		return problem.New(problem.KeyringWeak, "tokens are signed with RSA keys, and the key of %s is not one", t)
	} else if bits := public.N.BitLen(); bits < minSigningBits {
		return problem.New(problem.KeyringWeak, "tokens are signed with keys of %d bits or more, and the key of %s has %d", minSigningBits, t, bits)
	}
	return nil
}

// key opens the private key of a certificate.
func (k *Keyring) key(r record) (crypto.Signer, error) {
	if len(r.sealed) == 0 {
		return nil, problem.New(problem.KeyringNoPrivateKey, "the certificate %s was stored without its private key, so it cannot sign", r.thumbprint)
	}
	key, err := certs.OpenKey(k.box, r.sealed, place(r.thumbprint))
	if err != nil {
		return nil, problem.Wrap(err, problem.KeyringUnreadable, "the key of %s", r.thumbprint)
	}
	return key, nil
}

func (k *Keyring) record(ctx context.Context, t s2s.Thumbprint) (record, error) {
	r, err := scanOne(k.db.QueryRowContext(ctx, selectOne, t.String()))
	if errors.Is(err, sql.ErrNoRows) {
		return record{}, notFound(t)
	}
	if err != nil {
		return record{}, fmt.Errorf("read the certificate %s: %w", t, store.Explain(err))
	}
	return r, nil
}

func notFound(t s2s.Thumbprint) error {
	return problem.New(problem.KeyringNotFound, "the certificate with thumbprint %s was not found", t)
}

func (k *Keyring) records(ctx context.Context, query string, args ...any) ([]record, error) {
	rows, err := k.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read the certificates: %w", store.Explain(err))
	}
	defer rows.Close()
	var all []record
	for rows.Next() {
		r, err := scanOne(rows)
		if err != nil {
			return nil, fmt.Errorf("read the certificates: %w", store.Explain(err))
		}
		all = append(all, r)
	}
	return all, store.Explain(rows.Err())
}

func scanOne(row interface{ Scan(...any) error }) (r record, err error) {
	var thumbprint, services string
	var der []byte
	var exportable int
	var created int64
	if err := row.Scan(&thumbprint, &der, &r.sealed, &r.friendly, &services, &exportable, &created); err != nil {
		return r, err
	}
	if r.cert, err = x509.ParseCertificate(der); err != nil {
		return r, problem.Wrap(err, problem.StoreCorrupt, "the stored certificate %s cannot be read", thumbprint)
	}
	r.thumbprint = s2s.ThumbprintOf(r.cert)
	if services != "" {
		r.services = strings.Split(services, ",")
	}
	r.exportable, r.created = exportable == 1, store.Time(created)
	return r, nil
}
