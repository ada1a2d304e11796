package partner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

// Preview is what a metadata document says, to be shown to an administrator
// before anything is trusted.
type Preview struct {
	URL      string
	Issuer   s2s.Principal
	Product  authmeta.Product // by its spelling
	Keys     []Key
	Warnings []string // what was skipped or corrected

	etag        string
	endpoint    string
	refresh     time.Duration // how soon the server would like it read again
	notModified bool          // a refresh only: there is no document
}

// Preview fetches and reads the document at url and stores nothing. stated is
// the realm to register for a document of every tenant ("*"); empty otherwise.
// A wrong path is explained, with the right one (002-39, 003-16).
func (s *Store) Preview(ctx context.Context, url string, stated s2s.Realm) (*Preview, error) {
	return s.preview(ctx, application, url, stated)
}

func (s *Store) preview(ctx context.Context, kind kind, url string, stated s2s.Realm) (*Preview, error) {
	if len(url) > maxURL {
		return nil, problem.New(problem.MetadataURL, "a metadata URL of %d characters is too long; %d is the limit", len(url), maxURL)
	}
	own, err := s.cfg.Own(ctx)
	if err != nil {
		return nil, fmt.Errorf("finding out who this server is: %w", err)
	}
	fetched, err := s.cfg.Fetcher.Fetch(ctx, url, authmeta.ParseOptions{
		Now: s.cfg.Now(), AuthServer: kind == authServer, Own: own, StatedRealm: stated,
	}, "")
	if err != nil {
		return nil, explain(err)
	}
	return s.read(url, fetched), nil
}

// fetch is the client of the refresh: one attempt at one document, judged by
// what is pinned and by nothing else.
func (s *Store) fetch(ctx context.Context, sub subject, force bool) (*Preview, error) {
	etag := sub.document.ETag
	if force {
		etag = ""
	}
	fetched, err := s.cfg.Fetcher.Fetch(ctx, sub.url, authmeta.ParseOptions{
		Now: s.cfg.Now(), AuthServer: sub.key.kind == authServer, Pinned: sub.identity, StatedRealm: sub.identity.Realm,
	}, etag)
	if err == nil {
		return s.read(sub.url, fetched), nil
	}
	var refused *authmeta.ParseError
	if errors.As(err, &refused) && (refused.Reason == authmeta.IdentityChanged || refused.Reason == authmeta.WrongRealm) {
		return nil, problem.Wrap(err, problem.MetadataIdentityChanged, "%s is pinned as %s; its document was refused and the stored keys stay in force", sub.name, sub.identity)
	}
	return nil, explain(err)
}

func (s *Store) read(url string, f *authmeta.Fetched) *Preview {
	if f.NotModified {
		return &Preview{URL: url, notModified: true, refresh: f.Refresh}
	}
	p := &Preview{
		URL: url, Issuer: f.Document.Issuer, Product: f.Document.Product, Warnings: f.Document.Warnings,
		etag: f.ETag, endpoint: f.Document.TokenEndpoint(), refresh: f.Refresh,
	}
	now := s.cfg.Now()
	for _, k := range f.Document.Keys {
		key := Key{Certificate: k.Certificate, Thumbprint: k.Thumbprint, Since: now}
		if len(missing([]Key{key}, p.Keys)) == 1 { // a document may list a key twice
			p.Keys = append(p.Keys, key)
		}
	}
	return p
}

// firstDocument is the state of a document that was read at now.
func (p *Preview) firstDocument(now time.Time, c Schedule) Document {
	return Document{
		Keys: append([]Key(nil), p.Keys...), ETag: p.etag,
		FetchedAt: now, ChangedAt: now, TriedAt: now, NextAt: c.afterSuccess(now, p.refresh),
	}
}

// explain gives a failed fetch its code; cmdlets print it in the products'
// words (outbound.SkypeMetadataText, outbound.ExchangeMetadataText).
func explain(err error) error {
	var refused *authmeta.ParseError
	if errors.As(err, &refused) && refused.Reason == authmeta.OwnIdentity {
		return &problem.Failure{Code: problem.PartnerSelf, Err: err}
	}
	return fmt.Errorf("reading the metadata document: %w", outbound.Explain(err))
}
