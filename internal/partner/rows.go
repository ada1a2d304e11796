package partner

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/matchseal/matchseal/internal/store"
)

// row gives a the form of the tables.
func (a Application) row() (row, error) {
	settings, err := json.Marshal(a)
	if err != nil {
		return row{}, fmt.Errorf("encoding the settings of %s: %w", a.Name, err)
	}
	r := row{
		kind: application, name: a.Name, app: string(a.App), realm: string(a.Realm), url: a.MetadataURL,
		settings: settings, created: a.Created, changed: a.Changed,
		document: storedDocument{Document: a.Document},
	}
	for _, k := range a.Document.Keys {
		r.keys = append(r.keys, storedKey{k, published})
	}
	if len(a.Certificates) > 0 {
		r.keys = nil // a document of an earlier source
		for _, k := range a.Keys() {
			r.keys = append(r.keys, storedKey{k, pinned})
		}
	}
	r.addWithdrawn(a.Document.Withdrawn)
	return r, nil
}

// row gives a the form of the tables.
func (a AuthServer) row() (row, error) {
	settings, err := json.Marshal(a)
	if err != nil {
		return row{}, fmt.Errorf("encoding the settings of %s: %w", a.Name, err)
	}
	r := row{
		kind: authServer, name: a.Name, app: string(a.App), realm: string(a.Realm), url: a.MetadataURL,
		settings: settings, created: a.Created, changed: a.Changed,
		document: storedDocument{Document: a.Document, endpoint: a.TokenEndpoint},
	}
	for _, k := range a.Document.Keys {
		r.keys = append(r.keys, storedKey{k, published})
	}
	r.addWithdrawn(a.Document.Withdrawn)
	return r, nil
}

// addWithdrawn adds the keys that are not in use.
func (r *row) addWithdrawn(keys []Key) {
	for _, k := range keys {
		if !holds(r.keys, k) {
			r.keys = append(r.keys, storedKey{k, withdrawn})
		}
	}
}

func holds(keys []storedKey, k Key) bool {
	for _, have := range keys {
		if have.Thumbprint == k.Thumbprint {
			return true
		}
	}
	return false
}

func (r row) key() recordKey { return recordKey{r.kind, fold(r.name)} }

// insert writes all rows of a record that has none.
func (r row) insert(ctx context.Context, q store.Querier) error {
	k := r.key()
	if _, err := q.ExecContext(ctx, sqlInsertRecord, k.kind, k.name, r.name, r.app, r.realm, r.url, string(r.settings),
		store.Micros(r.created), store.Micros(r.changed)); err != nil {
		return fmt.Errorf("writing the record %s: %w", r.name, err)
	}
	if r.url != "" {
		d := r.document
		if _, err := q.ExecContext(ctx, sqlInsertDocument, k.kind, k.name, d.ETag, d.endpoint, store.Micros(d.FetchedAt),
			store.Micros(d.ChangedAt), store.Micros(d.TriedAt), store.Micros(d.NextAt), d.Failures, d.LastError); err != nil {
			return fmt.Errorf("writing the document of %s: %w", r.name, err)
		}
	}
	return insertKeys(ctx, q, k, r.keys)
}

func insertKeys(ctx context.Context, q store.Querier, k recordKey, keys []storedKey) error {
	for place, key := range keys {
		if _, err := q.ExecContext(ctx, sqlInsertKey, k.kind, k.name, key.Thumbprint.String(), place, key.state,
			key.Certificate.Raw, store.Micros(key.Since)); err != nil {
			return fmt.Errorf("writing the certificate %s of %s: %w", key.Thumbprint, k.name, err)
		}
	}
	return nil
}

// deleteRows removes a record and what hangs on it.
func deleteRows(ctx context.Context, q store.Querier, k recordKey) error {
	for _, statement := range []string{sqlDeleteKeys, sqlDeleteDocument, sqlDeleteRecord} {
		if _, err := q.ExecContext(ctx, statement, k.kind, k.name); err != nil {
			return fmt.Errorf("removing the record %s: %w", k.name, err)
		}
	}
	return nil
}

// saveOutcome stores the outcome of a refresh, unless the record was given
// another document since the attempt began (started is what TriedAt was then)
// or is gone; it reports whether it stored it.
func saveOutcome(ctx context.Context, q store.Querier, r row, started time.Time) (bool, error) {
	k, d := r.key(), r.document
	result, err := q.ExecContext(ctx, sqlUpdateDocument, k.kind, k.name, d.ETag, d.endpoint, store.Micros(d.FetchedAt),
		store.Micros(d.ChangedAt), store.Micros(d.TriedAt), store.Micros(d.NextAt), d.Failures, d.LastError, store.Micros(started))
	if err != nil {
		return false, fmt.Errorf("writing the document of %s: %w", r.name, err)
	}
	n, err := result.RowsAffected()
	if err != nil || n == 0 {
		return false, err
	}
	if _, err := q.ExecContext(ctx, sqlDeleteKeys, k.kind, k.name); err != nil {
		return false, fmt.Errorf("replacing the certificates of %s: %w", r.name, err)
	}
	return true, insertKeys(ctx, q, k, r.keys)
}
