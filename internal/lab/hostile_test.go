package lab

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/outbound"
)

const inbox = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types">
<s:Body><m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder></s:Body></s:Envelope>`

// stage is a running lab and somebody outside who has got hold of a token.
type stage struct {
	t                         *testing.T
	http                      *http.Client
	exchange, skype           *adminapi.Client
	ews, ucwa                 string
	token                     string // for Ken, as the skype role made it
	outer, actorHead, actorIn map[string]any
	actorSignature            string
}

func newStage(t *testing.T) *stage {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	up, done := make(chan State, 1), make(chan error, 1)
	var out bytes.Buffer
	dir := shortDir(t)
	go func() {
		done <- Run(ctx, Options{Dir: dir, Out: &out, Now: time.Now, Command: "matchseal", Up: func(s State) { up <- s }})
	}()
	var state State
	select {
	case state = <-up:
	case err := <-done:
		t.Fatalf("the lab ended: %v\n%s", err, out.String())
	}
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	roots, err := certs.LoadPool(false, state.CA)
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{t: t, ews: state.EWS, ucwa: "https://pool." + state.Domain + "/ucwa/oauth/v1/applications"}
	s.http = outbound.New(outbound.Options{Roots: roots, Resolver: state.Resolver, Connect: state.Connect, AllowLoopback: true}).HTTP()
	for role, c := range map[string]**adminapi.Client{"exchange": &s.exchange, "skype": &s.skype} {
		*c = adminapi.NewClient("http://"+role, outbound.Socket(state.Nodes[role].Socket))
		if _, err := (*c).LogOn(t.Context(), "administrator", ""); err != nil {
			t.Fatal(err)
		}
	}
	minted, err := adminapi.Do(t.Context(), s.skype, adminapi.MintActAsToken, adminapi.MintRequest{User: "kenmyer@" + state.Domain, URL: state.EWS})
	if err != nil {
		t.Fatal(err)
	}
	s.token = minted.Token
	s.outer = s.object(strings.Split(s.token, ".")[1])
	actor := strings.Split(s.outer["actortoken"].(string), ".")
	s.actorHead, s.actorIn, s.actorSignature = s.object(actor[0]), s.object(actor[1]), actor[2]
	return s
}

func (s *stage) object(segment string) (o map[string]any) {
	s.t.Helper()
	data, err := base64.RawURLEncoding.DecodeString(segment)
	if err == nil {
		err = json.Unmarshal(data, &o)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return o
}

func segment(v any) string {
	data, _ := json.Marshal(v) // maps of text
	return base64.RawURLEncoding.EncodeToString(data)
}

// with returns a copy of o in which the named members are others; nil takes
// one out.
func with(o map[string]any, change map[string]any) map[string]any {
	c := map[string]any{}
	for _, m := range []map[string]any{o, change} {
		for name, v := range m {
			if c[name] = v; v == nil {
				delete(c, name)
			}
		}
	}
	return c
}

func (s *stage) wrap(head, outer map[string]any) string {
	return segment(head) + "." + segment(outer) + "."
}

var unsigned = map[string]any{"typ": "JWT", "alg": "none"}

// post says what came back: the status, and everything a peer can read.
func (s *stage) post(url string, header http.Header) (int, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, url, strings.NewReader(inbox))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header = header
	r.Header.Set("Content-Type", "text/xml; charset=utf-8")
	resp, err := s.http.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	resp.Header.Del("Request-Id")
	resp.Header.Del("Date")
	return resp.StatusCode, fmt.Sprint(resp.Header, string(body))
}

func bearerOf(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

// One token that was issued in good faith is all that a stranger has, and he
// can make nothing else of it.
func TestAStolenTokenIsGoodForNothingElse(t *testing.T) {
	s := newStage(t)
	if status, answer := s.post(s.ews, bearerOf(s.token)); status != http.StatusOK || !strings.Contains(answer, "NoError") {
		t.Fatalf("the token as it is: %d %s", status, answer)
	}
	const marker = "MARKER\u202e"
	actor := func(head, claims map[string]any, signature string) string {
		return segment(head) + "." + segment(claims) + "." + signature
	}
	outerWith := func(actor string) string { return s.wrap(unsigned, with(s.outer, map[string]any{"actortoken": actor})) }
	for name, token := range map[string]string{
		"a signed outer token":            strings.TrimSuffix(s.token, ".") + "." + s.actorSignature,
		"another algorithm outside":       s.wrap(with(unsigned, map[string]any{"alg": "None"}), s.outer),
		"no algorithm inside":             outerWith(actor(with(s.actorHead, map[string]any{"alg": "none"}), s.actorIn, "")),
		"a key that the token brings":     outerWith(actor(with(s.actorHead, map[string]any{"jku": "https://" + marker}), s.actorIn, s.actorSignature)),
		"an application that was changed": outerWith(actor(s.actorHead, with(s.actorIn, map[string]any{"nameid": marker}), s.actorSignature)),
		"a longer life inside":            outerWith(actor(s.actorHead, with(s.actorIn, map[string]any{"exp": "253402300799"}), s.actorSignature)),
		"a longer life outside":           s.wrap(unsigned, with(s.outer, map[string]any{"exp": fmt.Sprint(time.Now().Add(20 * time.Hour).Unix())})),
		"another audience outside":        s.wrap(unsigned, with(s.outer, map[string]any{"aud": "00000002-0000-0ff1-ce00-000000000000/pool.litware.test@litware.test"})),
		"another issuer outside":          s.wrap(unsigned, with(s.outer, map[string]any{"iss": "00000002-0000-0ff1-ce00-000000000000@litware.test"})),
		"a token in a token in a token":   outerWith(s.token),
		"a loopback token":                s.wrap(unsigned, with(s.outer, map[string]any{"isloopback": true})),
		"nobody's":                        s.wrap(unsigned, with(s.outer, map[string]any{"upn": nil, "smtp": nil, "sip": nil})),
		"an administrator's":              s.wrap(unsigned, with(s.outer, map[string]any{"upn": "administrator@litware.test", "smtp": nil, "sip": nil})),
		"two people's":                    s.wrap(unsigned, with(s.outer, map[string]any{"upn": "pilar@litware.test"})),
		"a line break in a name":          s.wrap(unsigned, with(s.outer, map[string]any{"upn": marker + "\r\nX-Evil: 1"})),
	} {
		t.Run(name, func(t *testing.T) {
			status, answer := s.post(s.ews, bearerOf(token))
			if status != http.StatusUnauthorized {
				t.Errorf("%d %s", status, answer)
			}
			if strings.Contains(answer, "MARKER") || strings.Contains(answer, "Evil") {
				t.Errorf("the answer repeats what was sent: %s", answer)
			}
		})
	}
	for name, header := range map[string]http.Header{
		"twice":       {"Authorization": {"Bearer " + s.token, "Bearer " + s.token}},
		"in a cookie": {"Cookie": {"access_token=" + s.token}},
		"as a proof":  {"X-Proof_token": {s.token}},
	} {
		t.Run(name, func(t *testing.T) {
			if status, answer := s.post(s.ews, header); status != http.StatusUnauthorized {
				t.Errorf("%d %s", status, answer)
			}
		})
	}
	t.Run("in the address", func(t *testing.T) {
		if status, answer := s.post(s.ews+"?access_token="+s.token, http.Header{}); status != http.StatusUnauthorized {
			t.Errorf("%d %s", status, answer)
		}
	})
	t.Run("at the server that made it", func(t *testing.T) {
		if status, answer := s.post(s.ucwa, bearerOf(s.token)); status != http.StatusUnauthorized {
			t.Errorf("%d %s", status, answer)
		}
	})
}

// What an administrator takes away is gone with the next request, token or not.
func TestTakenAwayMeansGone(t *testing.T) {
	s := newStage(t)
	ctx := t.Context()
	known, err := adminapi.Do(ctx, s.exchange, adminapi.GetPartnerApplication, adminapi.Identity{})
	if err != nil || len(known) != 1 {
		t.Fatal(known, err)
	}
	name := known[0].Name
	on, off, limited, full := true, false, "Application", "Full"
	partner := func(p adminapi.PartnerApplicationSettings) error {
		p.Identity = name
		_, err := adminapi.Do(ctx, s.exchange, adminapi.SetPartnerApplication, p)
		return err
	}
	enable := func(enabled bool) error {
		_, err := adminapi.Do(ctx, s.exchange, adminapi.SetUserEnabled, adminapi.SetUserEnabledRequest{Identity: "kenmyer", Enabled: enabled})
		return err
	}
	oauth := func(on *bool) error {
		_, err := adminapi.Do(ctx, s.exchange, adminapi.SetVirtualDirectory, adminapi.VirtualDirectorySettings{Identity: "EWS", OAuthAuthentication: on})
		return err
	}
	for _, c := range []struct {
		name       string
		take, give func() error
	}{
		{"the partner is switched off", func() error { return partner(adminapi.PartnerApplicationSettings{Enabled: &off}) }, func() error { return partner(adminapi.PartnerApplicationSettings{Enabled: &on}) }},
		{"it may not act for users", func() error { return partner(adminapi.PartnerApplicationSettings{TrustLevel: &limited}) }, func() error { return partner(adminapi.PartnerApplicationSettings{TrustLevel: &full}) }},
		{"the user is switched off", func() error { return enable(false) }, func() error { return enable(true) }},
		{"OAuth is switched off", func() error { return oauth(&off) }, func() error { return oauth(&on) }},
		{"the partner is removed", func() error {
			_, err := adminapi.Do(ctx, s.exchange, adminapi.RemovePartnerApplication, adminapi.Identity{Identity: name})
			return err
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if status, answer := s.post(s.ews, bearerOf(s.token)); status != http.StatusOK {
				t.Fatalf("before: %d %s", status, answer)
			}
			if err := c.take(); err != nil {
				t.Fatal(err)
			}
			if status, answer := s.post(s.ews, bearerOf(s.token)); status != http.StatusUnauthorized {
				t.Errorf("after: %d %s", status, answer)
			}
			if c.give != nil {
				if err := c.give(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
