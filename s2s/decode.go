package s2s

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Decoded is a token taken apart for people. Nothing in it is verified: any
// byte may be an attacker's, and nothing may be decided by it.
type Decoded struct {
	Kind   Kind    `json:"kind"`   // what the token looks like
	Layers []Layer `json:"layers"` // outermost first; the last one is the actor token
	// FormProblem is the first of the checks V1 to V9 that fails; nil when the
	// form is in order. The other checks need a Verifier.
	FormProblem *Refusal `json:"-"`
}

// Layer is one JSON web token of the one or two.
type Layer struct {
	Name      string    `json:"name"` // "outer" or "actor"
	Header    []Member  `json:"header"`
	Claims    []Member  `json:"claims"`
	NotBefore time.Time `json:"notBefore,omitzero"` // zero when nbf cannot be read
	Expires   time.Time `json:"expires,omitzero"`   // zero when exp cannot be read
	Signature []byte    `json:"signature"`          // empty on an outer token

	RawHeader, RawPayload string `json:"-"` // the JSON as received
}

// Member is a header field or a claim, in the order of the token.
type Member struct {
	Name    string `json:"name"`
	Value   string `json:"value"`             // strings decoded, anything else as JSON
	Meaning string `json:"meaning,omitempty"` // in words; empty when there is nothing to add
}

// maxDecodeBytes caps what Decode looks at. It shows more than a verifier
// takes, because people ask what is wrong with what was refused.
const maxDecodeBytes = 64 * 1024

// Decode takes a token apart, both layers. It is tolerant where a verifier is
// not (padding, duplicate claims, a leading "Bearer ", space around it), so
// that people see what is wrong; FormProblem says it. The error means that
// there is nothing to show.
func Decode(token string) (*Decoded, error) {
	token = strings.TrimSpace(token)
	if scheme, rest, ok := strings.Cut(token, " "); ok && strings.EqualFold(scheme, "Bearer") {
		token = strings.TrimSpace(rest)
	}
	switch {
	case token == "":
		return nil, errors.New("s2s: there is no token to decode")
	case len(token) > maxDecodeBytes:
		return nil, fmt.Errorf("s2s: the text is %d bytes long; a token has at most %d", len(token), maxTokenBytes)
	}
	d := &Decoded{Kind: AppOnly}
	var f form
	d.FormProblem = f.parse(token)

	layer, err := decodeLayer(token)
	if err != nil {
		return nil, err
	}
	inner := layer.claim("actortoken")
	if inner == "" {
		d.Layers = []Layer{layer.explained("actor")}
		return d, nil
	}
	d.Kind = ActAsUser
	d.Layers = []Layer{layer.explained("outer")}
	// An inner token that cannot be read is a FormProblem already.
	if actor, err := decodeLayer(inner); err == nil {
		d.Layers = append(d.Layers, actor.explained("actor"))
	}
	return d, nil
}

func decodeLayer(token string) (Layer, error) {
	parts := strings.SplitN(token, ".", 4)
	if len(parts) < 2 {
		return Layer{}, errors.New("s2s: this is no token: a token is two or three base64url texts with dots between them")
	}
	header, err := looseBase64(parts[0])
	if err != nil {
		return Layer{}, fmt.Errorf("s2s: the header is not base64url: %w", err)
	}
	payload, err := looseBase64(parts[1])
	if err != nil {
		return Layer{}, fmt.Errorf("s2s: the payload is not base64url: %w", err)
	}
	l := Layer{RawHeader: string(header), RawPayload: string(payload)}
	if l.Header, err = looseMembers(header); err != nil {
		return Layer{}, fmt.Errorf("s2s: the header is not a JSON object: %w", err)
	}
	if l.Claims, err = looseMembers(payload); err != nil {
		return Layer{}, fmt.Errorf("s2s: the payload is not a JSON object: %w", err)
	}
	if len(parts) > 2 {
		l.Signature, _ = looseBase64(parts[2]) // a broken one is shown as none
	}
	return l, nil
}

// looseBase64 reads either alphabet, padded or not.
func looseBase64(s string) ([]byte, error) {
	s = strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(s, "="))
	return base64.RawURLEncoding.DecodeString(s)
}

// looseMembers lists the members of an object with duplicates, as they come.
func looseMembers(text []byte) ([]Member, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.Join(err, errors.New("it does not begin with {"))
	}
	var members []Member
	for dec.More() && len(members) < 4*maxMembers {
		name, err := dec.Token()
		if err != nil {
			return nil, err
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return nil, err
		}
		m := Member{Name: fmt.Sprint(name), Value: string(raw)}
		var text string
		if json.Unmarshal(raw, &text) == nil {
			m.Value = text
		}
		members = append(members, m)
	}
	return members, nil
}

func (l *Layer) claim(name string) string {
	for _, m := range l.Claims {
		if m.Name == name {
			return m.Value
		}
	}
	return ""
}

// explained names the layer and says what each member means there.
func (l Layer) explained(name string) Layer {
	l.Name = name
	for i := range l.Header {
		m := &l.Header[i]
		m.Meaning = headerMeaning(m.Name, m.Value)
	}
	for i := range l.Claims {
		m := &l.Claims[i]
		m.Meaning = claimMeaning(l, m.Name, m.Value)
	}
	l.NotBefore, l.Expires = dateOf(l.claim("nbf")), dateOf(l.claim("exp"))
	return l
}

func dateOf(claim string) time.Time {
	n, ok := unixSeconds(claim)
	if !ok {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}

func headerMeaning(name, value string) string {
	switch name {
	case "typ":
		return "JSON web token"
	case "alg":
		switch value {
		case "RS256":
			return "signed with RSA and SHA-256, as an actor token must be"
		case "none":
			return "unsigned, as an outer token must be"
		}
		return "not allowed: only RS256 and, on an outer token, none"
	case "x5t":
		if t, ok := x5t(value); ok {
			return "signed by the certificate with thumbprint " + t.String()
		}
		return "not a thumbprint: 20 bytes in base64url are needed"
	case "kid":
		return "ignored; x5t names the key"
	case "jku", "x5u", "x5c", "jwk", "crit":
		return "not allowed: a token must not bring its own key or rules"
	}
	return ""
}

func claimMeaning(l Layer, name, value string) string {
	switch name {
	case "aud":
		if p, ok := audience(value); ok {
			return fmt.Sprintf("for %s at host %s, realm %s", appName(p.App), p.Host, p.Realm)
		}
		return "not an audience: id/host@realm is needed"
	case "iss", "identityprovider":
		return "issued by " + principalName(value)
	case "nbf", "exp", "iat":
		if t := dateOf(value); !t.IsZero() {
			return t.Format("2006-01-02 15:04:05 UTC")
		}
		return "not a time: Unix seconds are needed"
	case "nameid":
		switch {
		case l.Name == "actor":
			return "the application that calls: " + principalName(value)
		case l.claim("nii") == "":
			return "the user's UPN, as there is no nii"
		case foldEqual(l.claim("nii"), NIIActiveDirectory):
			return "the user's security identifier"
		}
		return "the user by a name this directory does not hold; ignored"
	case "trustedfordelegation":
		if foldEqual(value, "true") {
			return "may be wrapped in an outer token that names a user"
		}
		return "for app-only calls; not to be wrapped in an outer token"
	case "nii":
		if foldEqual(value, NIIActiveDirectory) {
			return "nameid is a security identifier"
		}
		return "nameid is of a kind that is not used here"
	}
	return plainMeaning(name)
}

// plainMeaning explains the claims whose value does not matter for it.
func plainMeaning(name string) string {
	switch name {
	case "upn":
		return "the user's UPN"
	case "smtp":
		return "the user's primary SMTP address"
	case "sip":
		return "the user's SIP address, without sip:"
	case "msexchuid":
		return "the user's mailbox id; ignored"
	case "actortoken":
		return "the signed actor token, shown as the next layer"
	case "actort":
		return "not recognised: the products call this claim actortoken"
	case "appctx":
		return "never read"
	case "oid", "sub":
		return "the service principal's object id at the token server"
	case "ver", "isloopback", "endpointurl", "endpointurlLength":
		return "not allowed: marks a token of another kind"
	}
	return ""
}

func principalName(s string) string {
	p, ok := principal(s)
	if !ok {
		return "nobody: id@realm is needed"
	}
	return fmt.Sprintf("%s of realm %s", appName(p.App), p.Realm)
}

func appName(id AppID) string {
	if name := id.Name(); name != "" {
		return name
	}
	return "application " + string(id)
}
