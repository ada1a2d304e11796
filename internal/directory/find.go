package directory

import (
	"context"
	"fmt"
	"strings"

	"github.com/matchseal/matchseal/internal/problem"
)

// Attribute is something to look a user up by.
type Attribute string

// The attributes. Those of tokens have the names s2s gives them.
const (
	BySID  Attribute = "sid"
	ByUPN  Attribute = "upn"
	BySMTP Attribute = "smtp" // the primary address
	BySIP  Attribute = "sip"  // without "sip:"
	ByName Attribute = "name" // account name
)

// Query asks for the users whose attribute By has this value.
type Query struct {
	By           Attribute
	Value        string // compared after folding ASCII letters; no wildcards
	Organisation string // "" for every organisation
}

// maxIdentity is the longest text that is looked up at all.
const maxIdentity = 1024

// Find returns the users that match: none, one or, for SMTP, SIP and names,
// several. Nobody is not an error.
func (d *Directory) Find(ctx context.Context, q Query) ([]User, error) {
	var query string
	value := fold(q.Value)
	switch q.By {
	case BySID:
		query = selectUserBySID
		if strings.HasPrefix(value, "s-") {
			value = "S" + value[1:] // as the column has it
		}
	case ByUPN:
		query = selectUserByUPN
	case BySMTP:
		query = selectUserBySMTP
	case BySIP:
		query = selectUserBySIP
	case ByName:
		query = selectUserByName
	default:
		return nil, fmt.Errorf("directory: no attribute %q to look up by", q.By)
	}
	if value == "" || len(value) > maxIdentity || strings.ContainsRune(value, 0) {
		return nil, nil // nobody has that
	}
	return users(ctx, d.db, query, value, fold(q.Organisation))
}

// Resolve finds the one user an operator means: an ID, a SID, DOMAIN\name, the
// path or distinguished name of the object, an address with or without "sip:", "smtp:" or "mailto:",
// an account name, a common name or a display name. It fails with
// directory.unknown, with directory.ambiguous and the candidates, or with
// directory.address when the text is meant as an address but is none.
func (d *Directory) Resolve(ctx context.Context, identity string) (User, error) {
	text := strings.Trim(identity, " \t\r\n")
	if text == "" || len(text) > maxIdentity || strings.ContainsRune(text, 0) {
		return User{}, problem.New(problem.DirectoryUnknown, "%.80q does not name anybody", identity)
	}
	if path, ok := pathOfDN(text); ok {
		found, err := users(ctx, d.db, selectUserByPath, fold(path), "")
		if err != nil {
			return User{}, err
		}
		return exactlyOne(found, identity)
	}
	if found, is, err := d.resolveAddress(ctx, text); is {
		if err != nil {
			return User{}, err
		}
		return exactlyOne(found, identity)
	}
	if domain, name, ok := strings.Cut(text, `\`); ok {
		return one(ctx, d.db, identity, selectUserByDomain, fold(name), fold(domain))
	}
	// Of several kinds of name the first that anybody has decides.
	queries := []string{selectUserByID, selectUserByName, selectUserByCommon, selectUserByDisplay}
	if strings.Contains(text, "/") {
		queries = []string{selectUserByPath}
	}
	for _, query := range queries {
		found, err := users(ctx, d.db, query, fold(text), "")
		if err != nil {
			return User{}, err
		}
		if len(found) > 0 {
			return exactlyOne(found, identity)
		}
	}
	return exactlyOne(nil, identity)
}

// resolveAddress looks for what is written as an address or a SID; is reports
// whether text is.
func (d *Directory) resolveAddress(ctx context.Context, text string) (found []User, is bool, err error) {
	var value string
	var by []Attribute
	scheme, _, _ := strings.Cut(fold(text), ":")
	switch {
	case strings.HasPrefix(fold(text), "s-1-"):
		by = []Attribute{BySID}
		value, err = parseTo(ParseSID, text)
	case scheme == "sip":
		by = []Attribute{BySIP}
		value, err = parseTo(ParseSIP, text)
	case scheme == "smtp" || scheme == "mailto":
		by = []Attribute{BySMTP}
		value, err = parseTo(ParseSMTP, text)
	case strings.Contains(text, "@"):
		by = []Attribute{ByUPN, BySMTP, BySIP}
		value, err = parseTo(ParseUPN, text)
	default:
		return nil, false, nil
	}
	seen := map[string]bool{}
	for _, attribute := range by {
		if err != nil {
			break
		}
		var hits []User
		hits, err = d.Find(ctx, Query{By: attribute, Value: value})
		for _, u := range hits {
			if !seen[u.ID] {
				seen[u.ID] = true
				found = append(found, u)
			}
		}
	}
	return found, true, err
}

func parseTo[A ~string](parse func(string) (A, error), text string) (string, error) {
	a, err := parse(text)
	return string(a), err
}
