package profile

import (
	"cmp"
	"fmt"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

// Identity is who a role says it is, in its tokens and its metadata document,
// as an administrator has set it.
type Identity struct {
	ServiceName string // application id
	Realm       string // empty means the role's default
}

// Canonical checks what somebody typed and writes it in its one form. The
// failure names the parameter.
func (i Identity) Canonical() (Identity, error) {
	app, err := s2s.ParseAppID(i.ServiceName)
	if err != nil {
		return i, problem.Wrap(err, problem.ManageParameter, "parameter ServiceName")
	}
	i.ServiceName = string(app)
	if i.Realm == "" {
		return i, nil
	}
	realm, err := s2s.ParseRealm(i.Realm)
	if err == nil && realm == "*" {
		err = fmt.Errorf("%q stands for every organisation, and a server belongs to one", realm)
	}
	if err != nil {
		return i, problem.Wrap(err, problem.ManageParameter, "parameter Realm")
	}
	i.Realm = string(realm)
	return i, nil
}

// Principal is the identity in force.
func (i Identity) Principal(defaultRealm string) (s2s.Principal, error) {
	return s2s.ParsePrincipal(i.ServiceName + "@" + cmp.Or(i.Realm, defaultRealm))
}

// Became warns when a change of settings gave the role another identity: its
// partners have pinned the old one.
func (i Identity) Became(now Identity, defaultRealm string) []string {
	was, err := i.Principal(defaultRealm)
	is, err2 := now.Principal(defaultRealm)
	if err != nil || err2 != nil || was == is {
		return nil
	}
	return []string{fmt.Sprintf("this server was %s and is %s now; every partner has pinned the old identity and refuses the new one until the partner application is removed there and made again", was, is)}
}
