package s2s

import "strings"

// maxTokenBytes caps a whole token (V1).
const maxTokenBytes = 16 * 1024

// layer is one compact JWT that passed V2 to V6.
type layer struct {
	header, payload object
	signed          string // "header.payload" as received: what a signature covers
	signature       []byte // empty when the third segment is
}

// form is a token whose form is in order (V1 to V9). Nothing in it has been
// compared with anything, and no signature has been checked.
type form struct {
	kind  Kind
	actor actorForm
	outer outerForm // zero for app-only
}

type actorForm struct {
	text      string // the compact actor token
	signed    string
	signature []byte
	x5t       Thumbprint

	audience             string
	rawIssuer, rawNameID string // as received; the outer iss must equal nameid byte for byte
	issuer, nameID       Principal
	times                window
	delegation           value // trustedfordelegation, present or not
}

type outerForm struct {
	audience, issuer string
	times            window
	user             UserClaims
	hasNII           bool
}

func refuse(step string, reason Reason) *Refusal {
	return &Refusal{Step: step, Reason: reason}
}

// parseForm is V1 to V9.
func parseForm(token string) (*form, *Refusal) {
	if len(token) > maxTokenBytes {
		return nil, refuse("V1", TokenSize)
	}
	top, ref := parseLayer(token)
	if ref != nil {
		return nil, ref
	}
	f := &form{kind: AppOnly}
	actor, actorText := top, token
	wrapped := top.payload.get("actortoken")
	if wrapped.present() {
		f.kind = ActAsUser
		if actor, actorText, ref = unwrap(top, wrapped); ref != nil {
			return nil, ref
		}
	}
	f.actor = actorForm{text: actorText, signed: actor.signed, signature: actor.signature}
	if ref := f.actor.readHeader(actor.header); ref != nil {
		return nil, ref
	}
	c := claims{from: actor.payload}
	f.actor.read(&c)
	if f.kind == ActAsUser {
		c.from = top.payload
		f.outer.read(&c)
	}
	if c.reason == "" {
		c.reason = f.principals()
	}
	if c.reason != "" {
		return nil, refuse("V9", c.reason)
	}
	return f, nil
}

// parseLayer is V2 to V6.
func parseLayer(token string) (layer, *Refusal) {
	// Count before splitting: a flood of dots must not become a slice.
	if strings.Count(token, ".") != 2 {
		return layer{}, refuse("V2", TokenSegments)
	}
	dot := strings.LastIndexByte(token, '.')
	head, body, _ := strings.Cut(token[:dot], ".")
	header, okHead := decodeBase64URL(head)
	payload, okBody := decodeBase64URL(body)
	signature, okSig := decodeBase64URL(token[dot+1:])
	if !okHead || !okBody || !okSig || head == "" || body == "" {
		return layer{}, refuse("V3", TokenEncoding)
	}
	l := layer{signed: token[:dot], signature: signature}
	var reason Reason
	if l.header, reason = parseObject(string(header)); reason != "" {
		return layer{}, refuse("V4", reason)
	}
	if l.payload, reason = parseObject(string(payload)); reason != "" {
		return layer{}, refuse("V4", reason)
	}
	if typ := l.header.get("typ"); typ.present() {
		if s, ok := typ.str(); !ok || !foldEqual(s, "JWT") {
			return layer{}, refuse("V5", TokenHeader)
		}
	}
	// Key material or extensions named by the token itself are attacks.
	for _, name := range [...]string{"jku", "x5u", "x5c", "jwk", "crit"} {
		if l.header.get(name).present() {
			return layer{}, refuse("V5", TokenHeader)
		}
	}
	// These mark tokens of another kind, which products check less
	// (CVE-2023-29357); no member may switch a check off.
	for _, name := range [...]string{"ver", "isloopback", "endpointurl", "endpointurlLength"} {
		if l.payload.get(name).present() {
			return layer{}, refuse("V6", TokenKind)
		}
	}
	return l, nil
}

// unwrap is V7: the outer token's own form and the actor token inside it.
func unwrap(outer layer, wrapped value) (actor layer, text string, ref *Refusal) {
	if len(outer.signature) > 0 {
		return layer{}, "", refuse("V7", OuterSigned)
	}
	if alg, ok := outer.header.get("alg").str(); !ok || alg != "none" {
		return layer{}, "", refuse("V7", OuterAlg)
	}
	if wrapped.kind != '"' {
		return layer{}, "", refuse("V7", ActorType)
	}
	text, _ = wrapped.str() // half a surrogate pair is no base64url: V3 refuses it
	if actor, ref = parseLayer(text); ref != nil {
		return layer{}, "", ref
	}
	if actor.payload.get("actortoken").present() {
		return layer{}, "", refuse("V7", ActorNested)
	}
	return actor, text, nil
}

// principals parses the claims that name one.
func (f *form) principals() Reason {
	var okIssuer, okNameID bool
	f.actor.issuer, okIssuer = principal(f.actor.rawIssuer)
	f.actor.nameID, okNameID = principal(f.actor.rawNameID)
	okOuter := true
	if f.kind == ActAsUser {
		_, okOuter = principal(f.outer.issuer)
	}
	switch {
	case !okIssuer:
		return IssForm
	case !okNameID:
		return NameIDForm
	case !okOuter:
		return IssForm
	}
	return ""
}

// readHeader is V8. The algorithm is fixed by the role of the token; alg can
// only agree.
func (a *actorForm) readHeader(header object) *Refusal {
	if alg, ok := header.get("alg").str(); !ok || alg != "RS256" {
		return refuse("V8", ActorAlg)
	}
	if len(a.signature) == 0 {
		return refuse("V8", ActorUnsigned)
	}
	s, ok := header.get("x5t").str()
	if ok {
		a.x5t, ok = x5t(s)
	}
	if !ok {
		return refuse("V8", ActorX5T)
	}
	return nil
}

func (a *actorForm) read(c *claims) {
	a.audience = c.required("aud")
	a.rawIssuer = c.required("iss")
	a.rawNameID = c.required("nameid")
	a.times = c.window()
	a.delegation = c.from.get("trustedfordelegation")
}

func (o *outerForm) read(c *claims) {
	o.audience = c.required("aud")
	o.issuer = c.required("iss")
	o.times = c.window()
	o.hasNII = c.from.get("nii").present()
	o.user = UserClaims{
		NameID: c.optional("nameid"),
		NII:    c.optional("nii"),
		UPN:    c.optional("upn"),
		SMTP:   c.optional("smtp"),
		SIP:    c.optional("sip"),
	}
}

// claims reads claims by their exact names and keeps the first thing that is
// wrong (V9).
type claims struct {
	from   object
	reason Reason
}

func (c *claims) fail(r Reason) {
	if c.reason == "" {
		c.reason = r
	}
}

func (c *claims) required(name string) string {
	if !c.from.get(name).present() {
		c.fail(ClaimMissing)
	}
	return c.optional(name)
}

func (c *claims) optional(name string) string {
	v := c.from.get(name)
	if !v.present() {
		return ""
	}
	if v.kind != '"' {
		c.fail(ClaimType)
		return ""
	}
	s, ok := v.str()
	if !ok || !cleanText(s) {
		c.fail(ClaimChars)
	}
	return s
}

// maxClaimBytes caps one string claim.
const maxClaimBytes = 1024

func cleanText(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == 0x7f {
			return false
		}
	}
	return len(s) <= maxClaimBytes
}

// window is a token's life in Unix seconds.
type window struct{ notBefore, expires int64 }

func (c *claims) window() window {
	return window{notBefore: c.seconds("nbf"), expires: c.seconds("exp")}
}

// seconds reads Unix seconds written as a JSON integer or as a string of one:
// the specification writes strings, the token server numbers.
func (c *claims) seconds(name string) int64 {
	v := c.from.get(name)
	if !v.present() {
		c.fail(ClaimMissing)
		return 0
	}
	digits := v.text
	if v.kind == '"' {
		digits, _ = v.str()
	}
	n, ok := unixSeconds(digits)
	if !ok {
		c.fail(ClaimTime)
	}
	return n
}

// unixSeconds accepts 0|[1-9][0-9]{0,11} up to the end of the year 9999. That
// also refuses FILETIME-like numbers, floats, signs and exponents.
func unixSeconds(s string) (n int64, ok bool) {
	const endOf9999 = 253402300799
	if s == "" || len(s) > 12 || s[0] == '0' && s != "0" {
		return 0, false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, n <= endOf9999
}
