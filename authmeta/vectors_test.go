package authmeta_test

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/wirevectors"
)

// clock is the time of the vectors: 2027-01-15T08:00:10Z.
var clock = time.Unix(1800000010, 0).UTC()

// reasons are the words that each refused vector must be refused with: a
// document refused for another reason is a failed test.
var reasons = map[string]authmeta.Reason{
	"bad-duplicate-issuer-by-case": authmeta.Duplicate,
	"bad-issuer-service-mismatch":  authmeta.Conflict,
	"bad-issuer-realm-mismatch":    authmeta.Conflict,
	"bad-issuer-missing":           authmeta.NoIdentity,
	"bad-issuer-not-guid":          authmeta.BadIdentity,
	"bad-realm-wildcard":           authmeta.WildcardRealm,
	"bad-refresh-other-realm":      authmeta.IdentityChanged,
	"bad-refresh-other-principal":  authmeta.IdentityChanged,
	"bad-no-signing-key":           authmeta.NoKey,
	"bad-weak-key-only":            authmeta.WeakKey,
	"bad-expired-key-only":         authmeta.ExpiredKey,
	"bad-ec-key-only":              authmeta.WrongKey,
	"bad-claims-own-principal":     authmeta.OwnIdentity,
	"bad-too-many-keys":            authmeta.TooManyKeys,
	"bad-too-large":                authmeta.TooBig,
	"bad-html":                     authmeta.HTML,
	"bad-sts-http-endpoint":        authmeta.NoTokenEndpoint,
	"bad-sts-no-endpoint":          authmeta.NoTokenEndpoint,
	"bad-trailing-data":            authmeta.Trailing,
}

func TestVectors(t *testing.T) {
	t.Parallel()
	suite, err := wirevectors.LoadMetadata()
	if err != nil {
		t.Fatal(err)
	}
	accepted, refused := 0, 0
	for _, c := range suite.Documents {
		name := strings.TrimSuffix(strings.TrimPrefix(c.File, "synthetic/metadata/"), ".json")
		t.Run(name, func(t *testing.T) {
			d, err := authmeta.Parse(file(t, c.File), options(t, suite, c))
			if c.Accept() {
				accepted++
				if err != nil {
					t.Fatalf("%s, but: %v", c.Why, err)
				}
				checkAccepted(t, c, d)
				return
			}
			refused++
			var p *authmeta.ParseError
			if !errors.As(err, &p) || p.Reason != reasons[name] {
				t.Fatalf("%s: got %v, want reason %s", c.Why, err, reasons[name])
			}
			if p.What == "" || p.Remedy == "" {
				t.Errorf("no words: %+v", p)
			}
		})
	}
	if accepted != 11 || refused != 19 {
		t.Errorf("%d accepted and %d refused, want 11 and 19", accepted, refused)
	}
}

func options(t *testing.T, suite *wirevectors.Metadata, c wirevectors.MetadataDocument) authmeta.ParseOptions {
	t.Helper()
	o := authmeta.ParseOptions{Now: suite.Clock.Time(), AuthServer: c.As == "authserver"}
	if c.As == "partner-of-exchange" {
		o.Own = principal(t, "00000002-0000-0ff1-ce00-000000000000@contoso.com")
	}
	if c.Pinned != "" {
		o.Pinned = principal(t, c.Pinned)
	}
	return o
}

func checkAccepted(t *testing.T, c wirevectors.MetadataDocument, d *authmeta.Document) {
	t.Helper()
	if got := d.Issuer.String(); got != c.Issuer {
		t.Errorf("issuer %s, want %s", got, c.Issuer)
	}
	if got := d.TokenEndpoint(); got != c.TokenEndpoint {
		t.Errorf("token endpoint %q, want %q", got, c.TokenEndpoint)
	}
	var want []s2s.Thumbprint
	for _, name := range c.Keys {
		want = append(want, s2s.ThumbprintOf(certificate(t, name)))
	}
	var got []s2s.Thumbprint
	for _, k := range d.Keys {
		got = append(got, k.Thumbprint)
		if k.Thumbprint != s2s.ThumbprintOf(k.Certificate) {
			t.Error("a thumbprint is not its certificate's")
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

// Reading and writing again gives every byte back, for each product.
func TestMarshalGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]authmeta.Product{
		"exchange.1-steady": authmeta.Exchange, "exchange.2-staged": authmeta.Exchange,
		"exchange.3-active": authmeta.Exchange, "exchange.4-cleared": authmeta.Exchange,
		"sfb": authmeta.Skype, "sfb.rollover": authmeta.Skype,
		"sharepoint": authmeta.SharePoint, "sts": authmeta.TokenServer,
	} {
		raw := file(t, "synthetic/metadata/"+name+".json")
		d, err := authmeta.Parse(raw, authmeta.ParseOptions{Now: clock})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d.Product != p {
			t.Errorf("%s: taken for %s, want %s", name, d.Product, p)
		}
		got, err := d.Marshal(p)
		if err != nil || !bytes.Equal(got, raw) {
			t.Errorf("%s: %v\ngot  %s\nwant %s", name, err, got, raw)
		}
	}
}

// The two documents seen in public: our writer gives the same bytes once the
// values that their authors left out are put in.
//
// checklist: 002-18 002-19 002-20 002-21 002-22
func TestMarshalLikeTheProducts(t *testing.T) {
	t.Parallel()
	cert := certificate(t, "sfb-a")
	tests := []struct {
		name, file string
		product    authmeta.Product
		document   authmeta.Document
		restore    func(seen string) string
	}{{
		name: "002-18 Skype for Business 2015", file: "observed/metadata/sfb-2015.json", product: authmeta.Skype,
		document: authmeta.New(authmeta.Skype, principal(t, "00000004-0000-0ff1-ce00-000000000000@jdskype.net"), "", clock, cert),
		restore: func(seen string) string {
			return replaceBetween(t, seen, `"value":"`, `"`, base64Of(cert))
		},
	}, {
		name: "002-22 Exchange Online", file: "observed/metadata/exchange-online-docs.json", product: authmeta.Exchange,
		document: func() authmeta.Document {
			d := authmeta.New(authmeta.Exchange, s2s.Principal{App: s2s.ExchangeApp, Realm: s2s.AnyRealm}, "https://by2pr06mb2229.namprd06.prod.outlook.com:444/autodiscover/metadata/json/1", clock, cert)
			d.ID = "_70b34511-d105-4e2b-9675-39f53305bb01"
			return d
		}(),
		restore: func(seen string) string {
			seen = replaceBetween(t, seen, `"value":"`, `"`, base64Of(cert))
			return replaceBetween(t, seen, `"x5t":"`, `"`, s2s.ThumbprintOf(cert).X5T())
		},
	}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := tt.restore(strings.TrimSpace(string(file(t, tt.file))))
			got, err := tt.document.Marshal(tt.product)
			if err != nil || string(got) != want {
				t.Errorf("%v\ngot  %s\nwant %s", err, got, want)
			}
		})
	}
}

// The documents seen in public, with their certificates cut out by those who
// published them, are read as far as they go: identity yes, keys no.
func TestObservedDocuments(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]authmeta.Reason{
		"sfb-2015":             authmeta.WrongKey,      // the value is no Base64 any more
		"exchange-online-docs": authmeta.WildcardRealm, // a multi-tenant service
		"acs-endpoints":        authmeta.NoIdentity,    // only a part was shown
	} {
		raw := file(t, "observed/metadata/"+name+".json")
		_, err := authmeta.Parse(raw, authmeta.ParseOptions{Now: clock})
		var p *authmeta.ParseError
		if !errors.As(err, &p) || p.Reason != want {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
	_, err := authmeta.Parse(file(t, "observed/metadata/exchange-online-docs.json"), authmeta.ParseOptions{Now: clock, StatedRealm: "contoso.com"})
	var p *authmeta.ParseError
	if !errors.As(err, &p) || p.Reason != authmeta.WrongKey {
		t.Errorf("with a stated realm: got %v, want to come as far as the keys", err)
	}
}

func TestStatedRealmStandsInForTheWildcard(t *testing.T) {
	t.Parallel()
	raw := file(t, "synthetic/metadata/bad-realm-wildcard.json")
	d, err := authmeta.Parse(raw, authmeta.ParseOptions{Now: clock, StatedRealm: "contoso.com"})
	if err != nil || d.Issuer.String() != "00000002-0000-0ff1-ce00-000000000000@contoso.com" {
		t.Errorf("got %v, %v", d, err)
	}
	raw = file(t, "synthetic/metadata/sfb.json")
	_, err = authmeta.Parse(raw, authmeta.ParseOptions{Now: clock, StatedRealm: "sip.contoso.com"})
	var p *authmeta.ParseError
	if !errors.As(err, &p) || p.Reason != authmeta.WrongRealm {
		t.Errorf("another realm than stated: got %v, want wrong-realm", err)
	}
}

// checklist: 002-18 002-19 002-20 002-21, the members of a Skype document.
func TestSkypeShape(t *testing.T) {
	t.Parallel()
	cert := certificate(t, "sfb-a")
	d := authmeta.New(authmeta.Skype, principal(t, "00000004-0000-0FF1-CE00-000000000000@JDskype.net"), "", clock, cert)
	raw, err := d.Marshal(authmeta.Skype)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("002-18 one object with four members in order", func(t *testing.T) {
		if got := memberNames(t, raw); !cmp.Equal(got, []string{"issuer", "keys", "realm", "serviceName"}) {
			t.Errorf("members %q", got)
		}
	})
	var seen struct {
		Issuer, Realm, ServiceName string
		Keys                       []struct {
			KeyValue struct{ Type, Value string }
			Usage    string
		}
	}
	if err := json.Unmarshal(raw, &seen); err != nil {
		t.Fatal(err)
	}
	t.Run("002-19 issuer is id@realm", func(t *testing.T) {
		if seen.Issuer != "00000004-0000-0ff1-ce00-000000000000@jdskype.net" {
			t.Errorf("issuer %q", seen.Issuer)
		}
	})
	t.Run("002-20 keys are bare Base64 certificates", func(t *testing.T) {
		k := seen.Keys[0]
		if k.Usage != "signing" || k.KeyValue.Type != "x509Certificate" || !strings.HasPrefix(k.KeyValue.Value, "MII") || k.KeyValue.Value != base64Of(cert) {
			t.Errorf("key %+v", k)
		}
	})
	t.Run("002-21 realm is a domain, serviceName the id alone", func(t *testing.T) {
		if seen.Realm != "jdskype.net" || seen.ServiceName != "00000004-0000-0ff1-ce00-000000000000" {
			t.Errorf("realm %q, serviceName %q", seen.Realm, seen.ServiceName)
		}
	})
	t.Run("002-22 Exchange's looks similar", func(t *testing.T) {
		x := authmeta.New(authmeta.Exchange, principal(t, "00000002-0000-0ff1-ce00-000000000000@jdskype.net"), authmeta.Exchange.URL("autodiscover.jdskype.net"), clock, cert)
		raw, err := x.Marshal(authmeta.Exchange)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"id", "version", "name", "realm", "serviceName", "issuer", "allowedAudiences", "keys", "endpoints"}
		if diff := cmp.Diff(want, memberNames(t, raw)); diff != "" {
			t.Errorf("members (-want +got):\n%s", diff)
		}
		back, err := authmeta.Parse(raw, authmeta.ParseOptions{Now: clock})
		if err != nil || back.Issuer != x.Issuer || back.Endpoints[0].Location != "https://autodiscover.jdskype.net/autodiscover/metadata/json/1" {
			t.Errorf("read back as %+v, %v", back, err)
		}
	})
}

// checklist: 000-03 000-04 004-05
func TestURLs(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"https://autodiscover.litwareinc.com/autodiscover/metadata/json/1": authmeta.Exchange.URL("autodiscover.litwareinc.com"),
		"https://atl-cs-001.litwareinc.com/metadata/json/1":                authmeta.Skype.URL("atl-cs-001.litwareinc.com"),
		"https://sites.litwareinc.com/_layouts/15/metadata/json/1":         authmeta.SharePoint.URL("sites.litwareinc.com"),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// A URL stands in the document as it is used, not in the escapes for HTML.
func TestMarshalLeavesURLsAlone(t *testing.T) {
	t.Parallel()
	const location = "https://sts.contoso.com/tokens/OAuth/2?a=1&b=<2>"
	d := authmeta.New(authmeta.TokenServer, principal(t, "00000001-0000-0000-c000-000000000000@contoso.com"), location, clock, certificate(t, "sts"))
	raw, err := d.Marshal(authmeta.TokenServer)
	if err != nil || !bytes.Contains(raw, []byte(`"location":"`+location+`"`)) {
		t.Errorf("%v: %s", err, raw)
	}
}

func TestMarshalRefuses(t *testing.T) {
	t.Parallel()
	issuer := principal(t, "00000004-0000-0ff1-ce00-000000000000@contoso.com")
	for name, d := range map[string]authmeta.Document{
		"no certificate":      authmeta.New(authmeta.Skype, issuer, "", clock),
		"only an expired one": authmeta.New(authmeta.Skype, issuer, "", clock, certificate(t, "expired")),
	} {
		if _, err := d.Marshal(authmeta.Skype); !errors.Is(err, authmeta.ErrNoKey) {
			t.Errorf("%s: got %v, want ErrNoKey", name, err)
		}
	}
	d := authmeta.New(authmeta.Skype, s2s.Principal{}, "", clock, certificate(t, "sfb-a"))
	if _, err := d.Marshal(authmeta.Skype); err == nil {
		t.Error("a document about nobody was written")
	}
	d.Issuer = issuer
	if _, err := d.Marshal("Notes"); err == nil {
		t.Error("an unknown product was written")
	}
}

// The id changes when, and only when, the content does.
func TestContentID(t *testing.T) {
	t.Parallel()
	issuer := principal(t, "00000002-0000-0ff1-ce00-000000000000@contoso.com")
	id := func(names ...string) string {
		var certs []*x509.Certificate
		for _, n := range names {
			certs = append(certs, certificate(t, n))
		}
		raw, err := authmeta.New(authmeta.Exchange, issuer, authmeta.Exchange.URL("a.test"), clock, certs...).Marshal(authmeta.Exchange)
		if err != nil {
			t.Fatal(err)
		}
		d, err := authmeta.Parse(raw, authmeta.ParseOptions{Now: clock})
		if err != nil {
			t.Fatal(err)
		}
		return d.ID
	}
	one := id("exchange-a")
	if _, err := s2s.ParseAppID(strings.TrimPrefix(one, "_")); err != nil || one[0] != '_' {
		t.Errorf("id %q is not _ and a GUID: %v", one, err)
	}
	if id("exchange-a") != one || id("exchange-a", "exchange-b") == one || id("exchange-b") == one {
		t.Error("the id does not follow the content")
	}
}

func file(t testing.TB, name string) []byte {
	t.Helper()
	data, err := wirevectors.File(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func certificate(t testing.TB, name string) *x509.Certificate {
	t.Helper()
	k, err := wirevectors.LoadKey(name)
	if err != nil {
		t.Fatal(err)
	}
	return k.Certificate
}

func principal(t testing.TB, s string) s2s.Principal {
	t.Helper()
	p, err := s2s.ParsePrincipal(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func memberNames(t *testing.T, raw []byte) []string {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil {
		t.Fatal(err)
	}
	var names []string
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name.(string))
		var skip json.RawMessage
		if err := dec.Decode(&skip); err != nil {
			t.Fatal(err)
		}
	}
	return names
}

// replaceBetween puts text between the first from and the to behind it.
func replaceBetween(t *testing.T, s, from, to, text string) string {
	t.Helper()
	head, rest, ok := strings.Cut(s, from)
	_, tail, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		t.Fatalf("%s not found in %s", from, s)
	}
	return head + from + text + to + tail
}
