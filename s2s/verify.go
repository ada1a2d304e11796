package s2s

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"
)

// Limits of the protocol as matchseal reads it.
const (
	// DefaultSkew is how far the clocks of two servers may be apart.
	DefaultSkew = 300 * time.Second
	// DefaultMaxLifetime is the longest accepted life of a token: 24 hours,
	// and the 300 s by which token servers back-date nbf.
	DefaultMaxLifetime = 24*time.Hour + 300*time.Second

	minRSABits = 2048
)

// Verifier decides about tokens presented to one server. It is a value: copy
// it freely; Verify changes nothing in it and is safe for concurrent use if
// Trust, Users and Permitted are.
type Verifier struct {
	App AppID // who we are
	// Hosts are the host[:port] names under which we are published. The list
	// is configuration: never the Host header or the request URI, which a
	// client or a load balancer controls.
	Hosts []string
	// Realms are our own realms, canonical, and the organisation each belongs to.
	Realms map[Realm]string

	Trust Trust
	Users Users // needed for act-as calls only

	// Permitted reports whether the application has a linked account or
	// permissions for this endpoint and kind of call. Nil permits.
	Permitted func(context.Context, *Decision) bool

	Now         func() time.Time // nil means time.Now
	Skew        time.Duration    // 0 means DefaultSkew
	MaxLifetime time.Duration    // 0 means DefaultMaxLifetime

	// Seen, when set, spares the RSA verification of a token whose signature
	// was found good before.
	Seen *SignatureCache
}

// Kind says whether an application calls as itself or for a user.
type Kind string

// The two kinds of call. They are what challenges call service_asserted_app_v1
// and app_asserted_user_v1.
const (
	AppOnly   Kind = "app-only"
	ActAsUser Kind = "act-as"
)

// Decision is the complete result of an accepted token. It is built from what
// is registered here, not from the token's text.
type Decision struct {
	Kind         Kind
	Application  Principal // who calls
	Issuer       Principal // who vouched for it: itself, or an auth server
	Partner      string    // name of the partner record
	Organisation string
	Audience     Principal
	User         *User // for whom; nil for app-only
	Key          Thumbprint
	NotBefore    time.Time
	Expires      time.Time // the earlier one of the two layers
	// TokenHash ties log lines together: the first 16 hexadecimal digits of
	// the SHA-256 over the actor token's signature.
	TokenHash string
}

// Verify walks the checks V1 to V24 in their order; the first failure ends it.
// The error is always a *Refusal, and there is a decision exactly when there
// is no error. At most one RSA verification and one call of Trust.Refetch are
// made.
func (v *Verifier) Verify(ctx context.Context, token string) (*Decision, error) {
	q := inquiry{Verifier: v, now: clock(v.Now)}
	if ref := q.walk(ctx, token); ref != nil {
		return nil, ref
	}
	d := q.decision()
	if v.Permitted != nil && !v.Permitted(ctx, d) {
		return nil, refuse("V24", RightsNone)
	}
	return d, nil
}

// walk is V1 to V23.
func (q *inquiry) walk(ctx context.Context, token string) *Refusal {
	ref := q.parse(token) // V1 to V9
	if ref == nil {
		ref = q.checkAudience() // V10
	}
	if ref == nil {
		ref = q.checkIssuer(ctx) // V11
	}
	if ref == nil {
		ref = q.checkKey(ctx) // V12
	}
	if ref == nil {
		ref = q.checkSignature() // V13
	}
	if ref == nil {
		ref = q.checkActorTimes() // V14
	}
	if ref == nil {
		ref = q.checkBinding() // V15
	}
	if ref == nil {
		ref = q.checkApplication(ctx) // V16
	}
	if ref == nil {
		ref = q.checkTrustLevel() // V17
	}
	if ref != nil || q.kind == AppOnly {
		return ref
	}
	if ref = q.checkOuter(); ref == nil { // V18 to V20
		ref = q.checkDelegation() // V21
	}
	if ref == nil {
		ref = q.checkUser(ctx) // V22 and V23
	}
	return ref
}

func clock(now func() time.Time) time.Time {
	if now == nil {
		return time.Now()
	}
	return now()
}

// inquiry is one run of Verify: the token's form and what the checks have
// found so far. It never leaves Verify.
type inquiry struct {
	*Verifier
	form
	now time.Time

	audience Principal
	issuer   Issuer
	cert     *x509.Certificate
	key      *rsa.PublicKey
	app      Application
	user     *User
}

func internal(step string, err error) *Refusal {
	return &Refusal{Step: step, Reason: Internal, Err: err}
}

func (q *inquiry) checkAudience() *Refusal {
	aud, reason := readAudience(q.actor.audience, q.App, q.Hosts)
	if _, ours := q.Realms[aud.Realm]; reason == "" && (!ours || aud.Realm == AnyRealm) {
		reason = AudRealm
	}
	if reason != "" {
		return refuse("V10", reason)
	}
	q.audience = aud
	return nil
}

// readAudience parses an aud claim and compares all of it but the realm.
func readAudience(claim string, app AppID, hosts []string) (Principal, Reason) {
	aud, ok := audience(claim)
	switch {
	case !ok:
		return Principal{}, AudForm
	case aud.App != app:
		return Principal{}, AudPID
	}
	for _, configured := range hosts {
		if host, ok := canonicalHost(configured); ok && host == aud.Host {
			return Principal{App: app, Host: host, Realm: aud.Realm}, ""
		}
	}
	return Principal{}, AudHost
}

func (q *inquiry) checkIssuer(ctx context.Context) *Refusal {
	iss := q.actor.issuer
	if _, ours := q.Realms[iss.Realm]; ours && iss.App == q.App {
		return refuse("V11", IssSelf)
	}
	if iss.Realm == AnyRealm {
		return refuse("V11", IssUnknown)
	}
	if q.Trust == nil {
		return internal("V11", errors.New("the verifier has no Trust"))
	}
	issuer, err := q.Trust.Issuer(ctx, iss)
	switch {
	case errors.Is(err, ErrNotRegistered):
		return refuse("V11", IssUnknown)
	case err != nil:
		return internal("V11", err)
	case issuer.Principal != iss:
		return internal("V11", errors.New("Trust answered for another issuer than it was asked for"))
	}
	q.issuer = issuer
	return nil
}

// checkKey selects the key: x5t names one of this issuer's certificates, and
// there is no search over other keys or issuers.
func (q *inquiry) checkKey(ctx context.Context) *Refusal {
	cert, reason := q.issuer.find(q.actor.x5t)
	if reason == KeyUnknown {
		fresh, err := q.Trust.Refetch(ctx, q.issuer.Principal)
		if err == nil && fresh.Principal == q.issuer.Principal {
			q.issuer = fresh
			cert, reason = fresh.find(q.actor.x5t)
		}
	}
	if reason != "" {
		return refuse("V12", reason)
	}
	if q.key, reason = usableKey(cert, q.now); reason != "" {
		return refuse("V12", reason)
	}
	q.cert = cert
	return nil
}

func usableKey(cert *x509.Certificate, now time.Time) (*rsa.PublicKey, Reason) {
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	switch {
	case !ok || key.N.BitLen() < minRSABits:
		return nil, KeyWeak
	case now.After(cert.NotAfter):
		return nil, KeyExpired
	}
	return key, ""
}

func (i *Issuer) find(x5t Thumbprint) (*x509.Certificate, Reason) {
	if slices.Contains(i.Withdrawn, x5t) || slices.Contains(i.Denied, x5t) {
		return nil, KeyWithdrawn
	}
	computed := len(i.Thumbprints) == len(i.Keys)
	for n, cert := range i.Keys {
		if computed && i.Thumbprints[n] == x5t || !computed && ThumbprintOf(cert) == x5t {
			return cert, ""
		}
	}
	return nil, KeyUnknown
}

func (q *inquiry) checkSignature() *Refusal {
	var id [sha256.Size]byte
	if q.Seen != nil {
		if id = signatureID(q.actor.text, q.cert); q.Seen.seen(id) {
			return nil
		}
	}
	if !q.actor.signedBy(q.key) {
		return refuse("V13", SigBad)
	}
	if q.Seen != nil {
		q.Seen.remember(id)
	}
	return nil
}

// signedBy is one RSASSA-PKCS1-v1_5 verification with SHA-256 over the bytes
// received. There is no other algorithm to choose.
func (a *actorForm) signedBy(key *rsa.PublicKey) bool {
	digest := sha256.Sum256([]byte(a.signed))
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], a.signature) == nil
}

func (q *inquiry) checkActorTimes() *Refusal {
	if reason := q.limits().check(q.actor.times); reason != "" {
		return refuse("V14", reason)
	}
	return nil
}

// limits are what a token's window is held against, in seconds.
type limits struct{ now, skew, maxLifetime int64 }

func (q *inquiry) limits() limits {
	return limits{q.now.Unix(), seconds(q.Skew, DefaultSkew), seconds(q.MaxLifetime, DefaultMaxLifetime)}
}

func (l limits) check(w window) Reason {
	switch {
	case w.expires <= w.notBefore:
		return TimeOrder
	case w.expires-w.notBefore > l.maxLifetime:
		return TimeTooLong
	case l.now >= w.expires+l.skew:
		return TimeExpired
	case l.now < w.notBefore-l.skew:
		return TimeFuture
	}
	return ""
}

func seconds(d, ifZero time.Duration) int64 {
	if d == 0 {
		d = ifZero
	}
	return int64(d / time.Second)
}

// checkBinding holds issuer, application and audience inside one
// organisation (CVE-2025-55241).
func (q *inquiry) checkBinding() *Refusal {
	switch {
	case q.actor.nameID.Realm != q.actor.issuer.Realm:
		return refuse("V15", BindNameIDRealm)
	case q.issuer.AuthServer && q.audience.Realm != q.actor.issuer.Realm:
		return refuse("V15", BindSTSRealms)
	case q.Realms[q.audience.Realm] != q.issuer.Organisation:
		return refuse("V15", BindAudOrg)
	}
	return nil
}

func (q *inquiry) checkApplication(ctx context.Context) *Refusal {
	app, err := q.Trust.Application(ctx, q.issuer, q.actor.nameID)
	switch {
	case errors.Is(err, ErrNotRegistered):
		return refuse("V16", AppUnknown)
	case err != nil:
		return internal("V16", err)
	case app.ID != q.actor.nameID.App:
		return refuse("V16", AppUnknown)
	case !app.Enabled:
		return refuse("V16", AppDisabled)
	}
	q.app = app
	return nil
}

func (q *inquiry) checkTrustLevel() *Refusal {
	permits := false
	switch q.app.TrustLevel {
	case Full:
		permits = true
	case ApplicationOnly:
		permits = q.kind == AppOnly
	case UserOnly:
		permits = q.kind == ActAsUser && q.issuer.AuthServer
	}
	if !permits {
		return refuse("V17", TrustLevelForbids)
	}
	return nil
}

// checkOuter ties the unsigned outer token to the signed actor token.
func (q *inquiry) checkOuter() *Refusal {
	if q.outer.audience != q.actor.audience {
		if aud, ok := audience(q.outer.audience); !ok || aud != q.audience {
			return refuse("V18", OuterAud)
		}
	}
	// [MS-XOAUTH] 3.2.5.6 compares these two case-sensitively.
	if q.outer.issuer != q.actor.rawNameID {
		return refuse("V19", OuterIss)
	}
	limits, outer, actor := q.limits(), q.outer.times, q.actor.times
	if reason := limits.check(outer); reason != "" {
		return refuse("V20", reason)
	}
	if outer.expires > actor.expires+limits.skew || outer.notBefore < actor.notBefore-limits.skew {
		return refuse("V20", TimeOuterBeyondActor)
	}
	return nil
}

// checkDelegation asks for trustedfordelegation in the signed actor token:
// the JSON value true or the string "true" in any case.
func (q *inquiry) checkDelegation() *Refusal {
	flag := q.actor.delegation
	text, _ := flag.str()
	switch {
	case flag == "true", foldEqual(text, "true"):
		return nil
	case !flag.present() && q.app.OmitsDelegationFlag && !q.issuer.AuthServer:
		return nil
	}
	return refuse("V21", DelegationMissing)
}

func (q *inquiry) decision() *Decision {
	d := &Decision{
		Kind:         q.kind,
		Application:  Principal{App: q.app.ID, Realm: q.issuer.Principal.Realm},
		Issuer:       q.issuer.Principal,
		Partner:      q.app.Name,
		Organisation: q.issuer.Organisation,
		Audience:     Principal{App: q.App, Host: q.audience.Host, Realm: Realm(strings.Clone(string(q.audience.Realm)))},
		User:         q.user,
		Key:          q.actor.x5t,
		NotBefore:    time.Unix(q.actor.times.notBefore, 0).UTC(),
		Expires:      time.Unix(q.actor.times.expires, 0).UTC(),
		TokenHash:    hashOf(q.actor.signature),
	}
	if q.kind == ActAsUser {
		d.NotBefore = time.Unix(max(q.actor.times.notBefore, q.outer.times.notBefore), 0).UTC()
		d.Expires = time.Unix(min(q.actor.times.expires, q.outer.times.expires), 0).UTC()
	}
	return d
}

// TokenHash returns what [Decision.TokenHash] will be at the receiver of an
// actor token, so that the sender's log can name it. It is empty for a text that
// is no signed token.
func TokenHash(actorToken string) string {
	last := actorToken[strings.LastIndexByte(actorToken, '.')+1:]
	signature := make([]byte, base64Len(len(last)))
	if len(last) == len(actorToken) || len(signature) == 0 || !decodeBase64URL(signature, last) {
		return ""
	}
	return hashOf(signature)
}

func hashOf(signature []byte) string {
	sum := sha256.Sum256(signature)
	return hex.EncodeToString(sum[:8])
}
