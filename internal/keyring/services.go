package keyring

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/s2s"
)

// smtp is the service that has one default certificate.
const smtp = "SMTP"

const (
	maxServices = 16
	maxService  = 32
)

// Assign adds services to the labels of a certificate. SMTP has one default
// certificate: when that is another one, Assign returns a *Confirmation with
// the question of the Exchange cmdlets and changes nothing, unless forced.
func (k *Keyring) Assign(ctx context.Context, t s2s.Thumbprint, services []string, force bool) error {
	services, err := checkServices(services)
	if err != nil {
		return err
	}
	c, err := k.Certificate(ctx, t)
	if problem.Is(err, problem.KeyringNotFound) {
		return k.pendingOr(ctx, t, err)
	}
	if err != nil {
		return err
	}
	return k.db.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		defaults, err := readDefaults(ctx, tx)
		if err != nil {
			return err
		}
		if slices.Contains(services, smtp) && defaults[smtp] != t.String() {
			if err := k.moveDefault(ctx, tx, defaults[smtp], c, force); err != nil {
				return err
			}
		}
		all, err := checkServices(append(slices.Clone(c.Services), services...))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, updateServices, t.String(), strings.Join(all, ","))
		return err
	})
}

func (k *Keyring) moveDefault(ctx context.Context, tx *sql.Tx, current string, to Certificate, force bool) error {
	if current != "" && !force {
		old, err := scanOne(tx.QueryRowContext(ctx, selectOne, current))
		if err != nil {
			return err
		}
		return &Confirmation{Question: questionSMTP(Certificate{X509: old.cert, Thumbprint: old.thumbprint}, to)}
	}
	_, err := tx.ExecContext(ctx, upsertDefault, smtp, to.Thumbprint.String())
	return err
}

// checkServices reads labels: letters and digits, each once, SMTP in capitals.
func checkServices(services []string) ([]string, error) {
	var labels []string
	for _, service := range services {
		label := strings.Trim(service, " ")
		if strings.EqualFold(label, smtp) {
			label = smtp
		}
		if label == "" || len(label) > maxService || strings.ContainsFunc(label, func(r rune) bool { return !isAlphanumeric(r) }) {
			return nil, problem.New(problem.KeyringRequest, "%.80q is not the name of a service", service)
		}
		known := slices.ContainsFunc(labels, func(l string) bool { return strings.EqualFold(l, label) })
		if !known && !strings.EqualFold(label, "None") {
			labels = append(labels, label)
		}
	}
	if len(labels) > maxServices {
		return nil, problem.New(problem.KeyringRequest, "%d services are too many for one certificate", len(labels))
	}
	return labels, nil
}

func isAlphanumeric(r rune) bool {
	return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

// readDefaults returns the thumbprint of each service's default certificate.
func readDefaults(ctx context.Context, q store.Querier) (map[string]string, error) {
	rows, err := q.QueryContext(ctx, selectDefaults)
	if err != nil {
		return nil, fmt.Errorf("read the default certificates: %w", store.Explain(err))
	}
	defer rows.Close()
	defaults := map[string]string{}
	for rows.Next() {
		var service, thumbprint string
		if err := rows.Scan(&service, &thumbprint); err != nil {
			return nil, fmt.Errorf("read the default certificates: %w", store.Explain(err))
		}
		defaults[service] = thumbprint
	}
	return defaults, store.Explain(rows.Err())
}
