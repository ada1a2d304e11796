package s2stest

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/matchseal/matchseal/s2s"
)

// BrokenToken is a token with exactly one thing wrong, and where a verifier
// must notice.
type BrokenToken struct {
	Name   string
	Token  string
	Step   string
	Reason s2s.Reason
}

// Broken returns tokens from one party to the other that must all be refused
// by to.Verifier(NewTrust(from), Users{user}, now), the users being those whom
// user names.
func Broken(from, to *Party, user s2s.UserClaims, now time.Time) []BrokenToken {
	b := breaker{from: from, to: to, user: user, now: now}
	return append(b.actors(), b.outers()...)
}

type breaker struct {
	from, to *Party
	user     s2s.UserClaims
	now      time.Time
}

// actor signs a good actor token with one change.
func (b breaker) actor(change func(*s2s.Actor)) string {
	a := b.from.Actor(b.to, b.now)
	change(&a)
	return must(b.from.Signer().SignActor(a))
}

// claims is the payload of a good actor token, as text to cut into.
func (b breaker) claims() string {
	nbf := b.now.Unix()
	return fmt.Sprintf(`{"aud":%q,"iss":%q,"nbf":"%d","exp":"%d","nameid":%q,"trustedfordelegation":"true"}`,
		b.to.Audience(), b.from.Principal, nbf, nbf+int64(Lifetime/time.Second), b.from.Principal)
}

func (b breaker) header() string {
	return fmt.Sprintf(`{"typ":"JWT","alg":"RS256","x5t":%q}`, s2s.ThumbprintOf(b.from.Certificate).X5T())
}

func (b breaker) signed(header, claims string) string { return Raw(header, claims, b.from.Key) }

func (b breaker) actors() []BrokenToken {
	good := b.from.AppOnly(b.to, b.now)
	rogue := NewParty("rogue", s2s.SkypeApp, "rogue.example", "rogue.example", "rogue")
	rogueX5T := s2s.ThumbprintOf(rogue.Certificate).X5T()
	stranger := s2s.Principal{App: "12345678-1234-1234-1234-123456789abc", Realm: b.from.Principal.Realm}
	head, claims := b.header(), b.claims()
	swap := strings.NewReplacer
	other := func(r s2s.Realm) s2s.Realm { return "other." + r }
	return []BrokenToken{
		{"too-long", good + strings.Repeat("A", 16384), "V1", s2s.TokenSize},
		{"two-segments", good[:strings.LastIndexByte(good, '.')], "V2", s2s.TokenSegments},
		{"padded-base64", good + "==", "V3", s2s.TokenEncoding},
		{"not-json", b.signed(head, `aud=mail`), "V4", s2s.TokenJSON},
		{"claim-twice", b.signed(head, swap(`"iss"`, `"AUD":"x","iss"`).Replace(claims)), "V4", s2s.TokenDuplicate},
		{"names-its-own-key", b.signed(swap(`"x5t"`, `"jku":"https://rogue.example/keys","x5t"`).Replace(head), claims), "V5", s2s.TokenHeader},
		{"other-kind", b.signed(head, swap(`"iss"`, `"ver":"hashedprooftoken","iss"`).Replace(claims)), "V6", s2s.TokenKind},
		{"alg-none", Raw(`{"typ":"JWT","alg":"none"}`, claims, nil), "V8", s2s.ActorAlg},
		{"unsigned", Raw(head, claims, nil), "V8", s2s.ActorUnsigned},
		{"no-x5t", b.signed(`{"typ":"JWT","alg":"RS256"}`, claims), "V8", s2s.ActorX5T},
		{"no-exp", b.signed(head, swap(`"exp"`, `"expires"`).Replace(claims)), "V9", s2s.ClaimMissing},
		{"fractional-time", b.signed(head, swap(`"nbf":"`, `"nbf":"0.`).Replace(claims)), "V9", s2s.ClaimTime},
		{"issuer-without-realm", b.signed(head, swap(`"iss":"`+b.from.Principal.String(), `"iss":"`+string(b.from.Principal.App)).Replace(claims)), "V9", s2s.IssForm},
		{"audience-without-host", b.signed(head, swap("/"+b.to.Host, "").Replace(claims)), "V10", s2s.AudForm},
		{"other-application", b.actor(func(a *s2s.Actor) { a.Audience.App = stranger.App }), "V10", s2s.AudPID},
		{"other-host", b.actor(func(a *s2s.Actor) { a.Audience.Host = "rogue.example" }), "V10", s2s.AudHost},
		{"other-realm", b.actor(func(a *s2s.Actor) { a.Audience.Realm = other(a.Audience.Realm) }), "V10", s2s.AudRealm},
		{"in-the-receivers-name", b.actor(func(a *s2s.Actor) { a.Issuer = b.to.Principal }), "V11", s2s.IssSelf},
		{"unknown-issuer", b.actor(func(a *s2s.Actor) { a.Issuer = stranger }), "V11", s2s.IssUnknown},
		{"unknown-key", Raw(fmt.Sprintf(`{"alg":"RS256","x5t":%q}`, rogueX5T), claims, b.from.Key), "V12", s2s.KeyUnknown},
		{"signed-by-another-key", Raw(head, claims, rogue.Key), "V13", s2s.SigBad},
		{"expired", b.actor(func(a *s2s.Actor) {
			a.NotBefore, a.Expires = a.NotBefore.Add(-2*Lifetime), a.Expires.Add(-2*Lifetime)
		}), "V14", s2s.TimeExpired},
		{"not-yet-valid", b.actor(func(a *s2s.Actor) { a.NotBefore = a.NotBefore.Add(Lifetime / 2) }), "V14", s2s.TimeFuture},
		{"lives-too-long", b.actor(func(a *s2s.Actor) { a.Expires = a.Expires.AddDate(1, 0, 0) }), "V14", s2s.TimeTooLong},
		{"named-in-another-realm", b.actor(func(a *s2s.Actor) { a.NameID.Realm = other(a.NameID.Realm) }), "V15", s2s.BindNameIDRealm},
		{"names-another-application", b.actor(func(a *s2s.Actor) { a.NameID = stranger }), "V16", s2s.AppUnknown},
	}
}

// outer writes an outer token by hand, with one change to its payload.
func (b breaker) outer(actor string, replace ...string) string {
	nbf := b.now.Unix()
	payload := fmt.Sprintf(`{"aud":%q,"iss":%q,"nbf":"%d","exp":"%d","upn":%q,"smtp":%q,"actortoken":%q}`,
		b.to.Audience(), b.from.Principal, nbf, nbf+int64(Lifetime/time.Second), b.user.UPN, b.user.SMTP, actor)
	return Raw(`{"typ":"JWT","alg":"none"}`, strings.NewReplacer(replace...).Replace(payload), nil)
}

func (b breaker) outers() []BrokenToken {
	actor := b.from.AppOnly(b.to, b.now)
	quote := strconv.Quote
	nbf := strconv.FormatInt(b.now.Unix(), 10)
	late := strconv.FormatInt(b.now.Add(2*Lifetime).Unix(), 10)
	return []BrokenToken{
		{"outer-signed", strings.TrimSuffix(b.outer(actor), ".") + ".QUJD", "V7", s2s.OuterSigned},
		{"outer-alg", Raw(`{"alg":"None"}`, `{"actortoken":`+quote(actor)+`}`, nil), "V7", s2s.OuterAlg},
		{"outer-in-outer", b.outer(b.outer(actor)), "V7", s2s.ActorNested},
		{"outer-for-another-host", b.outer(actor, "/"+b.to.Host+"@", "/rogue.example@"), "V18", s2s.OuterAud},
		{"outer-by-another", b.outer(actor, `"iss":"`+b.from.Principal.String(), `"iss":"`+b.to.Principal.String()), "V19", s2s.OuterIss},
		{"outer-outlives-actor", b.outer(actor, `"exp":"`+strconv.FormatInt(b.now.Add(Lifetime).Unix(), 10), `"exp":"`+late), "V20", s2s.TimeOuterBeyondActor},
		{"outer-ends-before-it-begins", b.outer(actor, `"exp":"`+strconv.FormatInt(b.now.Add(Lifetime).Unix(), 10), `"exp":"`+nbf), "V20", s2s.TimeOrder},
		{"not-delegated", b.outer(b.actor(func(a *s2s.Actor) { a.TrustedForDelegation = false })), "V21", s2s.DelegationMissing},
		{"names-nobody", b.outer(actor, `"upn"`, `"x-upn"`, `"smtp"`, `"x-smtp"`), "V22", s2s.UserNone},
		{"unknown-user", b.outer(actor, quote(b.user.UPN), `"nobody@example.com"`, quote(b.user.SMTP), `"nobody@example.com"`), "V23", s2s.UserUnknown},
	}
}
