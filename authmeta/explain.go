package authmeta

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/matchseal/matchseal/s2s"
)

// Line is one member of a document in words.
type Line struct {
	Path    string // for example "keys[0].keyValue.value"; empty for the whole
	Value   string // as it stands there, shortened
	Meaning string // what it is for
	Problem string // what is wrong with it, or ""
}

// Explain puts every member of a document into words, in the order of the
// document, whether it would be accepted or not. It decides nothing; [Parse]
// does.
func Explain(raw []byte, now time.Time) []Line {
	root, err := readObject(raw)
	if err != nil {
		return []Line{{Meaning: "the whole document", Problem: strings.TrimPrefix(err.Error(), "metadata document: ")}}
	}
	e := explainer{now: now}
	for _, m := range root.members {
		e.member(m)
	}
	e.missing(root)
	return e.lines
}

type explainer struct {
	now   time.Time
	lines []Line
}

func (e *explainer) add(l Line) { e.lines = append(e.lines, l) }

// meanings are the members whose value needs no judgement.
var meanings = map[string]string{
	"id":          "the document's own number; changes when the content does",
	"version":     "version of the format",
	"name":        "the product's name, for people",
	"servicename": "the application id alone",
	"realm":       "the issuing organisation: a domain or a tenant, not a host",
	"issuer":      "who signs: <application id>@<realm>; tokens must carry it",
}

func (e *explainer) member(m member) {
	name := fold(m.name)
	switch name {
	case "keys":
		e.keys(m)
	case "endpoints":
		e.endpoints(m)
	case "allowedaudiences":
		e.add(Line{Path: m.name, Value: brief(m.value), Meaning: "whom tokens for this server may name; not used, the audience of a token is compared with the receiver's own names"})
	default:
		meaning, known := meanings[name]
		if !known {
			meaning = "not known; ignored"
		}
		e.add(Line{Path: m.name, Value: brief(m.value), Meaning: meaning + e.who(name, m.value), Problem: judge(name, m.value)})
	}
}

// who adds the product's name to an application id.
func (e *explainer) who(name string, v node) string {
	id := v.text
	if name == "issuer" {
		id, _, _ = strings.Cut(id, "@")
	}
	if app, err := s2s.ParseAppID(id); err == nil && app.Name() != "" {
		return "; this is " + app.Name()
	}
	return ""
}

// judge looks at one identity member by itself.
func judge(name string, v node) string {
	var err error
	switch {
	case name != "issuer" && name != "servicename" && name != "realm":
		return ""
	case v.kind != text:
		return "must be a text"
	case name == "issuer":
		_, err = s2s.ParsePrincipal(v.text)
	case name == "servicename":
		_, err = s2s.ParseAppID(v.text)
	case v.text == "*":
		return "speaks for every organisation; whoever registers it must state the realm"
	default:
		_, err = s2s.ParseRealm(v.text)
	}
	if err != nil {
		return plain(err)
	}
	return ""
}

func (e *explainer) keys(m member) {
	if m.value.kind != array {
		e.add(Line{Path: m.name, Value: brief(m.value), Meaning: "the signing certificates", Problem: "must be a list"})
		return
	}
	problem := ""
	if n := len(m.value.items); n > MaxKeys {
		problem = fmt.Sprintf("%d keys; at most %d are read", n, MaxKeys)
	}
	e.add(Line{Path: m.name, Value: fmt.Sprintf("%d entries", len(m.value.items)), Meaning: "the signing certificates, the one in use first; they have nothing to do with TLS", Problem: problem})
	for i, item := range m.value.items {
		if i == MaxKeys {
			break
		}
		e.key(fmt.Sprintf("%s[%d]", m.name, i), item)
	}
}

func (e *explainer) key(path string, item node) {
	for _, m := range item.members {
		at := path + "." + m.name
		switch fold(m.name) {
		case "usage":
			e.add(Line{Path: at, Value: brief(m.value), Meaning: "what the key is for", Problem: unless(strings.EqualFold(m.value.text, usageSigning), "only keys for signing are used")})
		case "keyinfo":
			x5t, _ := m.value.str("x5t")
			e.add(Line{Path: at + ".x5t", Value: quote(x5t), Meaning: "thumbprint as tokens name it; recomputed, never believed", Problem: e.x5t(item)})
		case "keyvalue":
			e.certificate(at, m.value)
		default:
			e.add(Line{Path: at, Value: brief(m.value), Meaning: "not known; ignored"})
		}
	}
}

func (e *explainer) x5t(item node) string {
	key, note, bad := readKey(item, e.now)
	if bad != nil || key.Certificate == nil {
		return ""
	}
	return note
}

func (e *explainer) certificate(path string, value node) {
	kind, _ := value.str("type")
	e.add(Line{Path: path + ".type", Value: quote(kind), Meaning: "the form of the value", Problem: unless(strings.EqualFold(kind, typeX509), "only "+typeX509+" is used")})
	encoded, _ := value.str("value")
	l := Line{Path: path + ".value", Value: brief(node{kind: text, text: encoded}), Meaning: "a certificate"}
	cert, bad := decodeCertificate(encoded)
	if bad == nil {
		bits := ""
		if public, ok := cert.PublicKey.(*rsa.PublicKey); ok {
			bits = fmt.Sprintf(" %d bits", public.N.BitLen())
		}
		l.Meaning = fmt.Sprintf("the certificate %s, %s%s, thumbprint %s, valid from %s to %s (%s)", subject(cert), cert.PublicKeyAlgorithm, bits,
			s2s.ThumbprintOf(cert), day(cert.NotBefore), day(cert.NotAfter), remaining(cert.NotAfter, e.now))
		bad = checkCertificate(cert, e.now)
	}
	if bad != nil {
		l.Problem = bad.What
	} else if e.now.Before(cert.NotBefore) {
		l.Problem = "not valid yet; it may be the next one, published ahead of its use"
	}
	e.add(l)
}

func (e *explainer) endpoints(m member) {
	if m.value.kind != array {
		e.add(Line{Path: m.name, Value: brief(m.value), Meaning: "URLs of this server", Problem: "must be a list"})
		return
	}
	for i, item := range m.value.items {
		if i == MaxKeys {
			break
		}
		p := readEndpoint(item)
		l := Line{Path: fmt.Sprintf("%s[%d]", m.name, i), Value: quote(p.Location), Meaning: fmt.Sprintf("%s/%s", shown(p.Protocol), shown(p.Usage))}
		switch {
		case p.issuesTokens():
			l.Meaning += ": where tokens are issued"
			l.Problem = unless(p.secure(), "must be an https URL")
		case strings.EqualFold(p.Usage, usageMetadata):
			l.Meaning += ": where this document is served"
		default:
			l.Meaning += ": not used"
		}
		e.add(l)
	}
}

// missing adds what a reader needs and does not find.
func (e *explainer) missing(root node) {
	var p *ParseError
	if _, err := identity(root); errors.As(err, &p) && p.Reason != BadIdentity { // that one stands at its member
		e.add(Line{Path: "issuer", Meaning: "the identity as a whole", Problem: sentence(p.What, p.Remedy)})
	}
	if _, found := root.get("keys"); !found {
		e.add(Line{Path: "keys", Meaning: "the signing certificates", Problem: "missing"})
	}
}

func unless(ok bool, problem string) string {
	if ok {
		return ""
	}
	return problem
}

// brief shows a value in one short piece.
func brief(n node) string {
	switch n.kind {
	case text:
		if len(n.text) > 80 {
			return fmt.Sprintf("%q… (%d characters)", n.text[:24], len(n.text))
		}
		return fmt.Sprintf("%q", n.text)
	case object:
		return fmt.Sprintf("{%d members}", len(n.members))
	case array:
		return fmt.Sprintf("[%d entries]", len(n.items))
	case null:
		return "null"
	}
	return shown(n.text)
}

func remaining(until, now time.Time) string {
	days := int(until.Sub(now).Hours() / 24)
	switch {
	case now.After(until):
		return fmt.Sprintf("expired %d days ago", -days)
	case days == 1:
		return "1 day left"
	}
	return fmt.Sprintf("%d days left", days)
}
