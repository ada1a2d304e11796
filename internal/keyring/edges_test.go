package keyring

import (
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
)

// Two certificates staged for at once, one after the other: neither signs
// before it has been served for a while.
func TestStagedInQuickSuccession(t *testing.T) {
	s, err := with(t).stage(cert(2), start, start, policy, true)
	s = must(t, s, err)
	again := start.Add(time.Minute)
	s, err = s.At(again, policy).stage(cert(3), again, again, policy, true)
	s = must(t, s, err)
	for at, want := range map[time.Duration]string{
		time.Minute:                "A",
		policy.Serve - 1:           "A",
		policy.Serve:               "B",
		policy.Serve + time.Minute: "C",
	} {
		now := start.Add(at)
		if got := name(s.At(now, policy).Signing(now, policy)); got != want {
			t.Errorf("after %v %s signs, want %s", at, got, want)
		}
	}
}

// What was replaced long ago does not sign again because its successor was
// taken away: nobody would publish it until its last token has ended.
func TestOverDoesNotSignAgain(t *testing.T) {
	s, err := with(t).replace(cert(2), start, policy)
	s = must(t, s, err)
	s, err = s.unassign(true)
	s = must(t, s, err)
	late := start.Add(policy.overlap() - time.Minute)
	s, err = s.At(late, policy).stage(cert(3), late, late, policy, true)
	s = must(t, s, err)
	if got := name(s.Signing(late, policy)); got != "C" {
		t.Errorf("%s signs, want C; published %s", got, names(s.Published(late)))
	}
}

// A key in wrong hands is not out of reach because two others followed it.
func TestForcedClearTakesAllThatWereCurrent(t *testing.T) {
	s := with(t)
	var err error
	for n := byte(2); n <= 3; n++ {
		s, err = s.replace(cert(n), start, policy)
		s = must(t, s, err)
	}
	s, err = s.stage(cert(4), start.Add(72*time.Hour), start, policy, true)
	s = must(t, s, err)
	s, err = s.stage(cert(5), start.Add(72*time.Hour), start, policy, true)
	s = must(t, s, err)
	if got := names(s.Published(start)); got != "C E B A D" {
		t.Fatalf("published %q", got)
	}
	_, err = s.clearPrevious(start, false)
	wantCode(t, err, problem.KeyringTooEarly)
	s, err = s.clearPrevious(start, true)
	s = must(t, s, err)
	if got := names(s.Published(start)); got != "C E D" { // D never signed
		t.Errorf("published after the clearing: %q", got)
	}
	if got := encode(s); got != encode(s.At(start, policy)) {
		t.Errorf("the clearing left something to write down: %s", got)
	}
}

// The clock of one node is ahead, and there the next certificate has taken over
// and signs. On the other node, where it has not, somebody stages another one.
func TestStagedWhileAnotherNodeHasRolled(t *testing.T) {
	s, err := with(t).stage(cert(2), start.Add(72*time.Hour), start, policy, false)
	s = must(t, s, err)
	ahead := start.Add(72 * time.Hour)
	if got := name(s.At(ahead, policy).Signing(ahead, policy)); got != "B" {
		t.Fatalf("%s signs on the node that is ahead", got)
	}
	behind := ahead.Add(-policy.Skew)
	s, err = s.At(behind, policy).stage(cert(3), behind.Add(72*time.Hour), behind, policy, false)
	s = must(t, s, err)
	if name(s.Current) != "B" || name(s.Next) != "C" || name(s.Signing(behind, policy)) != "A" {
		t.Errorf("current %s, next %s", name(s.Current), name(s.Next))
	}
	end := ahead.Add(policy.TokenLife + policy.Skew)
	if got := names(s.At(end, policy).Published(end)); got != "B C A" {
		t.Errorf("when the last token ends published %q", got)
	}
	// Its date cannot be moved any more.
	staged, err := with(t).stage(cert(2), start.Add(72*time.Hour), start, policy, false)
	staged = must(t, staged, err)
	_, err = staged.At(behind, policy).stage(cert(2), behind.Add(72*time.Hour), behind, policy, true)
	wantCode(t, err, problem.KeyringCurrent)
}
