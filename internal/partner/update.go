package partner

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/s2s"
)

// maxWithdrawn bounds the withdrawn keys a record remembers, newest first.
const maxWithdrawn = 100

// maxError bounds the text kept of a failed attempt, in bytes.
const maxError = 1000

// subject is a record as the refresh sees it: something with a document.
type subject struct {
	key      recordKey
	name     string
	url      string
	identity s2s.Principal // pinned
	document Document
	endpoint string
}

// subjects are the records that have a metadata URL. Disabled ones are read
// too, so that enabling them again finds their keys up to date.
func (v *view) subjects() []subject {
	var all []subject
	for _, a := range v.applications {
		if a.MetadataURL != "" {
			all = append(all, a.subject())
		}
	}
	for _, a := range v.servers {
		all = append(all, a.subject())
	}
	return all
}

func (a Application) subject() subject {
	return subject{
		key: recordKey{application, fold(a.Name)}, name: a.Name, url: a.MetadataURL,
		identity: s2s.Principal{App: a.App, Realm: a.Realm}, document: a.Document,
	}
}

func (a AuthServer) subject() subject {
	return subject{
		key: recordKey{authServer, fold(a.Name)}, name: a.Name, url: a.MetadataURL,
		identity: s2s.Principal{App: a.App, Realm: a.Realm}, document: a.Document, endpoint: a.TokenEndpoint,
	}
}

// Refreshed is the outcome of one refresh.
type Refreshed struct {
	NotModified bool // the server said so, or the document says what it said before
	Added       []s2s.Thumbprint
	Removed     []s2s.Thumbprint
	Warnings    []string // what the document has that was skipped
}

// Refresh reads the metadata document of a partner application now. With force
// it is read even if the server would say that nothing changed. A failure is
// stored and journaled as that of a scheduled attempt is, and returned: the
// stored keys stay in force.
func (s *Store) Refresh(ctx context.Context, identity string, force bool) (Refreshed, error) {
	a, err := s.Get(ctx, identity)
	if err != nil {
		return Refreshed{}, err
	}
	if a.MetadataURL == "" {
		return Refreshed{}, problem.New(problem.PartnerNoDocument, "%s has no metadata URL, so there is nothing to refresh", a.Name)
	}
	return s.refresh(ctx, a.subject(), force)
}

// refresh is one attempt on demand: client and updater, whatever the schedule.
func (s *Store) refresh(ctx context.Context, sub subject, force bool) (Refreshed, error) {
	done, failure, err := s.attempt(ctx, sub, func(sub subject) (*Preview, error) { return s.fetch(ctx, sub, force) })
	if err != nil {
		return Refreshed{}, err
	}
	return done, failure
}

// overtakenAttempts bounds how often an attempt starts again because somebody
// else stored an outcome while it ran.
const overtakenAttempts = 3

// attempt is client and updater, until an outcome is stored. One that was
// overtaken starts again: the outcome that was stored in the meantime may come
// from a document that is older than the one at hand, and what was withdrawn
// between the two would stay trusted for another hour. failure says why the
// document could not be had, err what failed on our own side.
func (s *Store) attempt(ctx context.Context, sub subject, fetch func(subject) (*Preview, error)) (done Refreshed, failure, err error) {
	for range overtakenAttempts {
		fetched, failure := fetch(sub)
		if gone := context.Cause(ctx); gone != nil && failure != nil {
			return Refreshed{}, failure, gone // the caller gave up: that says nothing about the partner
		}
		done, stored, err := s.update(ctx, sub, fetched, failure)
		if err != nil || stored || failure != nil {
			return done, failure, err
		}
		if sub, err = s.subject(ctx, sub); err != nil {
			return Refreshed{}, nil, err
		}
	}
	return Refreshed{}, nil, problem.New(problem.PartnerConflict, "%s is being refreshed by others all the time", sub.name)
}

// subject is what has become of a subject since it was read.
func (s *Store) subject(ctx context.Context, old subject) (subject, error) {
	v, err := s.view(ctx)
	if err != nil {
		return subject{}, err
	}
	for _, sub := range v.subjects() {
		if sub.key == old.key {
			return sub, nil
		}
	}
	return subject{}, notFound("record with a metadata document", old.name)
}

// update compares what an attempt brought with what is stored, stores the
// outcome and journals what an administrator should know. fetched is nil when
// the attempt failed. If somebody else stored an outcome since the attempt
// began, this one is not stored.
func (s *Store) update(ctx context.Context, sub subject, fetched *Preview, failure error) (done Refreshed, stored bool, err error) {
	now := s.cfg.Now()
	if failure == nil && fetched.Issuer != sub.identity && !fetched.notModified {
		failure = problem.New(problem.MetadataIdentityChanged, "%s is pinned as %s, but its document now says %s; the stored keys stay in force",
			sub.name, sub.identity, fetched.Issuer)
	}
	after := sub
	switch {
	case failure != nil:
		after.document = s.schedule.failed(sub.document, failure, now)
	case fetched.notModified:
		after.document = s.schedule.confirmed(sub.document, now, fetched.refresh)
		done.NotModified = true
	default:
		after.document = replaceKeys(sub.document, fetched.firstDocument(now, s.schedule))
		after.endpoint = fetched.endpoint
		done.Added = missing(after.document.Keys, sub.document.Keys)
		done.Removed = missing(sub.document.Keys, after.document.Keys)
		done.NotModified = len(done.Added)+len(done.Removed) == 0
		done.Warnings = fetched.Warnings
	}
	err = s.write(ctx, func(ctx context.Context, q store.Querier, _ *view) (err error) {
		stored, err = saveOutcome(ctx, q, after.row(), sub.document.TriedAt)
		return err
	})
	switch {
	case err != nil:
		return Refreshed{}, false, fmt.Errorf("storing what became of the metadata of %s: %w", sub.name, err)
	case !stored:
		return Refreshed{}, false, nil
	}
	for _, e := range s.news(sub, after, done, failure, now) {
		s.note(ctx, e)
	}
	return done, true, nil
}

// failed is the document after an attempt that failed: the keys stay.
func (c Schedule) failed(d Document, failure error, now time.Time) Document {
	d.Failures++
	d.LastError = failure.Error()
	if len(d.LastError) > maxError {
		d.LastError = strings.ToValidUTF8(d.LastError[:maxError], "") + "…"
	}
	d.TriedAt, d.NextAt = now, c.afterFailure(now, d.Failures)
	return d
}

// confirmed is the document after the server said that it has not changed.
func (c Schedule) confirmed(d Document, now time.Time, hint time.Duration) Document {
	d.Failures, d.LastError = 0, ""
	d.FetchedAt, d.TriedAt, d.NextAt = now, now, c.afterSuccess(now, hint)
	return d
}

// replaceKeys is the document after next was read over old: next's keys and no
// others. What old had beside them is withdrawn. A withdrawn key that next
// publishes counts again: a partner whose servers do not all publish the same
// would otherwise lose it for ever.
func replaceKeys(old, next Document) Document {
	for i, k := range next.Keys {
		if had := slices.IndexFunc(old.Keys, k.same); had >= 0 {
			next.Keys[i].Since = old.Keys[had].Since
		}
	}
	next.Withdrawn = nil
	for _, k := range old.Keys {
		if !slices.ContainsFunc(next.Keys, k.same) {
			k.Since = next.FetchedAt
			next.Withdrawn = append(next.Withdrawn, k)
		}
	}
	for _, k := range old.Withdrawn {
		// One that has expired is refused without being remembered.
		if !slices.ContainsFunc(next.Keys, k.same) && !slices.ContainsFunc(next.Withdrawn, k.same) && next.FetchedAt.Before(k.Certificate.NotAfter) {
			next.Withdrawn = append(next.Withdrawn, k)
		}
	}
	next.Withdrawn = next.Withdrawn[:min(len(next.Withdrawn), maxWithdrawn)]
	if len(missing(next.Keys, old.Keys)) == 0 && len(missing(old.Keys, next.Keys)) == 0 && !old.ChangedAt.IsZero() {
		next.ChangedAt = old.ChangedAt
	}
	return next
}

func (k Key) same(other Key) bool { return k.Thumbprint == other.Thumbprint }

// missing returns the keys of a that b has not.
func missing(a, b []Key) []s2s.Thumbprint {
	var gone []s2s.Thumbprint
	for _, k := range a {
		if !slices.ContainsFunc(b, k.same) {
			gone = append(gone, k.Thumbprint)
		}
	}
	return gone
}

// news is what to journal about an attempt. A partner that stays away is told
// when it begins, when its document is a day old, when it stops being trusted
// and when it is back, not at every attempt.
func (s *Store) news(before, after subject, done Refreshed, failure error, now time.Time) []journal.Event {
	var events []journal.Event
	tell := func(id int, level journal.Level, text string, detail ...string) {
		detail = append([]string{"metadata", after.url, "pinned", after.identity.String()}, detail...)
		events = append(events, journal.Event{ID: id, Level: level, Text: text, Detail: lines(detail...)})
	}
	was, is := s.schedule.concern(before.document, before.document.TriedAt), s.schedule.concern(after.document, now)
	switch {
	case problem.Is(failure, problem.MetadataIdentityChanged) && before.document.LastError != after.document.LastError:
		tell(EventIdentity, journal.Error, "The metadata document of "+after.name+" names somebody else. It was refused; the stored keys stay in force.", "error", failure.Error())
	case failure != nil && is > was && is == distrusted:
		tell(EventDistrusted, journal.Error, "The metadata document of "+after.name+" could not be read for too long. Its keys no longer count.", "last read", after.document.FetchedAt.Format(time.RFC3339), "error", failure.Error())
	case failure != nil && is > was:
		tell(EventOld, journal.Warning, "The metadata document of "+after.name+" could not be read for a day or more.", "last read", after.document.FetchedAt.Format(time.RFC3339), "error", failure.Error())
	case failure != nil && before.document.Failures == 0:
		tell(EventFailed, journal.Warning, "The metadata document of "+after.name+" could not be read. The stored keys stay in force.", "error", failure.Error())
	case failure == nil && before.document.Failures > 0:
		tell(EventRecovered, journal.Information, "The metadata document of "+after.name+" can be read again.")
	}
	if len(done.Added)+len(done.Removed) > 0 {
		tell(EventKeys, journal.Information, "The signing keys of "+after.name+" changed.",
			"added", thumbprints(done.Added), "withdrawn", thumbprints(done.Removed), "now", keyList(after.document.Keys))
	}
	return events
}

// row is what saveOutcome needs of a subject.
func (sub subject) row() row {
	r := row{kind: sub.key.kind, name: sub.name, document: storedDocument{sub.document, sub.endpoint}}
	for _, k := range sub.document.Keys {
		r.keys = append(r.keys, storedKey{k, published})
	}
	r.addWithdrawn(sub.document.Withdrawn)
	return r
}

// claim takes an attempt that is due for this node: of several nodes with the
// same view, one finds the due time it knows still in the store.
func (s *Store) claim(ctx context.Context, sub subject) (bool, error) {
	mine := false
	err := s.write(ctx, func(ctx context.Context, q store.Querier, _ *view) error {
		result, err := q.ExecContext(ctx, sqlClaimDocument, sub.key.kind, sub.key.name,
			store.Micros(s.cfg.Now().Add(claimFor)), store.Micros(sub.document.NextAt))
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		mine = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("claiming the refresh of %s: %w", sub.name, err)
	}
	return mine, nil
}
