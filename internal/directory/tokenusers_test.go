package directory

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

func TestTokenUsers(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		d := open(t, db, newClock())
		u := add(t, d, ken())
		want := []s2s.User{{ID: u.ID, UPN: "kenmyer@litware.test", SMTP: "ken.myer@litware.test", SIP: "kenmyer@litware.test", SID: string(u.SID), Enabled: true}}
		for _, c := range []struct {
			by    s2s.Identifier
			value string
		}{
			{s2s.ByUPN, "KenMyer@Litware.Test"},
			{s2s.BySMTP, "ken.myer@litware.test"},
			{s2s.BySIP, "KENMYER@litware.test"},
			{s2s.BySID, string(u.SID)},
			{s2s.BySID, strings.ToLower(string(u.SID))},
		} {
			for range 2 { // from the store, then from memory
				got, err := TokenUsers{d}.FindUsers(ctx, "Litware.Test", c.by, c.value)
				if diff := cmp.Diff(want, got); err != nil || diff != "" {
					t.Errorf("FindUsers(%s, %q): %v\n%s", c.by, c.value, err, diff)
				}
			}
		}
		for _, c := range []struct {
			organisation string
			by           s2s.Identifier
			value        string
		}{
			{"litware.test", s2s.ByUPN, "ken.myer@litware.test"}, // the e-mail address is no UPN
			{"litware.test", s2s.BySMTP, "k%"},
			{"litware.test", s2s.BySMTP, "*@litware.test"},
			{"litware.test", s2s.BySMTP, ""},
			{"litware.test", s2s.ByUPN, "\u212aenmyer@litware.test"}, // no Unicode folding
			{"litware.test", s2s.ByUPN, strings.Repeat("x", 100_000)},
			{"litware.test", s2s.ByUPN, "kenmyer@litware.test\x00"},
			{"litware.test", s2s.BySIP, "sip:kenmyer@litware.test"},
			{"fabrikam.test", s2s.ByUPN, "kenmyer@litware.test"},
			{"", s2s.ByUPN, "kenmyer@litware.test"}, // nothing crosses organisations
		} {
			if got, err := (TokenUsers{d}).FindUsers(ctx, c.organisation, c.by, c.value); err != nil || len(got) != 0 {
				t.Errorf("FindUsers(%q, %s, %.60q) = %v, %v", c.organisation, c.by, c.value, got, err)
			}
		}
		if _, err := (TokenUsers{d}).FindUsers(ctx, "litware.test", "mail", "x"); err == nil {
			t.Error("an identifier nobody knows is looked up")
		}
	})
}

// The answer of a token's user is remembered, but not beyond a change of this
// process, a second of another process, or five minutes.
func TestTokenUsersForget(t *testing.T) {
	storetest.RunDSN(t, func(t *testing.T, dsn string) {
		ctx, c := t.Context(), newClock()
		db := storetest.Open(t, dsn)
		here, there := open(t, db, c), open(t, storetest.Open(t, dsn), c)
		u := add(t, here, ken())
		find := func() []s2s.User {
			t.Helper()
			found, err := TokenUsers{here}.FindUsers(ctx, "litware.test", s2s.ByUPN, "kenmyer@litware.test")
			if err != nil {
				t.Fatal(err)
			}
			return found
		}
		setEnabled := func(d *Directory, enabled bool) {
			t.Helper()
			now, err := d.User(ctx, u.ID)
			if err != nil {
				t.Fatal(err)
			}
			now.Enabled = enabled
			if err := d.SetUser(ctx, now); err != nil {
				t.Fatal(err)
			}
		}
		if !find()[0].Enabled {
			t.Fatal("the user is disabled from the start")
		}
		setEnabled(here, false)
		if find()[0].Enabled {
			t.Error("a change of this process is not noticed at once")
		}
		setEnabled(there, true)
		c.Advance(generationEvery)
		if !find()[0].Enabled {
			t.Error("a change of another process is not noticed within a second")
		}
		if err := there.AddMember(ctx, "Domain Admins", u.ID); err != nil {
			t.Fatal(err)
		}
		c.Advance(generationEvery)
		if !find()[0].Protected {
			t.Error("a membership that protects is not noticed")
		}

		// Behind everybody's back, to see what is remembered at all.
		if _, err := db.ExecContext(ctx, `DELETE FROM directory_members`); err != nil {
			t.Fatal(err)
		}
		if _, err := db.ExecContext(ctx, `DELETE FROM directory_users`); err != nil {
			t.Fatal(err)
		}
		c.Advance(lookupLife - time.Second)
		if len(find()) != 1 {
			t.Error("an answer is not remembered for five minutes")
		}
		c.Advance(time.Second)
		if len(find()) != 0 {
			t.Error("an answer is remembered for more than five minutes")
		}
		// Misses are remembered too, until somebody adds the user.
		add(t, here, ken())
		if len(find()) != 1 {
			t.Error("a new user is not found at once")
		}
	})
}

func TestTokenUsersFailWithTheStore(t *testing.T) {
	db, err := store.Open(t.Context(), storetest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	d := open(t, db, newClock())
	add(t, d, ken())
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = TokenUsers{d}.FindUsers(t.Context(), "litware.test", s2s.ByUPN, "kenmyer@litware.test")
	wantCode(t, err, problem.StoreUnavailable)
	_, err = d.Verify(t.Context(), "kenmyer@litware.test", password)
	wantCode(t, err, problem.StoreUnavailable)
}

func BenchmarkTokenUsers(b *testing.B) {
	d := open(b, storetest.Open(b, storetest.SQLite(b)), newClock())
	add(b, d, ken())
	for b.Loop() {
		if users, err := (TokenUsers{d}).FindUsers(b.Context(), "litware.test", s2s.ByUPN, "kenmyer@litware.test"); err != nil || len(users) != 1 {
			b.Fatal(users, err)
		}
	}
}
