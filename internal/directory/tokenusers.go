package directory

import (
	"context"
	"slices"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/matchseal/matchseal/s2s"
)

// How long, and how many, answers about the users of tokens are remembered.
// An answer is forgotten earlier when anything in the directory changes.
const (
	lookupLife  = 5 * time.Minute
	lookupCount = 16384
)

// TokenUsers is the directory as the verifier of tokens needs it. Hits and
// misses are remembered per organisation and identifier for at most five
// minutes; a change made by this process counts at once, one made by another
// process within a second.
type TokenUsers struct{ Directory *Directory }

var _ s2s.Users = TokenUsers{}

// FindUsers implements s2s.Users. Without an organisation nobody is found:
// nothing crosses organisations.
func (t TokenUsers) FindUsers(ctx context.Context, organisation string, by s2s.Identifier, value string) ([]s2s.User, error) {
	if organisation == "" || value == "" || len(value) > maxIdentity {
		return nil, nil
	}
	d := t.Directory
	// The generation is read before the users: an answer that a change
	// overtakes is filed under the generation before it, and never used.
	generation, err := d.currentGeneration(ctx)
	if err != nil {
		return nil, err
	}
	key := lookup{fold(organisation), Attribute(by), fold(value)}
	if known, ok := d.lookups.get(key, generation, d.now()); ok {
		return known, nil
	}
	found, err := d.Find(ctx, Query{By: key.by, Value: key.value, Organisation: key.organisation})
	if err != nil {
		return nil, err
	}
	var users []s2s.User
	for _, u := range found {
		users = append(users, s2s.User{
			ID: u.ID, UPN: string(u.UPN), SMTP: string(u.SMTP), SIP: string(u.SIP), SID: string(u.SID),
			Enabled: u.Enabled, Protected: u.Protected,
		})
	}
	d.lookups.put(key, generation, d.now(), slices.Clone(users))
	return users, nil
}

type lookup struct {
	organisation string
	by           Attribute
	value        string
}

type answer struct {
	users      []s2s.User
	generation int64
	at         time.Time
}

type lookups struct {
	answers *lru.Cache[lookup, answer]
}

func newLookups() *lookups {
	answers, _ := lru.New[lookup, answer](lookupCount) // fails for a size below 1 only
	return &lookups{answers}
}

func (l *lookups) get(key lookup, generation int64, now time.Time) ([]s2s.User, bool) {
	a, ok := l.answers.Get(key)
	age := now.Sub(a.at)
	if !ok || a.generation != generation || age < 0 || age >= lookupLife {
		return nil, false
	}
	return slices.Clone(a.users), true
}

func (l *lookups) put(key lookup, generation int64, now time.Time, users []s2s.User) {
	l.answers.Add(key, answer{users, generation, now})
}
