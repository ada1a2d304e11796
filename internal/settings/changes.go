package settings

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/matchseal/matchseal/internal/store"
)

// maxChanges is the number of changes that one call returns at most.
const maxChanges = 1000

// Change is one entry of the change log.
type Change struct {
	Kind    string          `json:"kind"`
	Name    string          `json:"name"`
	Version int64           `json:"version"` // the version it made; 0 for a removal
	At      time.Time       `json:"at"`
	By      string          `json:"by"`
	Before  json.RawMessage `json:"before"` // null when the change made the document
	After   json.RawMessage `json:"after"`  // null when the change removed it
}

// Changes returns the newest 1000 changes of a document, the newest first. An
// empty name stands for all documents of the kind, an empty kind for all kinds.
func (s *Store) Changes(ctx context.Context, kind, name string) ([]Change, error) {
	rows, err := s.db.QueryContext(ctx, sqlChanges, kind, key(name), maxChanges)
	if err != nil {
		return nil, store.Explain(err)
	}
	defer rows.Close()
	var all []Change
	for rows.Next() {
		var c Change
		var at int64
		var before, after sql.NullString
		if err := rows.Scan(&c.Kind, &c.Name, &c.Version, &at, &c.By, &before, &after); err != nil {
			return nil, store.Explain(err)
		}
		c.At, c.Before, c.After = store.Time(at), raw(before), raw(after)
		all = append(all, c)
	}
	return all, store.Explain(rows.Err())
}

func raw(document sql.NullString) json.RawMessage {
	if !document.Valid {
		return nil
	}
	return json.RawMessage(document.String)
}
