package keyring

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/s2s"
)

var planned = time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)

func thumb(b byte) s2s.Thumbprint { return s2s.Thumbprint{b} }

// staged has A current for years and B next after three days.
func staged() State {
	return State{Begun: true,
		Current: &Slot{Thumbprint: thumb('A'), NotAfter: planned.AddDate(0, 2, 0), Published: planned.AddDate(-4, 0, 0), From: planned.AddDate(-4, 0, 0)},
		Next:    &Slot{Thumbprint: thumb('B'), NotAfter: planned.AddDate(5, 0, 0), Published: planned, From: planned.Add(72 * time.Hour)},
	}
}

// checklist: 000-17, 000-23: what a rollover needs, before it is made
func TestPlan(t *testing.T) {
	t.Parallel()
	hour := time.Hour
	read := func(ago time.Duration, holds ...byte) Reading {
		r := Reading{Partner: "Lync", Known: true, Last: planned.Add(-ago)}
		for _, b := range holds {
			r.Holds = append(r.Holds, thumb(b).String())
		}
		return r
	}
	says := func(ago, every time.Duration, holds ...byte) Reading {
		r := read(ago, holds...)
		r.Claimed, r.Interval = true, every
		return r
	}
	slow := read(hour, 'A')
	slow.Interval = 40 * hour
	failing := read(30 * hour)
	failing.Failure = "no answer"
	for _, tt := range []struct {
		name     string
		state    func(*State)
		after    time.Duration // since planned
		readings []Reading
		want     Outlook
		says     string
	}{
		{"nobody to surprise", nil, 0, nil, Safe, "no partner"},
		{"everybody has it", nil, 0, []Reading{read(0, 'A', 'B')}, Safe, "has the new certificate already"},
		{"everybody reads", nil, 0, []Reading{read(hour/2, 'A')}, Safe, "by 2027-01-15 10:00"},
		{"not known", nil, 0, []Reading{read(0, 'B'), {Partner: "SharePoint"}}, Unknown, "SharePoint"},
		{"one cannot read", nil, 0, []Reading{{Partner: "SharePoint"}, failing}, Unsafe, "no answer"},
		{"one does not read", nil, 0, []Reading{read(30 * hour)}, Unsafe, "has not read the metadata since 2027-01-14"},
		{"one never read", nil, 0, []Reading{{Partner: "Lync", Known: true}}, Unsafe, "by hand"},
		{"never seen", nil, 0, []Reading{{Partner: "Lync", Since: planned.Add(-hour)}}, Unknown, "nobody has read the metadata as Lync since 2027-01-15 07:00"},
		{"by its word it has it", nil, 0, []Reading{says(0, hour, 'A', 'B')}, Unknown, "is the word of whoever read it"},
		{"by its word it reads", nil, 0, []Reading{says(hour/2, hour, 'A')}, Unknown, "is the word of whoever reads it"},
		{"by its word it reads seldom", nil, 0, []Reading{says(30*hour, 20*hour, 'A')}, Unknown, "is the word of"},
		{"by its word it stopped to read", nil, 0, []Reading{says(30*hour, 10*hour, 'A')}, Unsafe, "has not read the metadata since 2027-01-14"},
		{"by its word it reads too seldom", nil, 0, []Reading{says(hour, 40*hour, 'A')}, Unsafe, "every 40 hours, so that it can be taken to know the next certificate from 2027-01-18 16:00"},
		{"it reads, too seldom by its habit", nil, 0, []Reading{slow}, Unsafe, "every 40 hours"},
		{"a habit excuses nobody", nil, 0, []Reading{func() Reading { r := slow; r.Last = planned.Add(-30 * hour); return r }()}, Unsafe, "has not read the metadata since"},
		{"early, and known to all by their word", func(s *State) { s.Next.From = planned.Add(hour) }, 0, []Reading{says(0, hour, 'B')}, Unsafe, "lies before"},
		{"too early", func(s *State) { s.Next.From = planned.Add(hour) }, 0, []Reading{read(0, 'A')}, Unsafe, "lies before 2027-01-15 10:00"},
		{"early, but known to all", func(s *State) { s.Next.From = planned.Add(hour) }, 0, []Reading{read(0, 'B')}, Safe, "already"},
		{"a gap", func(s *State) { s.Current.NotAfter = planned.Add(hour) }, 0, []Reading{read(0, 'B')}, Unsafe, "in between nothing is signed"},
		{"just taken over, met", nil, 73 * hour, []Reading{read(-73*hour, 'B')}, Safe, "already"},
		{"just taken over, not met", nil, 73 * hour, []Reading{read(0, 'A')}, Unsafe, "has not read"},
		{"over", nil, 30 * 24 * hour, nil, Steady, ""},
		{"replaced at once, not met", func(s *State) { s.Next = nil; s.Current.NotAfter = planned.AddDate(4, 0, 0) }, 0, []Reading{read(0, 'Z')}, Safe, "asks at once"},
		{"replaced at once, not met and no answer", func(s *State) { s.Next = nil; s.Current.NotAfter = planned.AddDate(4, 0, 0) }, 0, []Reading{failing}, Unsafe, "no answer"},
		{"replaced at once, met", func(s *State) { s.Next = nil; s.Current.NotAfter = planned.AddDate(4, 0, 0) }, 0, []Reading{read(0, 'A')}, Steady, ""},
		{"not met, but due", func(s *State) { s.Next = nil }, 10 * 24 * hour, []Reading{read(0, 'Z')}, Due, "stage one by 2027-03-13"},
		{"nothing staged, soon", func(s *State) { s.Next = nil }, 10 * 24 * hour, nil, Due, "stage one by 2027-03-13"},
		{"nothing staged, ended", func(s *State) { s.Next = nil }, 90 * 24 * hour, nil, Stopped, "expired 2027-03-15"},
		{"nothing assigned", func(s *State) { *s = State{} }, 0, nil, Stopped, "no signing certificate is assigned"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := staged()
			if tt.state != nil {
				tt.state(&s)
			}
			got := Policy{}.Plan(s, planned.Add(tt.after), tt.readings)
			if all := strings.Join(got.Reasons, "; "); got.Outlook != tt.want || !strings.Contains(all, tt.says) {
				t.Errorf("%s: %s, want %s saying %q", got.Outlook, all, tt.want, tt.says)
			}
		})
	}
}

// The slowest partner comes first, and the dates are those of the slots.
func TestPlanDates(t *testing.T) {
	t.Parallel()
	got := Policy{}.Plan(staged(), planned, []Reading{
		{Partner: "quick", Known: true, Last: planned}, {Partner: "slow", Known: true, Last: planned.Add(-time.Hour)}, {Partner: "unknown"}})
	s := staged()
	s.Next = nil
	if got := (Policy{}).Plan(s, planned, []Reading{{Partner: "slow", Known: true, Claimed: true, Interval: 40 * time.Hour}}); !got.StageBy.Equal(s.Current.NotAfter.Add(-80 * time.Hour)) {
		t.Errorf("with a slow partner stage by %s", got.StageBy)
	}
	if got.Readings[0].Partner != "unknown" || got.Readings[1].Partner != "slow" {
		t.Errorf("readings %+v", got.Readings)
	}
	takeover := planned.Add(72 * time.Hour)
	if !got.Known.Equal(planned.Add(2*time.Hour)) || !got.Signs.Equal(takeover) || !got.Clear.Equal(takeover.Add(Policy{}.withDefaults().overlap())) || !got.StageBy.IsZero() {
		t.Errorf("known %s, signs %s, clear %s, stage by %s", got.Known, got.Signs, got.Clear, got.StageBy)
	}
	later := Policy{}.Plan(staged(), takeover.Add(time.Minute), nil)
	if later.Next != nil || later.Previous == nil || !later.Clear.Equal(got.Clear) || !later.Known.IsZero() {
		t.Errorf("after the date %+v", later)
	}
}

// A plan says what the slots will do: whatever is staged and when, the next
// certificate signs when the plan says, and the one before is published until
// the plan says.
func TestPlanIsWhatHappens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := staged()
		minutes := func(name string, most int) time.Duration {
			return time.Duration(rapid.IntRange(1, most).Draw(t, name)) * time.Minute
		}
		s.Next.From = planned.Add(minutes("lead", 5*24*60))
		p := Policy{Serve: minutes("serve", 600), TokenLife: minutes("life", 1440), Refresh: minutes("refresh", 120)}
		plan := p.Plan(s, planned, nil)
		signs := func(at time.Time) s2s.Thumbprint { return s.At(at, p).Signing(at, p).Thumbprint }
		if before := plan.Signs.Add(-time.Second); signs(before) != thumb('A') || signs(plan.Signs) != thumb('B') {
			t.Fatalf("at %s the signer is %s, then %s", plan.Signs, signs(before), signs(plan.Signs))
		}
		for at, want := range map[time.Time]bool{plan.Clear.Add(-time.Second): true, plan.Clear: false} {
			if held := s.At(at, p).Holds(thumb('A')); held != want {
				t.Fatalf("at %s the certificate before is held: %t", at, held)
			}
		}
	})
}
