package s2s

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// claimed is one way in which an outer token names its user.
type claimed struct {
	by    Identifier
	value string
}

// identifiers lists the names of the user; those without a kind or a value
// cannot be used. A nameid is a SID if nii says so and the partner may use
// SIDs, a UPN if there is no nii ([MS-XOAUTH] 3.2.5.6), and otherwise something
// this directory does not hold.
func (q *inquiry) identifiers() [4]claimed {
	user, nameID := &q.outer.user, Identifier("")
	switch {
	case !q.outer.hasNII:
		nameID = ByUPN
	case q.app.AcceptSID && foldEqual(user.NII, NIIActiveDirectory):
		nameID = BySID
	}
	return [...]claimed{{nameID, user.NameID}, {ByUPN, user.UPN}, {BySMTP, user.SMTP}, {BySIP, user.SIP}}
}

func (c claimed) usable() bool { return c.by != "" && c.value != "" }

// checkUser finds the one user whom the claims name. Every identifier is
// looked up before anything is judged, so that refusals take alike long.
func (q *inquiry) checkUser(ctx context.Context) *Refusal {
	names := q.identifiers()
	if !slices.ContainsFunc(names[:], claimed.usable) {
		return refuse("V22", UserNone)
	}
	if q.Users == nil {
		return internal("V23", errors.New("the verifier has no Users"))
	}
	var found *User
	var ambiguous, conflict, strangeSID bool
	for _, name := range names {
		if !name.usable() {
			continue
		}
		hit, hits, err := q.find(ctx, name)
		if err != nil {
			return internal("V23", fmt.Errorf("looking up a user by %s: %w", name.by, err))
		}
		switch {
		case hits > 1:
			ambiguous = true
		case hits == 0:
			strangeSID = strangeSID || name.by == BySID
		case found == nil:
			found = hit
		case found.ID != hit.ID:
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

// find asks the directory and counts the users who really have this value: a
// directory that folds Unicode or expands a pattern must not widen the match.
func (q *inquiry) find(ctx context.Context, name claimed) (hit *User, hits int, err error) {
	candidates, err := q.Users.FindUsers(ctx, q.issuer.Organisation, name.by, name.value)
	if err != nil {
		return nil, 0, err
	}
	for i := range candidates {
		u := &candidates[i]
		if !foldEqual(u.identifier(name.by), name.value) {
			continue
		}
		if u.ID == "" {
			return nil, 0, errors.New("the directory returned a user without an ID")
		}
		hit, hits = u, hits+1
	}
	return hit, hits, nil
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
