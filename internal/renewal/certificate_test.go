package renewal

import (
	"crypto/x509"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/s2s"
)

func slot(n byte, end time.Time, from time.Time) *keyring.Slot {
	return &keyring.Slot{Thumbprint: s2s.Thumbprint{n}, NotAfter: end, From: from}
}

// uses shows what is not relieved: use and end, in days from start.
func uses(all []Certificate) []string {
	var texts []string
	for _, c := range all {
		texts = append(texts, string(c.Use)+" "+days(c.NotAfter))
	}
	return texts
}

func days(t time.Time) string { return (t.Sub(start) / day * day).String() }

func TestOwnSigningCertificates(t *testing.T) {
	in := func(days int) time.Time { return start.Add(time.Duration(days) * day) }
	for _, c := range []struct {
		what  string
		slots keyring.State
		want  []string
	}{
		{"none", keyring.State{}, nil},
		{"alone", keyring.State{Current: slot(1, in(10), start)}, []string{"current 240h0m0s"}},
		{"a successor in time", keyring.State{Current: slot(1, in(10), start), Next: slot(2, in(1000), in(2))}, []string{"next 24000h0m0s"}},
		{"a successor at the last moment", keyring.State{Current: slot(1, in(10), start), Next: slot(2, in(1000), in(10))}, []string{"next 24000h0m0s"}},
		{"a successor too late", keyring.State{Current: slot(1, in(10), start), Next: slot(2, in(1000), in(10).Add(1))}, []string{"current 240h0m0s", "next 24000h0m0s"}},
		{"only a next one", keyring.State{Next: slot(2, in(40), in(2))}, []string{"next 960h0m0s"}},
		{"old ones do not matter", keyring.State{
			Current: slot(1, in(1000), start), Previous: slot(2, in(1), in(-100)), Leaving: []keyring.Slot{*slot(3, in(1), start)}},
			[]string{"current 24000h0m0s"}},
	} {
		if diff := cmp.Diff(c.want, uses(Facts{Slots: c.slots}.Unrelieved(start))); diff != "" {
			t.Errorf("%s:\n%s", c.what, diff)
		}
	}
}

func TestKeysThatStandForEachOther(t *testing.T) {
	in := func(from, until int) *x509.Certificate {
		return &x509.Certificate{NotBefore: start.Add(time.Duration(from) * day), NotAfter: start.Add(time.Duration(until) * day)}
	}
	for _, c := range []struct {
		what  string
		lives []*x509.Certificate
		want  int
	}{
		{"none", nil, -1},
		{"one", []*x509.Certificate{in(-10, 10)}, 0},
		{"beside a later one", []*x509.Certificate{in(-10, 10), in(-1, 100)}, 1},
		{"whatever their order", []*x509.Certificate{in(-1, 100), in(-10, 10)}, 0},
		{"one that begins in time", []*x509.Certificate{in(-10, 10), in(10, 100)}, 1},
		{"one that begins too late", []*x509.Certificate{in(-10, 10), in(11, 100)}, 0},
		{"a chain", []*x509.Certificate{in(50, 90), in(-10, 10), in(5, 60)}, 0},
		{"a short one beside a long one", []*x509.Certificate{in(-10, 100), in(-5, 10)}, 0},
		{"all ended: the last", []*x509.Certificate{in(-10, -5), in(-9, -2), in(-20, -6)}, 1},
		{"ended, and one that has not begun", []*x509.Certificate{in(-10, -5), in(3, 20)}, 0},
		{"none has begun", []*x509.Certificate{in(3, 20)}, -1},
	} {
		if got := lasting(start, c.lives); got != c.want {
			t.Errorf("%s: %d, want %d", c.what, got, c.want)
		}
	}
}

// Until the end of what lasts there is a valid certificate at every moment, and
// right after it there is none.
func TestLastingIsTheEndOfTheCover(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hour := func(n int) time.Time { return start.Add(time.Duration(n) * time.Hour) }
		var lives []*x509.Certificate
		for range rapid.IntRange(1, 6).Draw(t, "certificates") {
			from := rapid.IntRange(-20, 30).Draw(t, "from")
			lives = append(lives, &x509.Certificate{NotBefore: hour(from), NotAfter: hour(from + rapid.IntRange(1, 20).Draw(t, "for"))})
		}
		valid := func(at time.Time) bool {
			return slices.ContainsFunc(lives, func(c *x509.Certificate) bool { return !at.Before(c.NotBefore) && at.Before(c.NotAfter) })
		}
		end := 0
		for valid(hour(end)) {
			end++
		}
		got := lasting(start, lives)
		switch {
		case end > 0 && (got < 0 || !lives[got].NotAfter.Equal(hour(end))):
			t.Fatalf("the cover ends after %d hours, lasting gives %d", end, got)
		case end == 0 && got >= 0 && lives[got].NotAfter.After(start):
			t.Fatalf("nothing is valid, lasting gives %d", got)
		}
	})
}

func TestTLSCertificatesOfSeveralListeners(t *testing.T) {
	one, two := issue("mail", start, start.AddDate(1, 0, 0)), issue("admin", start, start.AddDate(2, 0, 0))
	f := Facts{Shown: []Shown{
		{Use: Listener, Where: "the web services", Certificate: one}, {Use: Management, Where: "the management interface", Certificate: one},
		{Use: Management, Where: "another", Certificate: two},
	}}
	all := f.Unrelieved(start)
	if len(all) != 2 || !slices.Equal(all[0].Names, []string{"the web services", "the management interface"}) || all[0].Use != Listener || all[1].Use != Management {
		t.Errorf("%+v", all)
	}
}

func TestAuthoritiesOfOneName(t *testing.T) {
	old, renewed := issue("Litware CA", start.AddDate(-9, 0, 0), start.Add(20*day)), issue("Litware CA", start.AddDate(0, -1, 0), start.AddDate(9, 0, 0))
	other := issue("Contoso CA", start.AddDate(-9, 0, 0), start.Add(30*day))
	f := Facts{Authorities: []*x509.Certificate{old, other}}
	if diff := cmp.Diff([]string{"authority 480h0m0s", "authority 720h0m0s"}, uses(f.Unrelieved(start))); diff != "" {
		t.Error(diff)
	}
	f.Authorities = append(f.Authorities, renewed)
	if all := f.Unrelieved(start); len(all) != 2 || all[0].Thumbprint != s2s.ThumbprintOf(renewed) {
		t.Errorf("%+v", all)
	}
}

func TestMarks(t *testing.T) {
	const never = math.MinInt
	for left, want := range map[time.Duration]int{
		61 * day: never, 60*day + 1: never, 60 * day: 60, 31 * day: 60, 30 * day: 30, 15 * day: 30, 14 * day: 14, 7 * day: 7,
		7*day - 1: 7, day + 1: 7, day: 1, 1: 1, 0: 0, -1: 0, -1000 * day: 0,
	} {
		got, ok := markAt(start.Add(left), start)
		if !ok {
			got = never
		}
		if got != want {
			t.Errorf("with %v left: %d, want %d", left, got, want)
		}
	}
	// Following the next mark from far away meets each one once.
	end, now := start.Add(400*day), start
	var met []int
	for {
		if now = nextMark(end, now); now.IsZero() {
			break
		}
		mark, _ := markAt(end, now)
		met = append(met, mark)
	}
	if !slices.Equal(met, marks()) {
		t.Errorf("met %v", met)
	}
}

// A partner writes its own subject: it has to fit a line and a label.
func TestSubjectsAreTamed(t *testing.T) {
	c := issue("x", start, start.AddDate(1, 0, 0))
	c.Subject.CommonName = "\xff" + string(make([]byte, 1000))
	if s := subject(c); len(s) > maxSubject+3 || !utf8String(s) {
		t.Errorf("%d bytes: %q", len(s), s)
	}
	bare := &x509.Certificate{DNSNames: []string{"mail.litware.test"}}
	if s := subject(bare); s != "mail.litware.test" {
		t.Errorf("%q", s)
	}
}

func utf8String(s string) bool { return string([]rune(s)) == s }
