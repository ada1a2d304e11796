package keyring

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/internal/problem"
)

// slow is a policy in which one partner reads every interval.
func slow(interval time.Duration) Policy {
	p := Policy{}.withDefaults()
	p.slowest = Slowest{Partner: "SharePoint", Address: "192.0.2.7", Interval: interval, Last: planned.Add(-time.Hour)}
	return p
}

func asked(t testing.TB, err error) string {
	t.Helper()
	var c *Confirmation
	if !errors.As(err, &c) || !problem.Is(err, problem.KeyringConfirm) {
		t.Fatalf("%v is no question", err)
	}
	return c.Question
}

// checklist: 000-12, 000-23: the 48-hour question knows a partner that needs
// longer, and says so after the product's own words.
func TestQuestionOfTheSlowest(t *testing.T) {
	t.Parallel()
	const words = "\n\nFor one partner that is too soon: who says it is SharePoint reads the metadata every 40 hours, last on 2027-01-15 07:00 UTC from 192.0.2.7. It is safe from 2027-01-18 17:00 UTC on."
	fresh := candidate{thumb('C'), planned.AddDate(-1, 0, 0), planned.AddDate(5, 0, 0)}
	s := staged()
	s.Next = nil
	for _, tt := range []struct {
		name     string
		interval time.Duration
		lead     time.Duration
		want     string // the question; empty: none
	}{
		{"nothing known, early", 0, 47 * time.Hour, questionLead},
		{"nothing known", 0, 48 * time.Hour, ""},
		{"quick, early", time.Hour, 47 * time.Hour, questionLead},
		{"quick", time.Hour, 48 * time.Hour, ""},
		{"just as quick as wanted, early", 24 * time.Hour, 47 * time.Hour, questionLead},
		{"just as quick as wanted", 24 * time.Hour, 48 * time.Hour, ""},
		{"slow, early", 40 * time.Hour, 0, questionLead + words},
		{"slow, not early for others", 40 * time.Hour, 79 * time.Hour, questionLead + words},
		{"slow, late enough", 40 * time.Hour, 80 * time.Hour, ""},
		{"slow, at the date the question says", 40 * time.Hour, 81 * time.Hour, ""},
	} {
		_, err := s.stage(fresh, planned.Add(tt.lead), planned, slow(tt.interval), false)
		if tt.want == "" {
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		if got := asked(t, err); got != tt.want {
			t.Errorf("%s: it asks\n%s\nwant\n%s", tt.name, got, tt.want)
		}
		if _, err := s.stage(fresh, planned.Add(tt.lead), planned, slow(tt.interval), true); err != nil {
			t.Errorf("%s: after a yes %v", tt.name, err)
		}
	}
}

// One that is out already has been out for the slow partner too; when nothing
// is signed anyway there is nothing to wait for.
func TestSlowestWhenThereIsNothingToWaitFor(t *testing.T) {
	t.Parallel()
	s := staged() // B is out since planned
	b := candidate{thumb('B'), planned.AddDate(-1, 0, 0), planned.AddDate(5, 0, 0)}
	s.Next.From = planned.Add(1000 * time.Hour)
	for after, want := range map[time.Duration]bool{0: true, 31 * time.Hour: true, 32 * time.Hour: false} {
		now := planned.Add(after)
		_, err := s.stage(b, now.Add(48*time.Hour), now, slow(40*time.Hour), false)
		if (err != nil) != want {
			t.Errorf("moved %v after it was staged: %v", after, err)
		}
	}
	s.Current = nil
	if _, err := s.stage(b, planned.Add(49*time.Hour), planned, slow(40*time.Hour), false); err != nil {
		t.Errorf("without a current certificate: %v", err)
	}
	if got := asked(t, second(s.publish(planned, slow(40*time.Hour), false))); strings.Contains(got, "SharePoint") {
		t.Errorf("without a current certificate it asks %s", got)
	}
}

func second(_ State, err error) error { return err }

// checklist: 000-13: publishing before the date names the partner that will not
// have met the certificate.
func TestPublishNamesTheSlowest(t *testing.T) {
	t.Parallel()
	ask := func(after time.Duration) string {
		return asked(t, second(staged().publish(planned.Add(after), slow(8*time.Hour), false)))
	}
	if got := ask(3 * time.Hour); !strings.HasPrefix(got, "The new certificate takes effect on 2027-01-18 08:00 UTC.") || !strings.Contains(got, "SharePoint reads the metadata every 8 hours") || !strings.HasSuffix(got, "safe from 2027-01-16 01:00 UTC on.") {
		t.Errorf("it asks %s", got)
	}
	if got := ask(16 * time.Hour); strings.Contains(got, "SharePoint") {
		t.Errorf("when it has met the certificate it asks %s", got)
	}
	if _, err := staged().publish(planned.Add(3*time.Hour), slow(8*time.Hour), true); err != nil {
		t.Error(err)
	}
}

// Whatever is believed of partners, no question is left out that would be asked
// without it, and nothing is refused because of it.
func TestSlowestOnlyAddsQuestions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		hours := func(name string, least, most int) time.Duration {
			return time.Duration(rapid.IntRange(least, most).Draw(t, name)) * time.Hour
		}
		s, now := staged(), planned.Add(hours("now", 0, 100))
		s = s.At(now, Policy{})
		known := slow(hours("interval", 0, 24*90))
		c := candidate{thumb(rapid.SampledFrom([]byte("BC")).Draw(t, "certificate")), planned.AddDate(-1, 0, 0), planned.AddDate(5, 0, 0)}
		effective := now.Add(hours("lead", -10, 300))
		compare := func(what string, without, with error) {
			var c *Confirmation
			switch {
			case without == nil && with != nil && !errors.As(with, &c):
				t.Fatalf("%s is refused: %v", what, with)
			case without != nil && (with == nil || !strings.HasPrefix(with.Error(), without.Error()) && !strings.HasPrefix(with.Error(), questionLead)):
				t.Fatalf("%s: %v became %v", what, without, with)
			}
		}
		compare("staging", second(s.stage(c, effective, now, Policy{}.withDefaults(), false)), second(s.stage(c, effective, now, known, false)))
		compare("publishing", second(s.publish(now, Policy{}.withDefaults(), false)), second(s.publish(now, known, false)))
	})
}

// What is forced does not wait for what is known of partners.
func TestForceDoesNotAsk(t *testing.T) {
	t.Parallel()
	looked := 0
	k := &Keyring{policy: Policy{}.withDefaults(), slowest: func(context.Context) Slowest {
		looked++
		return Slowest{Partner: "Lync", Interval: time.Hour}
	}}
	if p := k.heed(t.Context(), true); looked != 0 || p.slowest.Partner != "" {
		t.Errorf("forced, it looked %d times", looked)
	}
	if p := k.heed(t.Context(), false); looked != 1 || p.slowest.Partner != "Lync" {
		t.Errorf("%+v", p.slowest)
	}
	if p := (&Keyring{}).heed(t.Context(), false); p.slowest != (Slowest{}) {
		t.Errorf("%+v", p.slowest)
	}
}

func TestPace(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		5 * time.Minute: "5 minutes", 119 * time.Minute: "119 minutes", 2 * time.Hour: "2 hours", 71*time.Hour + 20*time.Minute: "71 hours", 100 * time.Hour: "4 days",
	} {
		if got := pace(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}
