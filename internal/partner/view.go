package partner

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/s2s"
)

// staleAfter bounds how long a change made on another node of the same store
// goes unnoticed here.
const staleAfter = time.Second

type kind string

const (
	application kind = "application"
	authServer  kind = "auth-server"
)

// recordKey is the primary key of a record: its kind and folded name.
type recordKey struct {
	kind kind
	name string
}

// view is every record at one moment. It is never changed after load, so that
// any number of requests read it without a lock.
type view struct {
	generation   int64
	applications []Application // by folded name
	servers      []AuthServer  // by folded name
	versions     map[recordKey]int64
	denied       []Denial
	thumbprints  []s2s.Thumbprint // of denied
}

// application finds a record by name, else by application id.
func (v *view) application(identity string) (Application, error) {
	byName := slices.IndexFunc(v.applications, func(a Application) bool { return fold(a.Name) == fold(identity) })
	if byName >= 0 {
		return v.applications[byName], nil
	}
	var found []Application
	for _, a := range v.applications {
		if string(a.App) == fold(identity) {
			found = append(found, a)
		}
	}
	switch len(found) {
	case 0:
		return Application{}, notFound("partner application", identity)
	case 1:
		return found[0], nil
	}
	return Application{}, problem.New(problem.PartnerInvalid,
		"%d partner applications have the id %s, of different realms; name the one you mean", len(found), identity)
}

func (v *view) server(name string) (AuthServer, error) {
	i := slices.IndexFunc(v.servers, func(a AuthServer) bool { return fold(a.Name) == fold(name) })
	if i < 0 {
		return AuthServer{}, notFound("auth server", name)
	}
	return v.servers[i], nil
}

// state is a view and when it was last known to be what the store holds.
type state struct {
	*view
	checked time.Time
	writes  int64 // Store.writes at that time
}

// invalidate makes every reader from now on compare with the store.
func (s *Store) invalidate() { s.writes.Add(1) }

// view returns the records, at most staleAfter old for changes made elsewhere
// and never older than the last change made here.
func (s *Store) view(ctx context.Context) (*view, error) {
	if v := s.fresh(); v != nil {
		return v, nil
	}
	s.loading.Lock()
	defer s.loading.Unlock()
	if v := s.fresh(); v != nil {
		return v, nil // somebody else looked while this one waited
	}
	// Both are read before the look, so that a write that lands during it
	// causes one look more, never one too few.
	looked := state{checked: s.cfg.Now(), writes: s.writes.Load()}
	var err error
	if looked.view, err = s.compare(ctx); err != nil {
		return nil, err
	}
	s.current.Store(&looked)
	return looked.view, nil
}

// fresh returns the view in memory if it needs no look at the store.
func (s *Store) fresh() *view {
	st := s.current.Load()
	if st == nil || st.writes != s.writes.Load() {
		return nil
	}
	if age := s.cfg.Now().Sub(st.checked); age < 0 || age >= staleAfter {
		return nil
	}
	return st.view
}

// compare returns the view in memory if nothing changed, else a new one.
func (s *Store) compare(ctx context.Context) (*view, error) {
	var old *view
	if st := s.current.Load(); st != nil {
		old = st.view
	}
	for {
		var n int64
		if err := s.cfg.DB.QueryRowContext(ctx, sqlGeneration).Scan(&n); err != nil {
			return nil, fmt.Errorf("looking for changed partner records: %w", store.Explain(err))
		}
		if old != nil && old.generation == n {
			return old, nil
		}
		v, err := load(ctx, s.cfg.DB)
		if err != nil {
			return nil, err
		}
		// Read without a transaction: the records are whole only if nobody
		// wrote meanwhile, which the next turn finds out.
		v.generation = n
		old = v
	}
}

// load reads all tables.
func load(ctx context.Context, q store.Querier) (*view, error) {
	v := &view{versions: map[recordKey]int64{}}
	documents, err := loadDocuments(ctx, q)
	if err != nil {
		return nil, err
	}
	keys, err := loadKeys(ctx, q)
	if err != nil {
		return nil, err
	}
	if err := v.loadRecords(ctx, q, documents, keys); err != nil {
		return nil, err
	}
	// The databases sort by rules of their own.
	slices.SortFunc(v.applications, func(a, b Application) int { return strings.Compare(fold(a.Name), fold(b.Name)) })
	slices.SortFunc(v.servers, func(a, b AuthServer) int { return strings.Compare(fold(a.Name), fold(b.Name)) })
	if v.denied, err = loadDenied(ctx, q); err != nil {
		return nil, err
	}
	for _, d := range v.denied {
		v.thumbprints = append(v.thumbprints, d.Thumbprint)
	}
	return v, nil
}

// each runs a query and hands every row to scan; the rows are closed when it
// returns.
func each(ctx context.Context, q store.Querier, what, query string, scan func(scan func(...any) error) error) error {
	rows, err := q.QueryContext(ctx, query)
	if err != nil {
		return fmt.Errorf("reading %s: %w", what, store.Explain(err))
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows.Scan); err != nil {
			return fmt.Errorf("reading %s: %w", what, err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("reading %s: %w", what, store.Explain(err))
	}
	return nil
}

// storedDocument is a row of partner_document.
type storedDocument struct {
	Document
	endpoint string
}

func loadDocuments(ctx context.Context, q store.Querier) (map[recordKey]storedDocument, error) {
	all := map[recordKey]storedDocument{}
	err := each(ctx, q, "the state of metadata documents", sqlDocuments, func(scan func(...any) error) error {
		var k recordKey
		var d storedDocument
		var fetched, changed, tried, next int64
		if err := scan(&k.kind, &k.name, &d.ETag, &d.endpoint, &fetched, &changed, &tried, &next, &d.Failures, &d.LastError); err != nil {
			return err
		}
		d.FetchedAt, d.ChangedAt = store.Time(fetched), store.Time(changed)
		d.TriedAt, d.NextAt = store.Time(tried), store.Time(next)
		all[k] = d
		return nil
	})
	return all, err
}

// The states of a row of partner_key.
const (
	published = "document"
	pinned    = "pinned"
	withdrawn = "withdrawn"
)

type storedKey struct {
	Key
	state string
}

func loadKeys(ctx context.Context, q store.Querier) (map[recordKey][]storedKey, error) {
	all := map[recordKey][]storedKey{}
	err := each(ctx, q, "partner certificates", sqlKeys, func(scan func(...any) error) error {
		var r recordKey
		var k storedKey
		var thumbprint string
		var der []byte
		var since int64
		if err := scan(&r.kind, &r.name, &thumbprint, &k.state, &der, &since); err != nil {
			return err
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return problem.Wrap(err, problem.StoreCorrupt, "the stored certificate %s of %s cannot be read", thumbprint, r.name)
		}
		k.Key = Key{Certificate: cert, Thumbprint: s2s.ThumbprintOf(cert), Since: store.Time(since)}
		all[r] = append(all[r], k)
		return nil
	})
	return all, err
}

func (v *view) loadRecords(ctx context.Context, q store.Querier, documents map[recordKey]storedDocument, keys map[recordKey][]storedKey) error {
	return each(ctx, q, "partner records", sqlRecords, func(scan func(...any) error) error {
		var r row
		var version, created, changed int64
		if err := scan(&r.kind, &r.name, &r.app, &r.realm, &r.url, &r.settings, &version, &created, &changed); err != nil {
			return err
		}
		r.created, r.changed = store.Time(created), store.Time(changed)
		key := recordKey{r.kind, fold(r.name)}
		r.document, r.keys = documents[key], keys[key]
		v.versions[key] = version
		switch r.kind {
		case application:
			a, err := r.application()
			v.applications = append(v.applications, a)
			return err
		case authServer:
			a, err := r.authServer()
			v.servers = append(v.servers, a)
			return err
		}
		return problem.New(problem.StoreCorrupt, "the record %s is of the unknown kind %q", r.name, r.kind)
	})
}

// row is a record in the form of the tables.
type row struct {
	kind             kind
	name             string
	app              string
	realm            string
	url              string
	settings         []byte
	created, changed time.Time
	document         storedDocument
	keys             []storedKey
}

func (r row) application() (Application, error) {
	a := Application{}
	if err := json.Unmarshal(r.settings, &a); err != nil {
		return a, problem.Wrap(err, problem.StoreCorrupt, "the settings of the partner application %s cannot be read", r.name)
	}
	a.Name, a.App, a.Realm, a.MetadataURL = r.name, s2s.AppID(r.app), s2s.Realm(r.realm), r.url
	a.Created, a.Changed = r.created, r.changed
	a.Document = r.document.Document
	for _, k := range r.keys {
		switch k.state {
		case pinned:
			a.Certificates = append(a.Certificates, k.Certificate)
		case withdrawn:
			a.Document.Withdrawn = append(a.Document.Withdrawn, k.Key)
		default:
			a.Document.Keys = append(a.Document.Keys, k.Key)
		}
	}
	return a, nil
}

func (r row) authServer() (AuthServer, error) {
	a := AuthServer{}
	if err := json.Unmarshal(r.settings, &a); err != nil {
		return a, problem.Wrap(err, problem.StoreCorrupt, "the settings of the auth server %s cannot be read", r.name)
	}
	a.Name, a.App, a.Realm, a.MetadataURL = r.name, s2s.AppID(r.app), s2s.Realm(r.realm), r.url
	a.Created, a.Changed = r.created, r.changed
	a.Document, a.TokenEndpoint = r.document.Document, r.document.endpoint
	for _, k := range r.keys {
		if k.state == withdrawn {
			a.Document.Withdrawn = append(a.Document.Withdrawn, k.Key)
		} else {
			a.Document.Keys = append(a.Document.Keys, k.Key)
		}
	}
	return a, nil
}
