package keyring

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"database/sql"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

func TestTakeover(t *testing.T) {
	overlap := policy.overlap()
	for _, c := range []struct {
		what   string
		left   time.Duration // until the current certificate ends
		notice time.Duration
		want   time.Duration
	}{
		{"in good time: the notice of two days", 60 * day, 0, 48 * time.Hour},
		{"somebody needs more", 60 * day, 30 * day, 30 * day},
		{"more than there is: early enough for the overlap", 20 * day, 30 * day, 20*day - overlap},
		{"little is left: before the overlap", 60 * time.Hour, 0, 60*time.Hour - overlap},
		{"less than an overlap: two refreshes", 20 * time.Hour, 0, 2 * time.Hour},
		{"less than two refreshes: at the end", time.Hour, 0, time.Hour},
		{"it has ended: now", -time.Hour, 0, 0},
	} {
		if got := (Policy{}).Takeover(start, start.Add(c.left), c.notice).Sub(start); got != c.want {
			t.Errorf("%s: after %v, want %v", c.what, got, c.want)
		}
	}
}

// succession gives current a successor in two days.
func succession(t testing.TB, k *Keyring, current s2s.Thumbprint) (Succession, *int) {
	recorded := 0
	return Succession{
		Of: current, Certificate: issue(t, rsaKey(), "signing", start.Add(-time.Hour), start.Add(5*365*day)), Key: rsaKey(),
		Options: Options{FriendlyName: "next", Services: []string{"SMTP"}}, Effective: k.now().Add(48 * time.Hour),
		Record: func(context.Context, *sql.Tx) error { recorded++; return nil },
	}, &recorded
}

func TestSucceed(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx, c := t.Context(), newClock()
		k := open(t, db, newBox(t), c)
		a := add(t, k, Options{Services: []string{"SMTP"}})
		if _, err := k.Replace(ctx, a.Thumbprint); err != nil {
			t.Fatal(err)
		}
		x, recorded := succession(t, k, a.Thumbprint)
		b := s2s.ThumbprintOf(x.Certificate)
		if done, err := k.Succeed(ctx, x); err != nil || !done || *recorded != 1 {
			t.Fatalf("%v, %v, recorded %d times", done, err, *recorded)
		}
		if s, err := k.State(ctx); err != nil || s.Next == nil || s.Next.Thumbprint != b || !s.Next.From.Equal(x.Effective) {
			t.Errorf("%+v, %v", s.Next, err)
		}
		kept, err := k.Certificate(ctx, b)
		if err != nil || kept.FriendlyName != "next" || len(kept.Services) != 1 || len(kept.DefaultFor) != 0 || !kept.HasPrivateKey || kept.Exportable {
			t.Errorf("kept %+v, %v", kept, err)
		}

		// The same plan again, and one that knows nothing of the first.
		late, recorded := succession(t, k, a.Thumbprint)
		for _, again := range []Succession{x, late} {
			if done, err := k.Succeed(ctx, again); err != nil || done {
				t.Errorf("a second successor: %v, %v", done, err)
			}
		}
		if all, err := k.List(ctx); err != nil || len(all) != 2 || *recorded != 0 {
			t.Errorf("%d certificates, %v, recorded %d times", len(all), err, *recorded)
		}

		// Another date for what is staged.
		move := Succession{Of: a.Thumbprint, Staged: b, Effective: c.Now().Add(time.Hour), Record: x.Record}
		if done, err := k.Succeed(ctx, move); err != nil || !done {
			t.Fatalf("%v, %v", done, err)
		}
		c.Advance(time.Hour - 4*time.Minute)
		again := move
		again.Effective = c.Now()
		if done, err := k.Succeed(ctx, again); err != nil || done {
			t.Errorf("another date minutes before it takes over: %v, %v", done, err)
		}
		c.Advance(4 * time.Minute)
		if got := signing(t, k); got != b {
			t.Errorf("%s signs", got)
		}
		if done, err := k.Succeed(ctx, move); err != nil || done {
			t.Errorf("for a certificate that is no longer current: %v, %v", done, err)
		}
	})
}

// What cannot be recorded, or cannot sign, is not done at all.
func TestSucceedIsOneStep(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		k := open(t, db, newBox(t), newClock())
		a := add(t, k, Options{})
		if _, err := k.Replace(ctx, a.Thumbprint); err != nil {
			t.Fatal(err)
		}
		full := errors.New("the disk is full")
		unrecorded, _ := succession(t, k, a.Thumbprint)
		unrecorded.Record = func(context.Context, *sql.Tx) error { return full }
		if _, err := k.Succeed(ctx, unrecorded); !errors.Is(err, full) {
			t.Errorf("error = %v", err)
		}
		short, _ := succession(t, k, a.Thumbprint)
		short.Certificate = issue(t, rsaKey(), "short", start.Add(-time.Hour), start.Add(20*day))
		_, err := k.Succeed(ctx, short)
		wantCode(t, err, problem.KeyringTooShort)
		small, err := rsa.GenerateKey(rand.Reader, 1024)
		if err != nil {
			t.Fatal(err)
		}
		weak, _ := succession(t, k, a.Thumbprint)
		weak.Certificate, weak.Key = issue(t, small, "weak", start.Add(-time.Hour), start.Add(500*day)), small
		_, err = k.Succeed(ctx, weak)
		wantCode(t, err, problem.KeyringWeak)
		if all, err := k.List(ctx); err != nil || len(all) != 1 {
			t.Errorf("%d certificates are left, %v", len(all), err)
		}
		if s, err := k.State(ctx); err != nil || s.Next != nil {
			t.Errorf("%+v is staged, %v", s.Next, err)
		}
	})
}

func TestManyNodesSucceedOnce(t *testing.T) {
	storetest.RunDSN(t, func(t *testing.T, dsn string) {
		ctx, c, box := t.Context(), newClock(), newBox(t)
		var nodes []*Keyring
		for range 3 {
			nodes = append(nodes, open(t, storetest.Open(t, dsn), box, c))
		}
		a := add(t, nodes[0], Options{})
		if _, err := nodes[0].Replace(ctx, a.Thumbprint); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		did := make([]bool, len(nodes))
		for i, node := range nodes {
			x, _ := succession(t, node, a.Thumbprint)
			wg.Go(func() {
				var err error
				if did[i], err = node.Succeed(ctx, x); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		n := 0
		for _, d := range did {
			if d {
				n++
			}
		}
		if all, err := nodes[0].List(ctx); err != nil || n != 1 || len(all) != 2 {
			t.Errorf("%d nodes did it, %d certificates, %v", n, len(all), err)
		}
	})
}
