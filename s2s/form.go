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

// parse fills an empty form: V1 to V9.
func (f *form) parse(token string) *Refusal {
	if len(token) > maxTokenBytes {
		return refuse("V1", TokenSize)
	}
	var top, inner layer
	if ref := top.parse(token); ref != nil {
		return ref
	}
	f.kind = AppOnly
	actor, actorText := &top, token
	if wrapped := top.payload.get("actortoken"); wrapped.present() {
		f.kind = ActAsUser
		text, ref := inner.unwrap(&top, wrapped)
		if ref != nil {
			return ref
		}
		actor, actorText = &inner, text
	}
	f.actor.text, f.actor.signed, f.actor.signature = actorText, actor.signed, actor.signature
	if ref := f.actor.readHeader(&actor.header); ref != nil {
		return ref
	}
	var fault Reason
	f.actor.read(claims{&actor.payload, &fault})
	if f.kind == ActAsUser {
		f.outer.read(claims{&top.payload, &fault})
	}
	if fault == "" {
		fault = f.principals()
	}
	if fault != "" {
		return refuse("V9", fault)
	}
	return nil
}

// parse fills an empty layer: V2 to V6.
func (l *layer) parse(token string) *Refusal {
	// Count before splitting: a flood of dots must not become a slice.
	if strings.Count(token, ".") != 2 {
		return refuse("V2", TokenSegments)
	}
	dot := strings.LastIndexByte(token, '.')
	head, body, _ := strings.Cut(token[:dot], ".")
	tail := token[dot+1:]
	headLen, bodyLen := base64Len(len(head)), base64Len(len(body))
	var usual [2048]byte // spares a short-lived allocation
	text, signature := usual[:], make([]byte, base64Len(len(tail)))
	if headLen+bodyLen > len(usual) {
		text = make([]byte, headLen+bodyLen)
	}
	if head == "" || body == "" || !decodeBase64URL(text[:headLen], head) ||
		!decodeBase64URL(text[headLen:headLen+bodyLen], body) || !decodeBase64URL(signature, tail) {
		return refuse("V3", TokenEncoding)
	}
	l.signed, l.signature = token[:dot], signature
	json := string(text[:headLen+bodyLen])
	if reason := l.header.parse(json[:headLen]); reason != "" {
		return refuse("V4", reason)
	}
	if reason := l.payload.parse(json[headLen:]); reason != "" {
		return refuse("V4", reason)
	}
	if typ := l.header.get("typ"); typ.present() {
		if s, ok := typ.str(); !ok || !foldEqual(s, "JWT") {
			return refuse("V5", TokenHeader)
		}
	}
	// Key material or extensions named by the token itself are attacks.
	if l.header.hasAny("jku", "x5u", "x5c", "jwk", "crit") {
		return refuse("V5", TokenHeader)
	}
	// These mark tokens of another kind, which products check less
	// (CVE-2023-29357); no member may switch a check off.
	if l.payload.hasAny("ver", "isloopback", "endpointurl", "endpointurlLength") {
		return refuse("V6", TokenKind)
	}
	return nil
}

// unwrap fills the layer with the actor token inside an outer token: V7, which
// is about the outer token's own form first.
func (l *layer) unwrap(outer *layer, wrapped value) (text string, _ *Refusal) {
	if len(outer.signature) > 0 {
		return "", refuse("V7", OuterSigned)
	}
	if alg, ok := outer.header.get("alg").str(); !ok || alg != "none" {
		return "", refuse("V7", OuterAlg)
	}
	if !wrapped.isString() {
		return "", refuse("V7", ActorType)
	}
	text, _ = wrapped.str() // half a surrogate pair is no base64url: V3 refuses it
	if ref := l.parse(text); ref != nil {
		return "", ref
	}
	if l.payload.get("actortoken").present() {
		return "", refuse("V7", ActorNested)
	}
	return text, nil
}

// principals parses the claims that name one.
func (f *form) principals() Reason {
	// Mostly all three are one text; it is parsed once.
	a := &f.actor
	var okIssuer bool
	a.issuer, okIssuer = principal(a.rawIssuer)
	okNameID := okIssuer
	if a.nameID = a.issuer; a.rawNameID != a.rawIssuer {
		a.nameID, okNameID = principal(a.rawNameID)
	}
	okOuter := true
	if f.kind == ActAsUser && f.outer.issuer != a.rawNameID {
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
func (a *actorForm) readHeader(header *object) *Refusal {
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

func (a *actorForm) read(c claims) {
	a.audience = c.required("aud")
	a.rawIssuer = c.required("iss")
	a.rawNameID = c.required("nameid")
	a.times = c.window()
	a.delegation = c.get("trustedfordelegation")
}

func (o *outerForm) read(c claims) {
	o.audience = c.required("aud")
	o.issuer = c.required("iss")
	o.times = c.window()
	o.hasNII = c.get("nii").present()
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
	*object
	fault *Reason
}

func (c claims) fail(r Reason) {
	if *c.fault == "" {
		*c.fault = r
	}
}

func (c claims) required(name string) string {
	v := c.get(name)
	if !v.present() {
		c.fail(ClaimMissing)
		return ""
	}
	return c.clean(v)
}

func (c claims) optional(name string) string {
	v := c.get(name)
	if !v.present() {
		return ""
	}
	return c.clean(v)
}

// clean returns a string claim that may go into logs and look-ups.
func (c claims) clean(v value) string {
	if !v.isString() {
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

func (c claims) window() window {
	return window{notBefore: c.seconds("nbf"), expires: c.seconds("exp")}
}

// seconds reads Unix seconds written as a JSON integer or as a string of one:
// the specification writes strings, the token server numbers.
func (c claims) seconds(name string) int64 {
	v := c.get(name)
	if !v.present() {
		c.fail(ClaimMissing)
		return 0
	}
	digits := string(v)
	if v.isString() {
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
