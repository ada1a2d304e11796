package autodiscover_test

import (
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/autodiscover"
)

func TestNames(t *testing.T) {
	t.Run("002-04 the well-known form", func(t *testing.T) {
		if got, want := autodiscover.POXURL("ex1.litware.test"), "https://ex1.litware.test/autodiscover/autodiscover.xml"; got != want {
			t.Errorf("by the server's own name: %s, want %s", got, want)
		}
		if got, want := autodiscover.POXURL(autodiscover.HostFor("litware.test")), "https://autodiscover.litware.test/autodiscover/autodiscover.xml"; got != want {
			t.Errorf("well-known: %s, want %s", got, want)
		}
	})
	t.Run("the .svc beside a service connection point", func(t *testing.T) {
		got, err := autodiscover.FromSCP("https://autodiscover.litware.test/Autodiscover/Autodiscover.xml")
		if want := "https://autodiscover.litware.test/autodiscover/autodiscover.svc"; got != want || err != nil {
			t.Errorf("%s, %v, want %s", got, err, want)
		}
		if _, err := autodiscover.FromSCP("autodiscover.litware.test"); err == nil {
			t.Error("a bare name was taken for a URL")
		}
	})
}

// Fault F48: the value was copied from where it ends in .xml.
func TestCheckEndpoint(t *testing.T) {
	for raw, want := range map[string]struct {
		kind    autodiscover.Kind
		suggest string
	}{
		"https://autodiscover.litware.test/autodiscover/autodiscover.svc": {},
		" https://mail.litware.test:8443/a/b.svc\n":                       {},
		"":                  {kind: autodiscover.NotConfigured},
		"autodiscover.test": {kind: autodiscover.InvalidURL},
		"ftp://a.test/x":    {kind: autodiscover.InvalidURL},
		"https://":          {kind: autodiscover.InvalidURL},
		"https://u:p@a.test/autodiscover/autodiscover.svc": {kind: autodiscover.InvalidURL},
		"https://autodiscover.litware.test/autodiscover/autodiscover.xml": {
			autodiscover.WrongDocument, "https://autodiscover.litware.test/autodiscover/autodiscover.svc"},
		"https://autodiscover.litware.test:444/Autodiscover/Autodiscover.XML/": {
			autodiscover.WrongDocument, "https://autodiscover.litware.test:444/Autodiscover/Autodiscover.svc"},
		"http://autodiscover.litware.test/autodiscover/autodiscover.json": {
			autodiscover.WrongDocument, "https://autodiscover.litware.test/autodiscover/autodiscover.svc"},
		"http://autodiscover.litware.test/autodiscover/autodiscover.svc": {
			autodiscover.PlainHTTP, "https://autodiscover.litware.test/autodiscover/autodiscover.svc"},
	} {
		_, err := autodiscover.CheckEndpoint(raw)
		var e *autodiscover.Error
		errors.As(err, &e)
		switch {
		case want.kind == "" && err != nil:
			t.Errorf("%q: %v", raw, err)
		case want.kind != "" && (e == nil || e.Kind != want.kind || e.Suggest != want.suggest):
			t.Errorf("%q: got %+v, want %+v", raw, e, want)
		}
	}
}

func TestAllowDomains(t *testing.T) {
	allow := autodiscover.AllowDomains("*.contoso.com; *.outlook.com", "mail.litware.test.")
	for host, want := range map[string]bool{
		"autodiscover.contoso.com": true, "a.b.contoso.com": true, "AUTODISCOVER.OUTLOOK.COM.": true, "mail.litware.test": true,
		"contoso.com": false, "evilcontoso.com": false, "outlook.com.evil.test": false, "litware.test": false, "x.mail.litware.test": false,
	} {
		if got := allow(nil, &url.URL{Host: host}); got != want {
			t.Errorf("%s: %v, want %v", host, got, want)
		}
	}
	if autodiscover.AllowDomains("")(nil, &url.URL{Host: "a.test"}) {
		t.Error("an empty list allows everything")
	}
}

func TestEndpointHeaders(t *testing.T) {
	h := http.Header{}
	autodiscover.Endpoints{SOAP: true}.Announce(h)
	if diff := cmp.Diff(http.Header{"X-Soap-Enabled": {"True"}}, h); diff != "" {
		t.Error("a header that says False counts as yes with the products' client: " + diff)
	}
	h.Set("x-oauth-enabled", "False")
	h.Set("X-WSSecurity-Enabled", "True")
	if got := autodiscover.EndpointsOf(h); got != (autodiscover.Endpoints{SOAP: true, WSSecurity: true}) {
		t.Errorf("got %+v", got)
	}
}

func TestDomainOf(t *testing.T) {
	for address, want := range map[string]string{
		"kim@Litware.test": "litware.test", "a@b@c.test": "c.test",
		"": "", "kim": "", "@litware.test": "", "kim@": "", "kim @a.test": "", "/o=x@y": "",
	} {
		if got := autodiscover.DomainOf(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}
