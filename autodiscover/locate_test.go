package autodiscover_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/autodiscover"
)

// protected is an Exchange server as a probe sees it: a 401 that announces SOAP.
func protected() http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		autodiscover.Endpoints{SOAP: true, OAuth: true}.Announce(w.Header())
		w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
		w.WriteHeader(http.StatusUnauthorized)
	}
}

func locate(w *world, s autodiscover.Search) (*autodiscover.Report, error) {
	l := &autodiscover.Locator{HTTP: w.client, Resolver: w.dns}
	return l.Locate(context.Background(), s)
}

// outcomes lists what became of the candidates.
func outcomes(r *autodiscover.Report) []autodiscover.Outcome {
	var list []autodiscover.Outcome
	for _, c := range r.Candidates {
		list = append(list, c.Outcome)
	}
	return list
}

func TestNetResolverIsAResolver(*testing.T) { var _ autodiscover.Resolver = (*net.Resolver)(nil) }

func TestLocateOrder(t *testing.T) {
	t.Run("003-14 canonical order of the names", func(t *testing.T) {
		w := newWorld(t, nil)
		r, err := locate(w, autodiscover.Search{Domain: "kim@Litware.test", SCP: []string{"https://ex1.litware.test/autodiscover/autodiscover.xml"}})
		failure(t, err, autodiscover.NotLocated)
		var got []string
		for _, c := range r.Candidates {
			got = append(got, string(c.Source)+" "+c.URL)
		}
		want := []string{
			"service connection point https://ex1.litware.test/autodiscover/autodiscover.xml",
			"the domain https://litware.test/autodiscover/autodiscover.xml",
			"autodiscover host https://autodiscover.litware.test/autodiscover/autodiscover.xml",
			"http redirect http://autodiscover.litware.test/autodiscover/autodiscover.xml",
			"SRV record _autodiscover._tcp.litware.test",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("ends with the first that works", func(t *testing.T) {
		w := newWorld(t, map[string]http.Handler{"https://litware.test": protected(), "https://autodiscover.litware.test": protected()})
		r, err := locate(w, autodiscover.Search{Domain: "litware.test"})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]autodiscover.Outcome{"found", "not tried", "not tried", "not tried"}, outcomes(r)); diff != "" {
			t.Error(diff)
		}
		if e, _ := r.Endpoint(); e != "https://litware.test/autodiscover/autodiscover.svc" {
			t.Error(e)
		}
		if !slices.Equal(w.asked, []string{"GET https://litware.test/autodiscover/autodiscover.xml"}) {
			t.Errorf("asked %v", w.asked)
		}
	})
	t.Run("all candidates for people", func(t *testing.T) {
		w := newWorld(t, map[string]http.Handler{
			"https://litware.test":              http.NotFoundHandler(),
			"https://autodiscover.litware.test": protected(),
			"http://autodiscover.litware.test":  http.NotFoundHandler(),
		})
		r, err := locate(w, autodiscover.Search{Domain: "litware.test", All: true})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]autodiscover.Outcome{"no SOAP", "found", "no redirect", "no record"}, outcomes(r)); diff != "" {
			t.Error(diff)
		}
		for _, s := range []string{
			"1. the domain (https://litware.test/autodiscover/autodiscover.xml): no SOAP: https://litware.test/autodiscover/autodiscover.xml answers 404 Not Found without the header X-SOAP-Enabled",
			"2. autodiscover host (https://autodiscover.litware.test/autodiscover/autodiscover.xml): found: ",
			"addresses 192.0.2.1",
			"3. http redirect",
			"4. SRV record (_autodiscover._tcp.litware.test): no record: there is no SRV record _autodiscover._tcp.litware.test",
		} {
			if !strings.Contains(r.String(), s) {
				t.Errorf("the report lacks %q:\n%s", s, r)
			}
		}
		if e := r.Candidates[1].Endpoints; !e.SOAP || !e.OAuth || e.WSSecurity || r.Candidates[1].Status != 401 {
			t.Errorf("%+v", r.Candidates[1])
		}
	})
}

// Without a service nothing is found, and the report says why, place by place.
func TestLocateNothing(t *testing.T) {
	t.Run("002-09 wrongly set up", func(t *testing.T) {
		w := newWorld(t, map[string]http.Handler{"https://litware.test": http.NotFoundHandler()})
		w.dns.hosts["autodiscover.litware.test"] = []string{"192.0.2.99"} // a record, but nobody there
		r, err := locate(w, autodiscover.Search{Domain: "litware.test"})
		failure(t, err, autodiscover.NotLocated)
		if diff := cmp.Diff([]autodiscover.Outcome{"no SOAP", "unreachable", "unreachable", "no record"}, outcomes(r)); diff != "" {
			t.Error(diff)
		}
		if _, ok := r.Endpoint(); ok {
			t.Error("an endpoint was found")
		}
		_, _, err = autodiscover.Discover(context.Background(), &autodiscover.Locator{HTTP: w.client, Resolver: w.dns},
			&autodiscover.Client{HTTP: w.client}, "kim@litware.test", nil, autodiscover.ExternalEwsURL)
		failure(t, err, autodiscover.NotLocated)
	})
	t.Run("not a domain", func(t *testing.T) {
		for _, d := range []string{"", "@", "kim@", "a b", "https://x/"} {
			r, err := locate(newWorld(t, nil), autodiscover.Search{Domain: d})
			failure(t, err, autodiscover.NotLocated)
			if len(r.Candidates) != 0 {
				t.Errorf("%q: %v", d, r)
			}
		}
	})
	t.Run("cut short", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		w := newWorld(t, nil)
		_, err := (&autodiscover.Locator{HTTP: w.client, Resolver: w.dns}).Locate(ctx, autodiscover.Search{Domain: "litware.test"})
		if e := failure(t, err, autodiscover.NotLocated); !errors.Is(e, context.Canceled) {
			t.Errorf("got %v", e)
		}
	})
}

// Seed 003: the name autodiscover.<domain> is fixed; three things cure its absence.
func TestFixedName(t *testing.T) {
	server := func(t *testing.T, more ...string) *world {
		hosts := map[string]http.Handler{"https://mail.litware.test": ewsAt("https://mail.litware.test/EWS/Exchange.asmx")}
		for _, o := range more {
			hosts[o] = protected()
		}
		return newWorld(t, hosts)
	}
	fixed := func(t *testing.T, w *world) autodiscover.Candidate {
		r, _ := locate(w, autodiscover.Search{Domain: "litware.test", All: true})
		for _, c := range r.Candidates {
			if c.Source == autodiscover.SourceHost {
				return c
			}
		}
		t.Fatal("the fixed name is no candidate")
		return autodiscover.Candidate{}
	}
	t.Run("003-14 another name in the web services does not help", func(t *testing.T) {
		if c := fixed(t, server(t)); c.Outcome != autodiscover.OutcomeNoName || !strings.Contains(c.Detail, "autodiscover.litware.test") {
			t.Errorf("got %v", c)
		}
	})
	t.Run("F01 an SRV record alone leaves the fixed name missing", func(t *testing.T) {
		w := server(t)
		w.dns.srv = map[string][]*net.SRV{"_autodiscover._tcp.litware.test": {{Port: 443, Target: "mail.litware.test."}}}
		if c := fixed(t, w); c.Outcome != autodiscover.OutcomeNoName {
			t.Errorf("got %v", c)
		}
	})
	t.Run("003-15 a host record", func(t *testing.T) {
		if c := fixed(t, server(t, "https://autodiscover.litware.test")); c.Outcome != autodiscover.OutcomeFound || c.CNAME != "" {
			t.Errorf("got %v", c)
		}
	})
	t.Run("003-15 002-07 an alias of the real name", func(t *testing.T) {
		w := server(t, "https://autodiscover.litware.test")
		delete(w.dns.hosts, "autodiscover.litware.test")
		w.dns.hosts["mail.litware.test"] = []string{"192.0.2.101"}
		w.dns.cname = map[string]string{"autodiscover.litware.test": "mail.litware.test."}
		c := fixed(t, w)
		if c.Outcome != autodiscover.OutcomeFound || !strings.Contains(c.String(), "autodiscover.litware.test is an alias of mail.litware.test; addresses 192.0.2.101") {
			t.Errorf("got %v", c)
		}
	})
	t.Run("003-15 the configured URL needs no such name", func(t *testing.T) {
		w := server(t)
		found, err := (&autodiscover.Client{HTTP: w.client}).GetUserSettings(context.Background(), autodiscover.SOAPURL("mail.litware.test"), "kim@litware.test", autodiscover.ExternalEwsURL)
		if err != nil || found.Endpoint != "https://mail.litware.test/autodiscover/autodiscover.svc" {
			t.Errorf("%+v, %v", found, err)
		}
	})
}

func TestLocateBySRV(t *testing.T) {
	record := func(records ...*net.SRV) map[string][]*net.SRV {
		return map[string][]*net.SRV{"_autodiscover._tcp.litware.test": records}
	}
	hosts := map[string]http.Handler{"https://autodiscover.litware.test": http.NotFoundHandler(), "https://mail.litware.test": protected(), "https://hosting.test": protected()}
	last := func(r *autodiscover.Report) autodiscover.Candidate { return r.Candidates[len(r.Candidates)-1] }
	t.Run("002-08 the record's values are told", func(t *testing.T) {
		w := newWorld(t, map[string]http.Handler{"https://autodiscover.litware.test": protected()})
		w.dns.srv = record(&net.SRV{Priority: 0, Weight: 0, Port: 443, Target: "autodiscover.litware.test."})
		r, _ := locate(w, autodiscover.Search{Domain: "litware.test", All: true})
		c := last(r)
		if c.Outcome != autodiscover.OutcomeFound || c.Endpoint != svc || !strings.Contains(c.String(), "SRV priority 0 weight 0 port 443 target autodiscover.litware.test") {
			t.Errorf("got %v", c)
		}
	})
	t.Run("best record on port 443", func(t *testing.T) {
		w := newWorld(t, hosts)
		w.dns.srv = record(
			&net.SRV{Priority: 9, Port: 443, Target: "autodiscover.litware.test."},
			&net.SRV{Priority: 5, Port: 443, Target: "mail.litware.test."},
			&net.SRV{Priority: 1, Port: 80, Target: "autodiscover.litware.test."})
		r, err := locate(w, autodiscover.Search{Domain: "litware.test"})
		if e, _ := r.Endpoint(); err != nil || e != autodiscover.SOAPURL("mail.litware.test") {
			t.Errorf("%s, %v", e, err)
		}
	})
	t.Run("no record on port 443", func(t *testing.T) {
		w := newWorld(t, hosts)
		w.dns.srv = record(&net.SRV{Port: 80, Target: "mail.litware.test."})
		r, _ := locate(w, autodiscover.Search{Domain: "litware.test"})
		if c := last(r); c.Outcome != autodiscover.OutcomeNoRecord || w.visited("https://mail.litware.test") {
			t.Errorf("got %v", c)
		}
	})
	t.Run("outside the domain only with consent", func(t *testing.T) {
		w := newWorld(t, hosts)
		w.dns.srv = record(&net.SRV{Port: 443, Target: "hosting.test."})
		r, _ := locate(w, autodiscover.Search{Domain: "litware.test"})
		if c := last(r); c.Outcome != autodiscover.OutcomeRedirectRefused || w.visited("https://hosting.test") {
			t.Errorf("got %v", c)
		}
		l := &autodiscover.Locator{HTTP: w.client, Resolver: w.dns, Consent: autodiscover.AllowDomains("hosting.test")}
		if r, err := l.Locate(context.Background(), autodiscover.Search{Domain: "litware.test"}); err != nil {
			t.Errorf("%v\n%s", err, r)
		}
	})
	t.Run("no resolver", func(t *testing.T) {
		w := newWorld(t, hosts)
		r, _ := (&autodiscover.Locator{HTTP: w.client}).Locate(context.Background(), autodiscover.Search{Domain: "litware.test"})
		if c := last(r); c.Outcome != autodiscover.OutcomeNotTried {
			t.Errorf("got %v", c)
		}
	})
}

func TestLocateByHTTPRedirect(t *testing.T) {
	target := "https://mail.litware.test/autodiscover/autodiscover.xml"
	hosts := func(to string) map[string]http.Handler {
		return map[string]http.Handler{
			"http://autodiscover.litware.test": redirectTo(302, to),
			"https://mail.litware.test":        protected(), "https://hosting.test": protected(),
		}
	}
	w := newWorld(t, hosts(target))
	r, err := locate(w, autodiscover.Search{Domain: "litware.test"})
	if e, _ := r.Endpoint(); err != nil || e != autodiscover.SOAPURL("mail.litware.test") {
		t.Errorf("%s, %v", e, err)
	}
	for name, to := range map[string]string{"to http": "http://mail.litware.test/x", "to a stranger": "https://hosting.test/autodiscover/autodiscover.xml"} {
		w := newWorld(t, hosts(to))
		r, err := locate(w, autodiscover.Search{Domain: "litware.test"})
		failure(t, err, autodiscover.NotLocated)
		if got := outcomes(r)[2]; got != autodiscover.OutcomeRedirectRefused {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestProbeFollowsRedirects(t *testing.T) {
	w := newWorld(t, map[string]http.Handler{
		"https://litware.test":      redirectTo(301, "https://www.litware.test/"),
		"https://www.litware.test":  redirectTo(301, "https://mail.litware.test/"),
		"https://mail.litware.test": protected(),
	})
	r, err := locate(w, autodiscover.Search{Domain: "litware.test"})
	if e, _ := r.Endpoint(); err != nil || e != autodiscover.SOAPURL("mail.litware.test") || len(r.Candidates[0].Hops) != 2 {
		t.Errorf("%v, %v", r, err)
	}
	circle := newWorld(t, map[string]http.Handler{"https://litware.test": redirectTo(301, "https://www.litware.test/"), "https://www.litware.test": redirectTo(301, "https://litware.test/")})
	r, err = locate(circle, autodiscover.Search{Domain: "litware.test"})
	failure(t, err, autodiscover.NotLocated)
	if c := r.Candidates[0]; c.Outcome != autodiscover.OutcomeFailed || !strings.Contains(c.Detail, "redirects") {
		t.Errorf("got %v", c)
	}
}

func TestDiscover(t *testing.T) {
	both := func(answer http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				protected()(w, r)
				return
			}
			answer(w, r)
		}
	}
	ews := userAnswer(autodiscover.UserResponse{ErrorCode: autodiscover.NoError, Settings: []autodiscover.Setting{
		{Name: autodiscover.InternalEwsURL, Value: "https://in.litware.test/EWS/Exchange.asmx"},
		{Name: autodiscover.ExternalEwsURL, Value: "https://out.litware.test/EWS/Exchange.asmx"}}})
	run := func(w *world, scp ...string) (*autodiscover.Found, *autodiscover.Report, error) {
		return autodiscover.Discover(context.Background(), &autodiscover.Locator{HTTP: w.client, Resolver: w.dns},
			&autodiscover.Client{HTTP: w.client}, "kim@litware.test", scp, autodiscover.InternalEwsURL, autodiscover.ExternalEwsURL)
	}
	t.Run("the next candidate when the first one fails", func(t *testing.T) {
		w := newWorld(t, map[string]http.Handler{"https://litware.test": both(answerWith(503, "", nil)), "https://autodiscover.litware.test": both(ews)})
		found, report, err := run(w)
		if err != nil {
			t.Fatal(err)
		}
		if u, _ := found.EwsURL(); u != "https://out.litware.test/EWS/Exchange.asmx" {
			t.Error(u)
		}
		if got := outcomes(report)[:2]; !slices.Equal(got, []autodiscover.Outcome{"failed", "found"}) {
			t.Error(got)
		}
	})
	t.Run("inside by way of a service connection point", func(t *testing.T) {
		w := newWorld(t, map[string]http.Handler{"https://ex1.litware.test": both(ews)})
		found, _, err := run(w, "not a url", "https://ex1.litware.test/autodiscover/autodiscover.xml")
		if err != nil {
			t.Fatal(err)
		}
		if u, _ := found.EwsURL(); u != "https://in.litware.test/EWS/Exchange.asmx" {
			t.Error(u)
		}
	})
}

// F02: two views of the same name show different hosts.
func TestSplitBrainIsVisible(t *testing.T) {
	w := newWorld(t, map[string]http.Handler{"https://autodiscover.litware.test": protected()})
	outside := zone{hosts: map[string][]string{"autodiscover.litware.test": {"203.0.113.7"}}}
	var seen []string
	for _, view := range []zone{w.dns, outside} {
		l := &autodiscover.Locator{HTTP: w.client, Resolver: view}
		r, err := l.Locate(context.Background(), autodiscover.Search{Domain: "litware.test"})
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, r.Candidates[1].Addresses...)
	}
	if !slices.Equal(seen, []string{"192.0.2.1", "203.0.113.7"}) {
		t.Error(seen)
	}
}

func TestConsentSeesBothEnds(t *testing.T) {
	w := newWorld(t, map[string]http.Handler{"https://litware.test": redirectTo(302, "https://hosting.test/"), "https://hosting.test": protected()})
	var from, to string
	l := &autodiscover.Locator{HTTP: w.client, Resolver: w.dns, Consent: func(a, b *url.URL) bool { from, to = a.Host, b.Host; return true }}
	if _, err := l.Locate(context.Background(), autodiscover.Search{Domain: "litware.test"}); err != nil || from != "litware.test" || to != "hosting.test" {
		t.Errorf("%s to %s, %v", from, to, err)
	}
}
