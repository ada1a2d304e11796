package adminserver

import (
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/settings"
)

// isLiteral tells a name from a pattern and from "all": a name that matches
// nothing is an error, a pattern that matches nothing is an empty list.
func isLiteral(identity string) bool {
	return identity != "" && !strings.ContainsAny(identity, "*?")
}

// matches reports whether one of the values matches the identity.
func matches(identity string, values ...string) bool {
	if identity == "" {
		return true
	}
	identity = strings.TrimPrefix(strings.ToLower(identity), "sip:")
	for _, v := range values {
		if settings.Match(identity, v) {
			return true
		}
	}
	return false
}

// listed turns what an identity found into the answer of a Get call.
func listed[T, Out any](found []T, identity, what string, out func(T) Out) ([]Out, error) {
	if len(found) == 0 && isLiteral(identity) {
		return nil, notFound(what, identity)
	}
	all := []Out{}
	for _, v := range found {
		all = append(all, out(v))
	}
	return all, nil
}

// listedPage is listed for a list in the order of its names, of which the
// request may want a part.
func listedPage[T, Out any](found []T, req adminapi.Identity, what string, out func(T) Out, name func(T) string) ([]Out, error) {
	all, err := listed(found, req.Identity, what, out)
	if err != nil {
		return nil, err
	}
	begin := 0
	for req.After != "" && begin < len(found) && strings.ToLower(name(found[begin])) <= strings.ToLower(req.After) {
		begin++
	}
	all = all[begin:]
	if most, paged := req.Size(); paged && len(all) > most {
		all = all[:most]
	}
	return all, nil
}

// set puts a given value into a field and leaves the field alone otherwise.
func set[T any](field *T, given *T) {
	if given != nil {
		*field = *given
	}
}
