package s2shttp_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2shttp"
	"github.com/matchseal/matchseal/s2s/s2stest"
)

// A Skype pool calls Exchange for one of its users.
func Example() {
	exchange := s2stest.NewExchange("contoso.com", "mail.contoso.com")
	skype := s2stest.NewSkype("contoso.com", "pool01.contoso.com")
	ken := s2s.User{ID: "ken", UPN: "ken@contoso.com", Enabled: true}

	// The server: Exchange trusts the pool.
	guard := &s2shttp.Guard{
		Verifier: exchange.Verifier(s2stest.NewTrust(skype), s2stest.Users{ken}, now),
		Style:    s2shttp.Exchange,
		Issuers: func(context.Context) ([]s2s.Principal, error) {
			return []s2s.Principal{skype.Principal}, nil
		},
	}
	server := httptest.NewTLSServer(guard.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d, _ := s2shttp.DecisionFrom(r.Context())
		fmt.Fprintf(w, "%s calls for %s", d.Application.App.Name(), d.User.ID)
	})))
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "https://")
	guard.Verifier.Hosts = []string{host}

	// The client: the pool has Exchange configured at this host.
	client := &http.Client{Transport: &s2shttp.Transport{
		Base: server.Client().Transport,
		Target: func(_ context.Context, u *url.URL) (s2shttp.Target, bool) {
			return s2shttp.Target{App: s2s.ExchangeApp, Realm: "contoso.com"}, u.Host == host
		},
		Self: func(context.Context) (s2s.Principal, *s2s.Signer, error) {
			return skype.Principal, skype.Signer(), nil
		},
		Now: guard.Verifier.Now,
	}}
	ctx := s2shttp.WithUser(context.Background(), s2s.UserClaims{UPN: "ken@contoso.com"})
	request, err := http.NewRequestWithContext(ctx, "GET", server.URL, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	response, err := client.Do(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	fmt.Println(response.Status, string(body), err)
	// Output: 200 OK Skype for Business calls for ken <nil>
}

func ExampleParseChallenges() {
	h := http.Header{}
	h.Add("WWW-Authenticate", `Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="00000004-0000-0ff1-ce00-000000000000@contoso.com"`)
	h.Add("WWW-Authenticate", `Basic realm="mail.contoso.com"`)
	c, err := s2shttp.ParseChallenges(h)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Schemes)
	fmt.Println(c.Bearer.ClientID.Name(), "trusts", c.Bearer.TrustedIssuers)
	// Output:
	// [Bearer Basic]
	// Exchange trusts [00000004-0000-0ff1-ce00-000000000000@contoso.com]
}

func ExampleChallenge_Header() {
	c := s2shttp.Challenge{
		ClientID:       s2s.SkypeApp,
		TrustedIssuers: []s2s.Principal{{App: s2s.ExchangeApp, Realm: "contoso.com"}},
	}
	fmt.Println(c.Header(s2shttp.Skype))
	// Output: Bearer trusted_issuers="00000002-0000-0ff1-ce00-000000000000@contoso.com", client_id="00000004-0000-0ff1-ce00-000000000000"
}
