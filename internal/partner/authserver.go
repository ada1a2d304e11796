package partner

import (
	"context"
	"fmt"
	"slices"

	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/settings"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/s2s"
)

// AddAuthServer stores an authorisation server; its document is fetched while
// it runs, and the identity in it is pinned (001-09). App, TokenEndpoint and
// keys come from the document.
func (s *Store) AddAuthServer(ctx context.Context, by string, a AuthServer) (AuthServer, error) {
	if err := a.check(); err != nil {
		return AuthServer{}, err
	}
	preview, err := s.preview(ctx, authServer, a.MetadataURL, a.Realm)
	if err != nil {
		return AuthServer{}, err
	}
	own, err := s.cfg.Own(ctx)
	if err != nil {
		return AuthServer{}, fmt.Errorf("finding out who this server is: %w", err)
	}
	if preview.Issuer == own {
		return AuthServer{}, problem.New(problem.PartnerSelf, "%s is %s, which is this server itself", a.Name, own)
	}
	now := s.cfg.Now()
	a.App, a.Realm, a.TokenEndpoint = preview.Issuer.App, preview.Issuer.Realm, preview.endpoint
	a.Document, a.Created, a.Changed = preview.firstDocument(now, s.schedule), now, now
	if a.Organisation == "" {
		a.Organisation = s.cfg.Organisation
	}
	err = s.write(ctx, func(ctx context.Context, q store.Querier, v *view) error {
		for _, b := range v.servers {
			if fold(a.Name) == fold(b.Name) || a.App == b.App && a.Realm == b.Realm {
				return problem.New(problem.PartnerExists, "there is already an auth server %s, for %s", b.Name, s2s.Principal{App: b.App, Realm: b.Realm})
			}
		}
		r, err := a.row()
		if err != nil {
			return err
		}
		return r.insert(ctx, q)
	})
	if err != nil {
		return AuthServer{}, err
	}
	s.note(ctx, journal.Event{
		ID: EventAdded, Level: journal.Information,
		Text:   fmt.Sprintf("The auth server %s was added.", a.Name),
		Detail: lines("by", by, "issuer", preview.Issuer.String(), "metadata", a.MetadataURL, "token endpoint", a.TokenEndpoint, "keys", keyList(a.Document.Keys)),
	})
	return a, nil
}

// AuthServers returns the auth servers whose name matches pattern, as Find
// does, sorted by name.
func (s *Store) AuthServers(ctx context.Context, pattern string) ([]AuthServer, error) {
	v, err := s.view(ctx)
	if err != nil {
		return nil, err
	}
	var found []AuthServer
	for _, a := range v.servers {
		if pattern == "" || settings.Match(pattern, a.Name) {
			found = append(found, a)
		}
	}
	return found, nil
}

// AuthServer returns the auth server of that name, or partner.not-found.
func (s *Store) AuthServer(ctx context.Context, name string) (AuthServer, error) {
	v, err := s.view(ctx)
	if err != nil {
		return AuthServer{}, err
	}
	return v.server(name)
}

// RefreshAuthServer is Refresh for an auth server.
func (s *Store) RefreshAuthServer(ctx context.Context, name string, force bool) (Refreshed, error) {
	a, err := s.AuthServer(ctx, name)
	if err != nil {
		return Refreshed{}, err
	}
	return s.refresh(ctx, a.subject(), force)
}

// SetAuthServer changes an auth server: change gets a copy and sets what it
// likes but App, Realm and what the document says. A document at a new URL is
// fetched while it runs and has to name the pinned identity. Partner
// applications that name the server follow a new name. change may be called
// more than once and must do nothing else.
func (s *Store) SetAuthServer(ctx context.Context, by, name string, change func(*AuthServer)) (AuthServer, error) {
	for range changeAttempts {
		v, err := s.view(ctx)
		if err != nil {
			return AuthServer{}, err
		}
		before, err := v.server(name)
		if err != nil {
			return AuthServer{}, err
		}
		after, fetched, err := s.changedAuthServer(ctx, before, change)
		if err != nil {
			return AuthServer{}, err
		}
		key, done := recordKey{authServer, fold(before.Name)}, false
		err = s.write(ctx, func(ctx context.Context, q store.Querier, now *view) error {
			if done = now.versions[key] == v.versions[key]; !done {
				return nil
			}
			stored, err := now.server(before.Name)
			if err != nil {
				return err
			}
			after.Document = documentAfter(stored.Document, after.MetadataURL, fetched)
			if fetched == nil {
				after.TokenEndpoint = stored.TokenEndpoint
			}
			return s.replaceAuthServer(ctx, q, now, before, after)
		})
		if err != nil {
			return AuthServer{}, err
		}
		if done {
			s.note(ctx, journal.Event{
				ID: EventChanged, Level: journal.Information,
				Text:   fmt.Sprintf("The auth server %s was changed.", after.Name),
				Detail: lines("by", by, "before", before.summary(), "after", after.summary()),
			})
			return after, nil
		}
	}
	return AuthServer{}, problem.New(problem.PartnerConflict, "%s is being changed by somebody else", name)
}

// changedAuthServer applies change to a copy of before. It does what needs the
// network, so it runs outside any transaction; fetched is the document at a new
// URL.
func (s *Store) changedAuthServer(ctx context.Context, before AuthServer, change func(*AuthServer)) (after AuthServer, fetched *Document, err error) {
	after = before
	after.DomainNames = slices.Clone(before.DomainNames)
	change(&after)
	after.App, after.Realm = before.App, before.Realm
	after.Created, after.Changed = before.Created, s.cfg.Now()
	if err := after.check(); err != nil || after.MetadataURL == before.MetadataURL {
		return after, nil, err
	}
	preview, err := s.preview(ctx, authServer, after.MetadataURL, before.Realm)
	pinned := s2s.Principal{App: before.App, Realm: before.Realm}
	switch {
	case problem.Is(err, problem.MetadataWrongRealm):
		return after, nil, problem.Wrap(err, problem.MetadataIdentityChanged, "%s is pinned as %s", before.Name, pinned)
	case err != nil:
		return after, nil, err
	case preview.Issuer != pinned:
		return after, nil, problem.New(problem.MetadataIdentityChanged, "%s is pinned as %s, but its document now says %s; the stored keys stay in force", before.Name, pinned, preview.Issuer)
	}
	first := preview.firstDocument(s.cfg.Now(), s.schedule)
	after.TokenEndpoint = preview.endpoint
	return after, &first, nil
}

// replaceAuthServer writes after in place of before, and what follows from it.
func (s *Store) replaceAuthServer(ctx context.Context, q store.Querier, v *view, before, after AuthServer) error {
	for _, b := range v.servers {
		if fold(b.Name) == fold(before.Name) {
			continue
		}
		if fold(b.Name) == fold(after.Name) {
			return problem.New(problem.PartnerExists, "there is already an auth server %s, for %s", b.Name, s2s.Principal{App: b.App, Realm: b.Realm})
		}
		if after.IsDefault && b.IsDefault {
			b.IsDefault, b.Changed = false, s.cfg.Now()
			if err := rewrite(ctx, q, recordKey{authServer, fold(b.Name)}, b.row); err != nil {
				return err
			}
		}
	}
	for _, a := range v.applications {
		if after.Name == before.Name || a.AuthServer == "" || fold(a.AuthServer) != fold(before.Name) {
			continue
		}
		a.AuthServer = after.Name
		if err := rewrite(ctx, q, recordKey{application, fold(a.Name)}, a.row); err != nil {
			return err
		}
	}
	return rewrite(ctx, q, recordKey{authServer, fold(before.Name)}, after.row)
}

// rewrite puts a record in the place of another.
func rewrite(ctx context.Context, q store.Querier, old recordKey, next func() (row, error)) error {
	if err := deleteRows(ctx, q, old); err != nil {
		return err
	}
	r, err := next()
	if err != nil {
		return err
	}
	return r.insert(ctx, q)
}

// check applies the rules that need nothing but the record itself.
func (a AuthServer) check() error {
	if err := checkName(a.Name); err != nil {
		return err
	}
	if n := len(a.DomainNames); n > maxListed {
		return problem.New(problem.PartnerInvalid, "a list of %d entries is too long; %d is the limit", n, maxListed)
	}
	if n := max(len(a.Type), len(a.AuthorizationURL)); n > maxURL {
		return problem.New(problem.PartnerInvalid, "a value of %d characters is too long; %d is the limit", n, maxURL)
	}
	return nil
}

// summary is what the journal keeps of a server's settings.
func (a AuthServer) summary() string {
	return fmt.Sprintf("name=%s metadata=%s issuer=%s enabled=%t type=%s domains=%q default=%t authorization=%s sid=%t",
		a.Name, a.MetadataURL, s2s.Principal{App: a.App, Realm: a.Realm}, a.Enabled, a.Type, a.DomainNames, a.IsDefault, a.AuthorizationURL, a.AcceptSID)
}

// RemoveAuthServer forgets an auth server. It touches no signing certificate
// and no partner application: those are other objects.
func (s *Store) RemoveAuthServer(ctx context.Context, by, name string) error {
	err := s.write(ctx, func(ctx context.Context, q store.Querier, v *view) error {
		a, err := v.server(name)
		if err != nil {
			return err
		}
		return deleteRows(ctx, q, recordKey{authServer, fold(a.Name)})
	})
	if err != nil {
		return err
	}
	s.note(ctx, journal.Event{
		ID: EventRemoved, Level: journal.Information,
		Text: fmt.Sprintf("The auth server %s was removed.", name), Detail: lines("by", by),
	})
	return nil
}
