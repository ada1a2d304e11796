package s2s

import (
	"context"
	"errors"
	"fmt"
)

// claimed is one way in which an outer token names its user.
type claimed struct {
	by    Identifier
	value string
}

// identifiers lists the usable names of the user. A nameid is a SID if nii
// says so and the partner may use SIDs, a UPN if there is no nii
// ([MS-XOAUTH] 3.2.5.6), and otherwise something this directory does not hold.
func (q *inquiry) identifiers() []claimed {
	user := q.outer.user
	all := [...]claimed{
		{"", user.NameID},
		{ByUPN, user.UPN},
		{BySMTP, user.SMTP},
		{BySIP, user.SIP},
	}
	switch {
	case !q.outer.hasNII:
		all[0].by = ByUPN
	case q.app.AcceptSID && foldEqual(user.NII, NIIActiveDirectory):
		all[0].by = BySID
	}
	usable := make([]claimed, 0, len(all))
	for _, c := range all {
		if c.by != "" && c.value != "" {
			usable = append(usable, c)
		}
	}
	return usable
}

// checkUser finds the one user whom the claims name. Every identifier is
// looked up before anything is judged, so that refusals take alike long.
func (q *inquiry) checkUser(ctx context.Context) *Refusal {
	if q.kind != ActAsUser {
		return nil
	}
	names := q.identifiers()
	if len(names) == 0 {
		return refuse("V22", UserNone)
	}
	if q.Users == nil {
		return internal("V23", errors.New("the verifier has no Users"))
	}
	var found *User
	var ambiguous, conflict, strangeSID bool
	for _, name := range names {
		hits, err := q.find(ctx, name)
		if err != nil {
			return internal("V23", fmt.Errorf("looking up a user by %s: %w", name.by, err))
		}
		switch {
		case len(hits) > 1:
			ambiguous = true
		case len(hits) == 0:
			strangeSID = strangeSID || name.by == BySID
		case found == nil:
			found = &hits[0]
		case found.ID != hits[0].ID:
			conflict = true
		}
	}
	switch {
	case ambiguous:
		return refuse("V23", UserAmbiguous)
	case found == nil:
		return refuse("V23", UserUnknown)
	// Another identifier that hits nobody is harmless, a SID is not: it
	// would be the account of somebody else.
	case conflict || strangeSID:
		return refuse("V23", UserConflict)
	case !found.Enabled:
		return refuse("V23", UserDisabled)
	case found.Protected:
		return refuse("V23", UserProtected)
	case q.app.Users != nil && !q.app.Users(*found):
		return refuse("V23", UserScope)
	}
	q.user = found
	return nil
}

// find asks the directory and keeps the users who really have this value:
// a directory that folds Unicode or expands a pattern must not widen the match.
func (q *inquiry) find(ctx context.Context, name claimed) ([]User, error) {
	candidates, err := q.Users.FindUsers(ctx, q.issuer.Organisation, name.by, name.value)
	if err != nil {
		return nil, err
	}
	var hits []User
	for _, u := range candidates {
		if !foldEqual(u.identifier(name.by), name.value) {
			continue
		}
		if u.ID == "" {
			return nil, errors.New("the directory returned a user without an ID")
		}
		hits = append(hits, u)
	}
	return hits, nil
}

func (u *User) identifier(by Identifier) string {
	switch by {
	case BySID:
		return u.SID
	case ByUPN:
		return u.UPN
	case BySMTP:
		return u.SMTP
	case BySIP:
		return u.SIP
	}
	return ""
}
