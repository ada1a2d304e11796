package keyring

import (
	"cmp"
	"context"
	"crypto"
	"crypto/x509"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/s2s"
)

// Pending is a certificate request that waits for an authority. Its key lies
// here; the certificate that comes back is imported and gets it.
type Pending struct {
	Number int
	// Thumbprint is that of the placeholder, the handle until the answer is
	// here.
	Thumbprint  s2s.Thumbprint
	Placeholder *x509.Certificate
	Request     []byte // PKCS#10, DER
	Options
	Created time.Time
	sealed  []byte
}

const (
	// maxPending bounds the requests that wait: each holds a key.
	maxPending = 64
	// placeholderLifetime says nothing to anybody, but a certificate has dates.
	placeholderLifetime = 365 * 24 * time.Hour
)

// NewRequest makes a key and a certificate request over it, and keeps both
// until the answer is imported. The lifetime is the authority's to choose.
func (k *Keyring) NewRequest(ctx context.Context, r Request) (Pending, error) {
	r.Lifetime = placeholderLifetime
	made, err := r.selfSigned(k.time())
	if err != nil {
		return Pending{}, err
	}
	services, err := r.Options.check()
	if err != nil {
		return Pending{}, err
	}
	der, placeholder, key, err := certs.NewRequest(made)
	if err != nil {
		return Pending{}, err
	}
	p := Pending{Thumbprint: s2s.ThumbprintOf(placeholder), Placeholder: placeholder, Request: der, Options: r.Options, Created: k.time()}
	p.Services = services
	if p.sealed, err = certs.SealKey(k.box, key, requestPlace(p.Thumbprint)); err != nil {
		return Pending{}, err
	}
	err = k.db.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error { return p.insert(ctx, tx) })
	if err != nil {
		return Pending{}, fmt.Errorf("store the certificate request: %w", err)
	}
	return p, nil
}

func (p *Pending) insert(ctx context.Context, tx *sql.Tx) error {
	var waiting, last int
	if err := tx.QueryRowContext(ctx, countPending).Scan(&waiting, &last); err != nil {
		return err
	}
	if waiting >= maxPending {
		return problem.New(problem.KeyringRequest, "%d certificate requests wait for an answer already; remove those that nobody will answer", waiting)
	}
	p.Number = last + 1
	_, err := tx.ExecContext(ctx, insertPending, p.Number, p.Thumbprint.String(), p.Placeholder.Raw, p.Request, p.sealed,
		p.FriendlyName, strings.Join(p.Services, ","), flag(p.Exportable), store.Micros(p.Created))
	return err
}

// requestPlace ties a sealed key to its row.
func requestPlace(t s2s.Thumbprint) string { return "keyring_requests/" + t.String() }

// Pending returns the requests that wait, the oldest first.
func (k *Keyring) Pending(ctx context.Context) ([]Pending, error) {
	rows, err := k.db.QueryContext(ctx, selectPending)
	if err != nil {
		return nil, fmt.Errorf("read the certificate requests: %w", store.Explain(err))
	}
	defer rows.Close()
	var all []Pending
	for rows.Next() {
		var p Pending
		var der []byte
		var services string
		var exportable int
		var created int64
		if err := rows.Scan(&p.Number, &der, &p.Request, &p.sealed, &p.FriendlyName, &services, &exportable, &created); err != nil {
			return nil, fmt.Errorf("read the certificate requests: %w", store.Explain(err))
		}
		if p.Placeholder, err = x509.ParseCertificate(der); err != nil {
			return nil, problem.Wrap(err, problem.StoreCorrupt, "the certificate request %d cannot be read", p.Number)
		}
		p.Thumbprint, p.Exportable, p.Created = s2s.ThumbprintOf(p.Placeholder), exportable == 1, store.Time(created)
		if services != "" {
			p.Services = strings.Split(services, ",")
		}
		all = append(all, p)
	}
	return all, store.Explain(rows.Err())
}

// answer stores a certificate that came without a key. When it is over the key
// of a pending request, it gets that key and what was said with the request,
// and the request is over.
func (k *Keyring) answer(ctx context.Context, cert *x509.Certificate, o Options) (Certificate, error) {
	waiting, err := k.Pending(ctx)
	if err != nil {
		return Certificate{}, err
	}
	for _, p := range waiting {
		public, ok := cert.PublicKey.(interface{ Equal(crypto.PublicKey) bool })
		if !ok || !public.Equal(p.Placeholder.PublicKey) {
			continue
		}
		key, err := certs.OpenKey(k.box, p.sealed, requestPlace(p.Thumbprint))
		if err != nil {
			return Certificate{}, problem.Wrap(err, problem.KeyringUnreadable, "the key of the certificate request %d", p.Number)
		}
		o.FriendlyName = cmp.Or(o.FriendlyName, p.FriendlyName)
		o.Exportable = o.Exportable || p.Exportable
		if len(o.Services) == 0 {
			o.Services = p.Services
		}
		made, err := k.Add(ctx, cert, key, o)
		if err != nil {
			return Certificate{}, err
		}
		return made, k.Remove(ctx, p.Thumbprint)
	}
	return k.Add(ctx, cert, nil, o)
}

func removePending(ctx context.Context, tx *sql.Tx, t s2s.Thumbprint) error {
	done, err := tx.ExecContext(ctx, deletePending, t.String())
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return notFound(t)
}

// pendingOr explains that a thumbprint is that of a request, or returns err.
func (k *Keyring) pendingOr(ctx context.Context, t s2s.Thumbprint, err error) error {
	waiting, failed := k.Pending(ctx)
	if failed != nil {
		return failed
	}
	for _, p := range waiting {
		if p.Thumbprint == t {
			return problem.New(problem.KeyringPending, "%s is the certificate request %d of %s", t, p.Number, p.Created.Format(time.DateOnly))
		}
	}
	return err
}
