package partner

import (
	"context"
	"fmt"
	"slices"

	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/s2s"
)

// AddAuthServer stores an authorisation server; its document is fetched while
// it runs, and the identity in it is pinned (001-09). App, TokenEndpoint and
// keys come from the document.
func (s *Store) AddAuthServer(ctx context.Context, by string, a AuthServer) (AuthServer, error) {
	if err := checkName(a.Name); err != nil {
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

// AuthServers returns every auth server, sorted by name.
func (s *Store) AuthServers(ctx context.Context) ([]AuthServer, error) {
	v, err := s.view(ctx)
	if err != nil {
		return nil, err
	}
	return slices.Clone(v.servers), nil
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

// SetAuthServerEnabled switches an auth server on or off, from the next
// request on.
func (s *Store) SetAuthServerEnabled(ctx context.Context, by, name string, enabled bool) error {
	return s.changeAuthServer(ctx, by, name, fmt.Sprintf("was set to enabled=%t", enabled), func(ctx context.Context, q store.Querier, a AuthServer) error {
		if err := deleteRows(ctx, q, recordKey{authServer, fold(a.Name)}); err != nil {
			return err
		}
		a.Enabled, a.Changed = enabled, s.cfg.Now()
		r, err := a.row()
		if err != nil {
			return err
		}
		return r.insert(ctx, q)
	})
}

// RemoveAuthServer forgets an auth server. It touches no signing certificate
// and no partner application: those are other objects.
func (s *Store) RemoveAuthServer(ctx context.Context, by, name string) error {
	return s.changeAuthServer(ctx, by, name, "was removed", func(ctx context.Context, q store.Querier, a AuthServer) error {
		return deleteRows(ctx, q, recordKey{authServer, fold(a.Name)})
	})
}

func (s *Store) changeAuthServer(ctx context.Context, by, name, what string, change func(context.Context, store.Querier, AuthServer) error) error {
	err := s.write(ctx, func(ctx context.Context, q store.Querier, v *view) error {
		a, err := v.server(name)
		if err != nil {
			return err
		}
		return change(ctx, q, a)
	})
	if err != nil {
		return err
	}
	s.note(ctx, journal.Event{
		ID: EventChanged, Level: journal.Information,
		Text: fmt.Sprintf("The auth server %s %s.", name, what), Detail: lines("by", by),
	})
	return nil
}
