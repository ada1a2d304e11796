package s2s

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Signer signs tokens with one certificate's key. It is safe for concurrent
// use if the key is.
type Signer struct {
	cert       *x509.Certificate
	key        crypto.Signer
	thumbprint Thumbprint
	header     string // encoded; the same on every token
}

// NewSigner pairs a certificate with its private key: RSA of 2048 bits or more.
func NewSigner(cert *x509.Certificate, key crypto.Signer) (*Signer, error) {
	if cert == nil || key == nil {
		return nil, errors.New("s2s: signing takes a certificate and its private key")
	}
	public, ok := cert.PublicKey.(*rsa.PublicKey)
	switch {
	case !ok:
		return nil, fmt.Errorf("s2s: the certificate %s has no RSA key; the protocol signs with RSA only", ThumbprintOf(cert))
	case public.N.BitLen() < minRSABits:
		return nil, fmt.Errorf("s2s: the certificate %s has an RSA key of %d bits; %d or more are needed", ThumbprintOf(cert), public.N.BitLen(), minRSABits)
	case !public.Equal(key.Public()):
		return nil, fmt.Errorf("s2s: the private key does not belong to the certificate %s", ThumbprintOf(cert))
	}
	t := ThumbprintOf(cert)
	header := claimText{}.text("typ", "JWT").text("alg", "RS256").text("x5t", t.X5T())
	return &Signer{cert: cert, key: key, thumbprint: t, header: header.segment()}, nil
}

// Thumbprint names the signing certificate.
func (s *Signer) Thumbprint() Thumbprint { return s.thumbprint }

// Certificate returns the signing certificate.
func (s *Signer) Certificate() *x509.Certificate { return s.cert }

// Actor is the content of a self-issued actor token ([MS-XOAUTH] 2.2).
type Actor struct {
	Audience Principal // the target, with host
	Issuer   Principal // ourselves, or the registered issuer we sign for
	NameID   Principal // the application that calls; usually equal to Issuer

	NotBefore, Expires time.Time // whole seconds are written

	// TrustedForDelegation is written as "true" or "false". Receivers accept
	// act-as calls over "true" only.
	TrustedForDelegation bool
	// OmitDelegation leaves the claim out, as SharePoint add-ins do when they
	// call for themselves.
	OmitDelegation bool
}

// SignActor makes an actor token. Sent alone it is an app-only call; see
// [WrapActAs] for the other kind.
func (s *Signer) SignActor(a Actor) (string, error) {
	c := claimText{}.
		principal("aud", a.Audience, true).
		principal("iss", a.Issuer, false).
		window(a.NotBefore, a.Expires).
		principal("nameid", a.NameID, false)
	if !a.OmitDelegation {
		c = c.text("trustedfordelegation", strconv.FormatBool(a.TrustedForDelegation))
	}
	return s.sign(s.header, c)
}

// Assertion is what an application shows a token server to be given an actor
// token: signed by itself, for the token server as audience. Issuer's realm is
// the tenant that both share, not the local realm ([MS-XOAUTH] 1.5).
type Assertion struct {
	Issuer   Principal
	Audience Principal // the token server, with host

	NotBefore, Expires time.Time // five minutes are customary
}

// SignAssertion makes an assertion.
func (s *Signer) SignAssertion(a Assertion) (string, error) {
	return s.sign(s.header, claimText{}.
		principal("aud", a.Audience, true).
		principal("iss", a.Issuer, false).
		window(a.NotBefore, a.Expires))
}

// Issued is the content of an actor token that a token server issues, in the
// shape observed from Azure ACS: numbers for times, kid beside x5t.
type Issued struct {
	Audience string    // the resource that was asked for, unchanged
	Issuer   Principal // the token server
	NameID   Principal // the application

	IssuedAt, NotBefore, Expires time.Time

	ObjectID             string // of the service principal; written as oid and sub
	TrustedForDelegation bool
}

// SignIssued makes an actor token as a token server.
func (s *Signer) SignIssued(i Issued) (string, error) {
	x5t := s.thumbprint.X5T()
	header := claimText{}.text("typ", "JWT").text("alg", "RS256").text("x5t", x5t).text("kid", x5t)
	c := claimText{}.
		text("aud", i.Audience).
		principal("iss", i.Issuer, false).
		number("iat", i.IssuedAt).
		number("nbf", i.NotBefore).
		number("exp", i.Expires).
		text("identityprovider", i.Issuer.String()).
		principal("nameid", i.NameID, false).
		text("oid", i.ObjectID).
		text("sub", i.ObjectID).
		text("trustedfordelegation", strconv.FormatBool(i.TrustedForDelegation))
	return s.sign(header.segment(), c)
}

func (s *Signer) sign(header string, c claimText) (string, error) {
	if c.err != nil {
		return "", c.err
	}
	signed := header + "." + c.segment()
	digest := sha256.Sum256([]byte(signed))
	signature, err := s.key.Sign(rand.Reader, digest[:], crypto.SHA256) // PKCS #1 v1.5 for these options
	if err != nil {
		return "", fmt.Errorf("s2s: signing with certificate %s: %w", s.thumbprint, err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// NIIActiveDirectory is the nii value that makes nameid a security identifier.
const NIIActiveDirectory = "urn:office:idp:activedirectory"

// UserClaims name the user of an act-as call; empty claims are not written.
// SIP is without "sip:".
type UserClaims struct {
	NameID string // with NII: what NII says; without: the UPN
	NII    string
	UPN    string
	SMTP   string
	SIP    string
}

// ActAs is the content of an unsigned outer token.
type ActAs struct {
	NotBefore, Expires time.Time // inside the actor token's window
	User               UserClaims
	ActorToken         string // as SignActor or a token server made it
}

// WrapActAs puts an actor token into an outer token that names a user. The
// audience and the issuer are taken from the actor token: a receiver refuses
// any other ([MS-XOAUTH] 3.2.5.6). The claim is called actortoken as the
// products call it, not actort as the specification's text does.
func WrapActAs(a ActAs) (string, error) {
	var token form
	if ref := token.parse(a.ActorToken); ref != nil {
		return "", fmt.Errorf("s2s: this is no actor token to wrap: %w", ref)
	}
	if token.kind != AppOnly {
		return "", errors.New("s2s: this token is an act-as token already and cannot be wrapped again")
	}
	if a.User == (UserClaims{}) {
		return "", errors.New("s2s: an act-as token must name a user")
	}
	c := claimText{}.
		text("aud", token.actor.audience).
		text("iss", token.actor.rawNameID).
		window(a.NotBefore, a.Expires).
		optional("nameid", a.User.NameID).
		optional("nii", a.User.NII).
		optional("upn", a.User.UPN).
		optional("smtp", a.User.SMTP).
		optional("sip", a.User.SIP)
	if c.err != nil {
		return "", c.err
	}
	// The actor token is base64url and dots: it needs no escape and has no
	// claim's length.
	c = c.member("actortoken", `"`+a.ActorToken+`"`)
	outer := claimText{}.text("typ", "JWT").text("alg", "none").segment() + "." + c.segment() + "."
	if len(outer) > maxTokenBytes {
		return "", fmt.Errorf("s2s: the act-as token would be %d bytes long; receivers accept %d", len(outer), maxTokenBytes)
	}
	return outer, nil
}

// claimText writes one JSON object member by member, in the order and spelling
// that the products use, and keeps the first error.
type claimText struct {
	json []byte
	err  error
}

func (c claimText) member(name, value string) claimText {
	sep := byte(',')
	if len(c.json) == 0 {
		sep = '{'
	}
	c.json = append(c.json, sep, '"')
	c.json = append(c.json, name...)
	c.json = append(c.json, '"', ':')
	c.json = append(c.json, value...)
	return c
}

// text writes a string claim. What a receiver would refuse is an error here.
func (c claimText) text(name, value string) claimText {
	if c.err == nil && (!cleanText(value) || !utf8.ValidString(value)) {
		c.err = fmt.Errorf("s2s: claim %s: %s holds a control character or is over %d bytes long", name, clip(value), maxClaimBytes)
	}
	return c.member(name, `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value)+`"`)
}

func (c claimText) optional(name, value string) claimText {
	if value == "" {
		return c
	}
	return c.text(name, value)
}

func (c claimText) principal(name string, p Principal, host bool) claimText {
	text := p.String()
	var err error
	if host {
		_, err = ParseAudience(text)
	} else {
		_, err = ParsePrincipal(text)
	}
	if err == nil && p.Realm == AnyRealm {
		err = fmt.Errorf("s2s: the realm * never matches in a token")
	}
	if c.err == nil && err != nil {
		c.err = fmt.Errorf("s2s: claim %s: %w", name, err)
	}
	return c.text(name, text)
}

// window writes nbf and exp as strings, as the specification does.
func (c claimText) window(notBefore, expires time.Time) claimText {
	nbf, exp := strconv.FormatInt(notBefore.Unix(), 10), strconv.FormatInt(expires.Unix(), 10)
	if c.err == nil && notBefore.Unix() >= expires.Unix() {
		c.err = fmt.Errorf("s2s: the token would end (%s) before it begins (%s)", exp, nbf)
	}
	return c.text("nbf", nbf).text("exp", exp)
}

func (c claimText) number(name string, t time.Time) claimText {
	return c.member(name, strconv.FormatInt(t.Unix(), 10))
}

// segment encodes the finished object.
func (c claimText) segment() string {
	return base64.RawURLEncoding.EncodeToString(append(c.json, '}'))
}
