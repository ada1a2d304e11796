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

// changeAttempts bounds how often Set starts again because somebody else
// changed the same record meanwhile.
const changeAttempts = 3

// Set changes the partner application that identity stands for: change gets a
// copy and sets what it likes. The result has to pass the rules of Add, and it
// counts from the next request on.
//
// A new source is set with TrustMetadata, TrustCertificates or TrustAuthServer.
// A document at a new URL is fetched while Set runs and has to name the pinned
// identity; to trust somebody else instead, remove the record and add it again.
// change may be called more than once and must do nothing else.
func (s *Store) Set(ctx context.Context, by, identity string, change func(*Application)) (Application, error) {
	for range changeAttempts {
		after, done, err := s.trySet(ctx, by, identity, change)
		if err != nil || done {
			return after, err
		}
	}
	return Application{}, problem.New(problem.PartnerConflict, "%s is being changed by somebody else", identity)
}

// trySet reports done = false when the record changed under it.
func (s *Store) trySet(ctx context.Context, by, identity string, change func(*Application)) (Application, bool, error) {
	v, err := s.view(ctx)
	if err != nil {
		return Application{}, false, err
	}
	before, err := v.application(identity)
	if err != nil {
		return Application{}, false, err
	}
	after, fetched, err := s.changed(ctx, before, change)
	if err != nil {
		return Application{}, false, err
	}
	key := recordKey{application, fold(before.Name)}
	done := false
	err = s.write(ctx, func(ctx context.Context, q store.Querier, now *view) error {
		done = now.versions[key] == v.versions[key]
		if !done {
			return nil
		}
		// A refresh may have stored another document in the meantime, which
		// is no change of the record. It must not be undone: a key that was
		// withdrawn would be trusted again.
		stored, err := now.application(before.Name)
		if err != nil {
			return err
		}
		after.Document = documentAfter(stored.Document, after.MetadataURL, fetched)
		return replace(ctx, q, now, before, after)
	})
	if err != nil || !done {
		return Application{}, false, err
	}
	s.note(ctx, journal.Event{
		ID: EventChanged, Level: journal.Information,
		Text:   fmt.Sprintf("The partner application %s was changed.", after.Name),
		Detail: lines("by", by, "before", before.summary(), "after", after.summary()),
	})
	return after, true, nil
}

// changed applies change to a copy of before and checks the outcome. It does
// what needs the network, so it runs outside any transaction; fetched is the
// document at a new URL.
func (s *Store) changed(ctx context.Context, before Application, change func(*Application)) (after Application, fetched *Document, err error) {
	after = before.clone()
	change(&after)
	identity := s2s.Principal{App: before.App, Realm: before.Realm}
	if after.MetadataURL != "" {
		if wanted := (s2s.Principal{App: after.App, Realm: after.Realm}); wanted != identity {
			return after, nil, identityChanged(before, wanted)
		}
	}
	if after.MetadataURL != "" && after.MetadataURL != before.MetadataURL {
		preview, err := s.Preview(ctx, after.MetadataURL, before.Realm)
		if problem.Is(err, problem.MetadataWrongRealm) {
			return after, nil, problem.Wrap(err, problem.MetadataIdentityChanged, "%s is pinned as %s", before.Name, identity)
		}
		if err != nil {
			return after, nil, err
		}
		if preview.Issuer != identity {
			return after, nil, identityChanged(before, preview.Issuer)
		}
		first := preview.firstDocument(s.cfg.Now(), s.schedule)
		fetched = &first
	}
	if err := s.checkNew(ctx, &after); err != nil {
		return after, nil, err
	}
	after.Created = before.Created
	return after, fetched, nil
}

// documentAfter is a record's document after its source became url. Nobody but
// the refresh writes it, unless the source is another one: then it is what was
// fetched there, or nothing. What was withdrawn stays withdrawn.
func documentAfter(stored Document, url string, fetched *Document) Document {
	switch {
	case url == "":
		return Document{Withdrawn: stored.Withdrawn}
	case fetched != nil:
		return replaceKeys(stored, *fetched)
	}
	return stored
}

// replace writes after in place of before, which may have another name.
func replace(ctx context.Context, q store.Querier, v *view, before, after Application) error {
	clash, found := v.find(func(b Application) bool {
		return fold(b.Name) != fold(before.Name) &&
			(fold(b.Name) == fold(after.Name) || b.App == after.App && b.Realm == after.Realm)
	})
	if found {
		return problem.New(problem.PartnerExists, "there is already a partner application %s, for %s", clash.Name, principalText(clash.App, clash.Realm))
	}
	if err := v.oneOrganisation(after, fold(before.Name)); err != nil {
		return err
	}
	if err := deleteRows(ctx, q, recordKey{application, fold(before.Name)}); err != nil {
		return err
	}
	r, err := after.row()
	if err != nil {
		return err
	}
	return r.insert(ctx, q)
}

// summary is what the journal keeps of a record's settings.
func (a Application) summary() string {
	source := a.MetadataURL
	switch {
	case a.UseAuthServer:
		source = "auth server " + a.AuthServer
	case len(a.Certificates) > 0:
		source = "certificates " + keyList(a.Keys())
	}
	s := fmt.Sprintf("name=%s source=%s app=%s realm=%s issuer=%s trust=%s enabled=%t sid=%t omits-delegation=%t account=%s",
		a.Name, source, a.App, a.Realm, a.IssuerID, a.TrustLevel, a.Enabled, a.AcceptSID, a.OmitsDelegationFlag, a.LinkedAccount)
	if len(a.AllowedUsers) > 0 {
		users := slices.Sorted(slices.Values(a.AllowedUsers))
		s += fmt.Sprintf(" users=%q", users)
	}
	return s
}
