package keyring

import (
	"testing"
	"time"
)

func TestWishIsForTheHoursAfterAnEmergency(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	slot := func(immediate bool) *Slot {
		return &Slot{From: now, Published: now, NotAfter: now.AddDate(5, 0, 0), Immediate: immediate}
	}
	for name, tt := range map[string]struct {
		state State
		after time.Duration
		want  time.Duration
	}{
		"replaced at once":        {State{Current: slot(true), Previous: slot(false)}, time.Minute, 15 * time.Minute},
		"two hours later":         {State{Current: slot(true), Previous: slot(false)}, 2*time.Hour + time.Second, 0},
		"the old one is gone":     {State{Current: slot(true)}, time.Minute, 0},
		"rolled over as planned":  {State{Current: slot(false), Previous: slot(false)}, time.Minute, 0},
		"nothing is assigned":     {State{Previous: slot(false)}, time.Minute, 0},
		"a successor that waits":  {State{Current: slot(false), Next: slot(false)}, time.Minute, 0},
		"a clock that is behind":  {State{Current: slot(true), Previous: slot(false)}, -5 * time.Minute, 15 * time.Minute},
		"nothing was ever signed": {State{}, 0, 0},
	} {
		if got := tt.state.Wish(now.Add(tt.after), Policy{}); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}
