package storagesvc

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

func ken() []Participant { return []Participant{{SIP: "ken@litware.test"}} }

// alone is a conversation that goes into Ken's mailbox only.
func alone(id string) Conversation {
	c := conversation(id)
	c.Participants, c.Messages = ken(), c.Messages[:1]
	return c
}

func TestRemembersWhereMailboxesAre(t *testing.T) {
	t.Parallel()
	r := newRig(t, storetest.Open(t, storetest.SQLite(t)), newFake(t))
	r.start()
	asked := 0
	deliver := func(id string, want int, why string) {
		t.Helper()
		r.must(alone(id))
		r.settled()
		if now := r.x.requests("GetUserSettings"); now-asked != want {
			t.Errorf("%s: Autodiscover was asked %d times, want %d", why, now-asked, want)
		}
		asked = r.x.requests("GetUserSettings")
	}
	deliver("a", 1, "at first")
	deliver("b", 0, "a known mailbox")
	r.x.breaks(fault{op: "CreateItem", kind: faultResponse, code: ews.ErrorInternalServerError, times: 1})
	deliver("c", 1, "after a failure at the known address")
	r.x.breaks(fault{op: "CreateItem", kind: fault503, times: 1})
	deliver("d", 0, "after a busy answer")
	r.url.Store(goodURL + "?") // another spelling is another key
	deliver("e", 1, "with another ExchangeAutodiscoverUrl")
	r.ahead.Store(int64(rememberFor))
	deliver("f", 1, "after an hour")
	if n := len(r.x.all()); n != 6 {
		t.Errorf("%d items", n)
	}
}

// A mailbox that moves is found at its new place.
func TestFollowsAMovedMailbox(t *testing.T) {
	t.Parallel()
	r := newRig(t, storetest.Open(t, storetest.SQLite(t)), newFake(t))
	r.start()
	r.x.set(func() { r.x.location = "https://old.litware.test/EWS/Exchange.asmx" })
	r.must(alone("a"))
	eventually(t, func() bool { return r.row("a", "ken@litware.test").Code == problem.StorageUnreachable }, r.log.String)
	r.x.set(func() { r.x.location = ewsURL })
	r.settled()
	if r.x.copies("ken@litware.test", "a") != 1 {
		t.Error("not there")
	}
}

// checklist: 002-31: a change of ExchangeAutodiscoverUrl counts from the next
// attempt on, in a service that has been running all the time.
func TestLiveChangeOfTheURL(t *testing.T) {
	t.Parallel()
	r := newRig(t, storetest.Open(t, storetest.SQLite(t)), newFake(t))
	r.start()
	r.must(alone("a"))
	r.settled()
	r.url.Store("https://" + autodiscoverHost + "/autodiscover/autodiscover.xml")
	r.must(alone("b")) // although Ken's mailbox is known
	eventually(t, func() bool { return r.row("b", "ken@litware.test").Code == problem.StorageAutodiscoverURL }, r.log.String)
	if d := r.row("b", "ken@litware.test"); !strings.Contains(d.Detail, "the SOAP service is at "+goodURL) {
		t.Errorf("got %s", d.Detail)
	}
	r.url.Store(goodURL)
	r.settled()
	if r.x.copies("ken@litware.test", "b") != 1 {
		t.Error("not there")
	}
}

// Allowed domains are read for every attempt, and cover the redirect.
func TestRedirectToAnAllowedDomain(t *testing.T) {
	t.Parallel()
	r := newRig(t, storetest.Open(t, storetest.SQLite(t)), newFake(t), func(c *Config) {
		c.Endpoint = func(context.Context) (Endpoint, error) {
			return Endpoint{AutodiscoverURL: "https://" + mailHost + "/autodiscover/autodiscover.svc", AllowedDomains: []string{"*.litware.test"}}, nil
		}
	})
	r.x.set(func() { r.x.redirect = true })
	r.start()
	r.must(alone("a"))
	r.settled()
	if r.x.copies("ken@litware.test", "a") != 1 {
		t.Error("not there")
	}
}

// The token names the user by whatever the partner accepts.
func TestClaims(t *testing.T) {
	t.Parallel()
	got := claims(people()[0])
	want := s2s.UserClaims{NameID: "S-1-5-21-1-2-3-1100", NII: s2s.NIIActiveDirectory, UPN: "ken@litware.test", SMTP: "ken@litware.test", SIP: "ken@litware.test"}
	if got != want {
		t.Errorf("got %+v", got)
	}
}

// One segment may hold a megabyte of text that every layer has to escape.
func TestLargestConversation(t *testing.T) {
	t.Parallel()
	r := newRig(t, storetest.Open(t, storetest.SQLite(t)), newFake(t))
	r.start()
	for id, text := range map[string]string{
		"escaped-twice": strings.Repeat("&", MaxText),
		"not-in-XML":    strings.Repeat("\x01", MaxText-1) + "x",
	} {
		c := alone(id)
		c.Messages[0].Text = text
		r.must(c)
	}
	many := alone("many")
	for len(many.Messages) < MaxMessages {
		many.Messages = append(many.Messages, many.Messages[0])
	}
	r.must(many)
	if st := r.settled(); st.Delivered != 3 {
		t.Fatalf("got %+v", st)
	}
	for _, s := range r.x.all() {
		switch body := s.item.Body.Text; s.item.Subject {
		case "escaped-twice":
			if n := strings.Count(body, "&amp;"); n != MaxText {
				t.Errorf("%d of %d ampersands arrived", n, MaxText)
			}
		case "not-in-XML":
			if strings.Contains(body, "\x01") || !strings.Contains(body, "x</p>") {
				t.Error("a control character arrived, or the text behind it did not")
			}
		case "many":
			if n := strings.Count(body, "<p>"); n != MaxMessages {
				t.Errorf("%d of %d messages arrived", n, MaxMessages)
			}
		}
	}
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	s := &Service{cfg: Config{}.withDefaults()}
	if s.cfg.Workers != 16 || s.cfg.GiveUpAfter != 72*time.Hour || s.cfg.Timeout != time.Minute || s.cfg.Keep != 7*24*time.Hour || s.cfg.tempo.poll != 100*time.Millisecond {
		t.Errorf("the defaults are %+v", s.cfg)
	}
	backedOff := &ews.ResponseError{Code: ews.ErrorServerBusy, BackOff: 90 * time.Second}
	forever := &ews.HTTPError{Status: 503, RetryAfter: 24 * time.Hour}
	m := &mailbox{url: ewsURL}
	for name, tt := range map[string]struct {
		failures int
		cause    error
		least    time.Duration
		most     time.Duration
	}{
		"the first":             {1, problem.New(problem.StorageEWS, ""), time.Second, 1200 * time.Millisecond},
		"the fourth":            {4, problem.New(problem.StorageEWS, ""), 8 * time.Second, 9600 * time.Millisecond},
		"the eighth":            {8, problem.New(problem.StorageEWS, ""), 128 * time.Second, 154 * time.Second},
		"the ninth":             {9, problem.New(problem.StorageEWS, ""), 5 * time.Minute, 6 * time.Minute},
		"the thousandth":        {1000, problem.New(problem.StorageEWS, ""), 5 * time.Minute, 6 * time.Minute},
		"the server asks":       {1, ewsFailure(backedOff, m), 90 * time.Second, 90 * time.Second},
		"it asks for too much":  {1, ewsFailure(forever, m), longestPause, longestPause},
		"the connection broke":  {1, problem.New(problem.StorageUnclear, ""), 2 * time.Second, 2 * time.Second},
		"no answer in time":     {1, problem.New(problem.StorageNoAnswer, ""), time.Minute, time.Minute},
		"no answer for so long": {9, problem.New(problem.StorageNoAnswer, ""), 5 * time.Minute, 6 * time.Minute},
	} {
		for range 100 {
			if got := s.pause(tt.failures, tt.cause); got < tt.least || got > tt.most {
				t.Errorf("%s: a pause of %s, want %s to %s", name, got, tt.least, tt.most)
				break
			}
		}
	}
}
