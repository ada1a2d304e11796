package autodiscoverserver_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/autodiscover"
	"github.com/matchseal/matchseal/internal/access"
	"github.com/matchseal/matchseal/internal/autodiscoverserver"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/rbac"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2shttp"
	"github.com/matchseal/matchseal/s2s/s2stest"
)

// people is a directory of one user, Kim.
type people struct{ kim directory.User }

func (p people) User(_ context.Context, id string) (directory.User, error) {
	if id != p.kim.ID {
		return directory.User{}, errors.New("nobody")
	}
	return p.kim, nil
}

func (p people) Verify(context.Context, string, string) (directory.User, error) { return p.kim, nil }

type silentAudit struct{}

func (silentAudit) Access(context.Context, journal.Access) error { return nil }

// The whole way of the Storage Service's first question: a token of the Skype
// side, the real door, the real service, over TLS.
func TestBehindTheRealDoor(t *testing.T) {
	now := time.Now()
	exchange, skype := s2stest.NewExchange("example.com", "autodiscover.example.com"), s2stest.NewSkype("example.com", "pool.example.com")
	kim := directory.User{ID: "kim", Name: "kim", UPN: "kim@example.com", SMTP: "kim@example.com", Organisation: s2stest.Organisation, Enabled: true}
	verifier := exchange.Verifier(s2stest.NewTrust(skype), s2stest.Users{{ID: "kim", UPN: "kim@example.com", SMTP: "kim@example.com", Enabled: true}}, now)
	roles := []string{string(rbac.UserApplication)}
	door, err := access.New(access.Config{
		Verifier: func(context.Context) (s2s.Verifier, error) { return *verifier, nil },
		Issuers:  func(context.Context) ([]s2s.Principal, error) { return []s2s.Principal{skype.Principal}, nil },
		Methods: func(context.Context, string) (access.Methods, error) {
			return access.Methods{OAuth: true, Basic: true}, nil
		},
		Rights: func(context.Context, access.Endpoint, *s2s.Decision) (access.Rights, error) {
			return access.Rights{Roles: roles}, nil
		},
		Directory: people{kim}, Audit: silentAudit{}, Style: s2shttp.Exchange, Fqdn: "autodiscover.example.com",
		Now: func() time.Time { return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	h, err := autodiscoverserver.New(autodiscoverserver.Config{
		Guard: door.Guard(access.Endpoint{Name: "Autodiscover", AppOnly: true, ActAs: true}),
		Find: func(_ context.Context, address string) (autodiscoverserver.User, bool, error) {
			u, ok := users()[address]
			return u, ok, nil
		},
		Endpoints: func(context.Context) (autodiscoverserver.Endpoints, error) {
			return autodiscoverserver.Endpoints{ExternalEWS: "https://mail.example.com/EWS/Exchange.asmx"}, nil
		},
		OAuth: func(context.Context) (bool, error) { return true, nil },
		Now:   time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewTLSServer(h)
	t.Cleanup(server.Close)
	ask := func(token string) (*autodiscover.Found, error) {
		c := autodiscover.Client{HTTP: &http.Client{Transport: as{"Bearer " + token, server.Client().Transport}}}
		return c.GetUserSettings(t.Context(), autodiscover.SOAPURL("autodiscover.example.com"), "kim@example.com", autodiscover.ExternalEwsURL)
	}

	for kind, token := range map[string]string{
		"act-as":   skype.ActAs(exchange, s2s.UserClaims{SMTP: "kim@example.com", NII: s2s.NIIActiveDirectory}, now),
		"app-only": skype.AppOnly(exchange, now),
	} {
		t.Run("001-04 "+kind, func(t *testing.T) {
			found, err := ask(token)
			if err != nil {
				t.Fatal(err)
			}
			if u, _ := found.EwsURL(); u != "https://mail.example.com/EWS/Exchange.asmx" {
				t.Error(u)
			}
		})
	}
	t.Run("001-05 a log-on prompt for the browser, 401 for the token", func(t *testing.T) {
		stranger := s2stest.NewParty("stranger", s2s.SkypeApp, "example.net", "pool.example.net", "rogue")
		_, err := ask(stranger.AppOnly(exchange, now))
		var e *autodiscover.Error
		if !errors.As(err, &e) || e.Kind != autodiscover.Unauthorized || len(e.Diagnostics) == 0 {
			t.Fatalf("got %v", err)
		}
		if all := strings.Join(e.Challenges, "\n"); !strings.Contains(all, "Bearer client_id=") || !strings.Contains(all, "Basic realm=") {
			t.Errorf("challenges: %s", all)
		}
	})
	t.Run("the door's 401 announces the service", func(t *testing.T) {
		resp, err := server.Client().Get(autodiscover.POXURL("autodiscover.example.com"))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if e := autodiscover.EndpointsOf(resp.Header); resp.StatusCode != 401 || !e.SOAP || !e.OAuth {
			t.Errorf("%s %+v", resp.Status, e)
		}
	})
	t.Run("an application without a role is refused", func(t *testing.T) {
		roles = nil
		_, err := ask(skype.AppOnly(exchange, now))
		var e *autodiscover.Error
		if !errors.As(err, &e) || e.Kind != autodiscover.Forbidden {
			t.Errorf("got %v", err)
		}
	})
}
