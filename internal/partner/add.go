package partner

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/s2s"
)

// AddOptions say how Add behaves.
type AddOptions struct {
	By string // who asks, for the journal
	// Upsert: a record with the same identity or metadata URL is updated
	// instead of being refused. Configure-EnterprisePartnerApplication.ps1
	// may be run twice; New-CsPartnerApplication may not.
	Upsert bool
	// Shown is a preview the administrator agreed to: exactly that document is
	// pinned, without a second fetch that might bring another one.
	Shown *Preview
}

// Added is what Add did.
type Added struct {
	Application Application
	Updated     bool // an existing record was updated
	Warnings    []string
}

// Add stores a partner application. With a MetadataURL the document is fetched
// while it runs (002-28), and the identity in it is pinned: App must then be
// empty and Realm is needed only for a document of every tenant ("*").
//
// An update (see AddOptions.Upsert) keeps the record's name and trust settings;
// it replaces the source, switches Enabled as given and sets LinkedAccount if
// one is given.
func (s *Store) Add(ctx context.Context, a Application, o AddOptions) (Added, error) {
	a = a.clone()
	var warnings []string
	if a.MetadataURL != "" {
		preview, err := s.readSource(ctx, &a, o.Shown)
		if err != nil {
			return Added{}, err
		}
		warnings = preview.Warnings
	} else {
		a.Document = Document{}
	}
	if a.Organisation == "" {
		a.Organisation = s.cfg.Organisation
	}
	if err := s.checkNew(ctx, &a); err != nil {
		return Added{}, err
	}
	done := Added{Warnings: warnings}
	err := s.write(ctx, func(ctx context.Context, q store.Querier, v *view) (err error) {
		done.Application, done.Updated, err = s.addInTx(ctx, q, v, a, o.Upsert)
		return err
	})
	if err != nil {
		return Added{}, err
	}
	s.noteAdded(ctx, done, o.By)
	return done, nil
}

// readSource fills in what the metadata document says.
func (s *Store) readSource(ctx context.Context, a *Application, shown *Preview) (*Preview, error) {
	if a.App != "" {
		return nil, problem.New(problem.PartnerSource, "%s has a metadata URL and an application id; the document at the URL says the id, so leave it out", a.Name)
	}
	preview := shown
	if preview == nil || preview.URL != a.MetadataURL {
		var err error
		if preview, err = s.Preview(ctx, a.MetadataURL, a.Realm); err != nil {
			return nil, err
		}
	}
	a.App, a.Realm = preview.Issuer.App, preview.Issuer.Realm
	a.Document = preview.firstDocument(s.cfg.Now(), s.schedule)
	return preview, nil
}

// checkNew applies every rule that does not depend on the other records.
func (s *Store) checkNew(ctx context.Context, a *Application) error {
	now := s.cfg.Now()
	if err := a.check(now); err != nil {
		return err
	}
	if a.MetadataURL != "" && a.IssuerID != "" && a.IssuerID != a.App {
		return problem.New(problem.PartnerSource, "the document at %s says that its issuer is %s; an issuer id of its own goes with certificates", a.MetadataURL, a.App)
	}
	own, err := s.cfg.Own(ctx)
	if err != nil {
		return fmt.Errorf("finding out who this server is: %w", err)
	}
	if own == a.Issuer() || own == (s2s.Principal{App: a.App, Realm: a.Realm}) {
		return problem.New(problem.PartnerSelf, "%s is %s, which is this server itself", a.Name, own)
	}
	a.Created, a.Changed = now, now
	return nil
}

// addInTx decides between a new record, an update and a refusal.
func (s *Store) addInTx(ctx context.Context, q store.Querier, v *view, a Application, upsert bool) (Application, bool, error) {
	named, isNamed := v.find(func(b Application) bool { return fold(b.Name) == fold(a.Name) })
	same, isSame := v.find(func(b Application) bool {
		return b.App == a.App && b.Realm == a.Realm || a.MetadataURL != "" && sameURL(a.MetadataURL, b.MetadataURL)
	})
	switch {
	case isSame && upsert:
		if same.App != a.App || same.Realm != a.Realm {
			return a, false, identityChanged(same, s2s.Principal{App: a.App, Realm: a.Realm})
		}
		a = updated(same, a)
		if err := deleteRows(ctx, q, recordKey{application, fold(same.Name)}); err != nil {
			return a, false, err
		}
	case isSame:
		return a, false, problem.New(problem.PartnerExists,
			"the partner application %s already stands for %s; one record serves all servers and pools of a product", same.Name, principalText(same.App, same.Realm))
	case isNamed:
		return a, false, problem.New(problem.PartnerExists, "there is already a partner application %s, for %s", named.Name, principalText(named.App, named.Realm))
	}
	instead := "" // no record has this name
	if isSame {
		instead = fold(same.Name)
	}
	if err := v.oneOrganisation(a, instead); err != nil {
		return a, false, err
	}
	r, err := a.row()
	if err != nil {
		return a, false, err
	}
	return a, isSame, r.insert(ctx, q)
}

// updated is the record old after it was added again as a.
func updated(old, a Application) Application {
	next := old
	next.MetadataURL, next.Certificates = a.MetadataURL, a.Certificates
	next.UseAuthServer, next.AuthServer = a.UseAuthServer, a.AuthServer
	next.IssuerID, next.Enabled, next.Changed = a.IssuerID, a.Enabled, a.Changed
	if a.LinkedAccount != "" {
		next.LinkedAccount = a.LinkedAccount
	}
	next.Document = Document{Withdrawn: old.Document.Withdrawn} // stays withdrawn under any source
	if a.MetadataURL != "" {
		next.Document = replaceKeys(old.Document, a.Document)
	}
	return next
}

func (v *view) find(match func(Application) bool) (Application, bool) {
	for _, a := range v.applications {
		if match(a) {
			return a, true
		}
	}
	return Application{}, false
}

func (s *Store) noteAdded(ctx context.Context, done Added, by string) {
	a, what := done.Application, "added"
	if done.Updated {
		what = "updated"
	}
	s.note(ctx, journal.Event{
		ID: EventAdded, Level: journal.Information,
		Text:   fmt.Sprintf("The partner application %s was %s.", a.Name, what),
		Detail: lines("by", by, "issuer", a.Issuer().String(), "metadata", a.MetadataURL, "trust level", string(a.TrustLevel), "keys", keyList(a.Keys())),
	})
}

func identityChanged(have Application, now s2s.Principal) error {
	return problem.New(problem.MetadataIdentityChanged, "%s is pinned as %s, but its document now says %s; the stored keys stay in force",
		have.Name, s2s.Principal{App: have.App, Realm: have.Realm}, now)
}

// principalText names an identity whose realm may be the auth server's.
func principalText(app s2s.AppID, realm s2s.Realm) string {
	if realm == "" {
		return string(app)
	}
	return s2s.Principal{App: app, Realm: realm}.String()
}

// sameURL compares as servers do: scheme and host in any case, the default
// port left out, a metadata path in any case and with or without a final slash.
func sameURL(a, b string) bool { return canonicalURL(a) == canonicalURL(b) }

func canonicalURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return fold(raw)
	}
	host := strings.TrimSuffix(fold(u.Host), ":443")
	return fold(u.Scheme) + "://" + host + strings.TrimSuffix(fold(u.EscapedPath()), "/") + "?" + u.RawQuery
}
