package directory

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

const password = "Pa$$w0rd of Ken"

func addWithPassword(t testing.TB, d *Directory, u User) User {
	t.Helper()
	u = add(t, d, u)
	if err := d.SetPassword(t.Context(), u.ID, password); err != nil {
		t.Fatal(err)
	}
	u, err := d.User(t.Context(), u.ID)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestVerify(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		d := open(t, db, newClock())
		u := addWithPassword(t, d, ken())
		if !u.HasPassword || u.AccountControl() != "NormalAccount" {
			t.Errorf("an account with password is %s", u.AccountControl())
		}
		for _, login := range []string{"kenmyer@litware.test", "KENMYER@LITWARE.TEST", "ken.myer@litware.test", `LITWARE\kenmyer`, `litware.test\KENMYER`} {
			if got, err := d.Verify(ctx, login, password); err != nil || got.ID != u.ID {
				t.Errorf("Verify(%q) = %s, %v", login, got.UPN, err)
			}
		}
		nopass := add(t, d, User{Name: "new", UPN: "new@litware.test", Organisation: "litware.test", Enabled: true})
		twin := addWithPassword(t, d, User{Name: "twin", UPN: "twin@litware.test", Organisation: "litware.test", Enabled: true, SMTP: "shared@litware.test"})
		add(t, d, User{Name: "twin2", UPN: "twin2@litware.test", Organisation: "litware.test", Enabled: true, SMTP: twin.SMTP})
		off := addWithPassword(t, d, User{Name: "off", UPN: "off@litware.test", Organisation: "litware.test"})

		var first error
		for _, c := range []struct{ login, password string }{
			{"kenmyer@litware.test", "Wr0ng!"},
			{"kenmyer@litware.test", ""},
			{"kenmyer@litware.test", password + " "},
			{"kenmyer@litware.test", strings.Repeat("x", 100_000)},
			{"nobody@litware.test", password},
			{"kenmyer", password}, // a bare name belongs to no domain
			{`FABRIKAM\kenmyer`, password},
			{"shared@litware.test", password},
			{string(off.UPN), password},
			{string(nopass.UPN), ""},
			{"", ""},
			{"kenmyer@litware.test\x00", password},
		} {
			got, err := d.Verify(ctx, c.login, c.password)
			if !problem.Is(err, problem.DirectoryLogOn) || got != (User{}) {
				t.Errorf("Verify(%q, %.20q) = %v, %v", c.login, c.password, got.UPN, err)
				continue
			}
			if first == nil {
				first = err
			}
			// What goes out is the same for every reason.
			if f := problem.Of(err); f.Entry().Title != problem.Of(first).Entry().Title || f.Detail != problem.Of(first).Detail {
				t.Errorf("Verify(%q) gives another outward reason: %q", c.login, f.Detail)
			}
			if len(c.password) > 1 && strings.Contains(err.Error(), c.password) {
				t.Error("the error holds the password")
			}
		}
	})
}

func TestSetPassword(t *testing.T) {
	d := open(t, storetest.Open(t, storetest.SQLite(t)), newClock())
	u := add(t, d, ken())
	for _, bad := range []string{"", strings.Repeat("x", maxPassword+1)} {
		wantCode(t, d.SetPassword(t.Context(), u.ID, bad), problem.DirectoryPassword)
	}
	wantCode(t, d.SetPassword(t.Context(), "nobody", password), problem.DirectoryUnknown)
	longest := strings.Repeat("x", maxPassword)
	if err := d.SetPassword(t.Context(), u.ID, longest); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Verify(t.Context(), string(u.UPN), longest); err != nil {
		t.Error(err)
	}
	var stored string
	if err := d.db.QueryRow(`SELECT password FROM directory_users`).Scan(&stored); err != nil || !strings.HasPrefix(stored, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("stored password = %q, %v", stored, err)
	}
}

// A password that was right is remembered for five minutes, and forgotten at
// once when it changes or the account is disabled, also by another process.
func TestProofs(t *testing.T) {
	storetest.RunDSN(t, func(t *testing.T, dsn string) {
		ctx, c := t.Context(), newClock()
		d := open(t, storetest.Open(t, dsn), c)
		other := open(t, storetest.Open(t, dsn), c)
		u := addWithPassword(t, d, ken())
		login := string(u.UPN)
		verify := func(password string) error {
			_, err := d.Verify(ctx, login, password)
			return err
		}
		if err := verify(password); err != nil || d.proofs.until.Len() != 1 {
			t.Fatalf("first verification: %v, %d remembered", err, d.proofs.until.Len())
		}
		// With no place left to hash in, only memory can answer.
		fill(d)
		if err := verify(password); err != nil {
			t.Errorf("a remembered password: %v", err)
		}
		hurried, cancel := context.WithCancel(ctx)
		cancel()
		if right, err := d.proofs.check(hurried, c.Now(), u, "", "wrong"); right || err == nil {
			t.Error("a wrong password was answered from memory")
		}
		c.Advance(proofLife)
		if _, remembered := d.proofs.until.Get(d.proofs.of(u.ID, "", password)); remembered {
			t.Error("a password is remembered without its hash")
		}
		drain(d)
		if err := verify(password); err != nil {
			t.Error(err)
		}

		if err := other.SetPassword(ctx, u.ID, "new password"); err != nil {
			t.Fatal(err)
		}
		wantCode(t, verify(password), problem.DirectoryLogOn)
		if err := verify("new password"); err != nil {
			t.Error(err)
		}
		u, err := other.User(ctx, u.ID)
		if err != nil {
			t.Fatal(err)
		}
		u.Enabled = false
		if err := other.SetUser(ctx, u); err != nil {
			t.Fatal(err)
		}
		wantCode(t, verify("new password"), problem.DirectoryLogOn)
	})
}

// After its five minutes a proof is worth nothing, even while it still lies
// in memory.
// A refusal that comes from memory comes sooner, and would tell a stranger that
// he has found the password of an account that is off.
func TestMemoryDoesNotTellOfDisabledAccounts(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		d := open(t, db, newClock())
		u := addWithPassword(t, d, ken())
		if _, err := d.Verify(t.Context(), string(u.UPN), password); err != nil {
			t.Fatal(err)
		}
		u.Enabled = false
		if err := d.SetUser(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		for _, password := range []string{password, "wrong"} {
			_, err := d.Verify(t.Context(), string(u.UPN), password)
			wantCode(t, err, problem.DirectoryLogOn)
			fill(d)
			hurried, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
			if _, err := d.Verify(hurried, string(u.UPN), password); problem.Is(err, problem.DirectoryLogOn) {
				t.Errorf("%q is refused without being hashed", password)
			}
			cancel()
			drain(d)
		}
	})
}

func TestProofExpires(t *testing.T) {
	c := newClock()
	p := newProofs()
	hashed := hashPassword(password)
	if right, err := p.check(t.Context(), c.Now(), User{ID: "u", Enabled: true}, hashed, password); !right || err != nil {
		t.Fatal(right, err)
	}
	for range maxHashing {
		p.hashing <- struct{}{}
	}
	hurried, cancel := context.WithCancel(t.Context())
	cancel()
	for at, want := range map[time.Duration]bool{0: true, proofLife - time.Second: true, proofLife: false, -time.Second: false} {
		if right, _ := p.check(hurried, c.Now().Add(at), User{ID: "u", Enabled: true}, hashed, password); right != want {
			t.Errorf("%v after the verification memory says %v, want %v", at, right, want)
		}
	}
}

func fill(d *Directory) {
	for range maxHashing {
		d.proofs.hashing <- struct{}{}
	}
}

func drain(d *Directory) {
	for range maxHashing {
		<-d.proofs.hashing
	}
}

// checklist: 003-13
func TestMembershipCountsFromTheNextLogOn(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		d := open(t, db, newClock())
		u := addWithPassword(t, d, ken())
		before, err := d.LogOn(ctx, string(u.UPN), password)
		if err != nil || before.In(RTCUniversalUserAdmins) {
			t.Fatalf("first log-on: %v, %v", before.Groups, err)
		}
		if err := d.AddMember(ctx, RTCUniversalUserAdmins, u.ID); err != nil {
			t.Fatal(err)
		}
		if before.In(RTCUniversalUserAdmins) {
			t.Error("003-13: the membership counts without a new log-on")
		}
		after, err := d.LogOnAs(ctx, `LITWARE\kenmyer`)
		if err != nil || !after.In("rtcuniversaluseradmins") {
			t.Errorf("003-13: after a new log-on: %v, %v", after.Groups, err)
		}
		if err := d.RemoveMember(ctx, RTCUniversalUserAdmins, u.ID); err != nil {
			t.Fatal(err)
		}
		if !after.In(RTCUniversalUserAdmins) {
			t.Error("003-13: a membership taken away ends a log-on that began with it")
		}
		if _, err := d.LogOn(ctx, string(u.UPN), "wrong"); !problem.Is(err, problem.DirectoryLogOn) {
			t.Errorf("log-on with a wrong password: %v", err)
		}
		u, _ = d.User(ctx, u.ID)
		u.Enabled = false
		if err := d.SetUser(ctx, u); err != nil {
			t.Fatal(err)
		}
		_, err = d.LogOnAs(ctx, "kenmyer")
		wantCode(t, err, problem.DirectoryLogOn)
		_, err = d.LogOnAs(ctx, "nobody")
		wantCode(t, err, problem.DirectoryUnknown)
	})
}

func BenchmarkVerify(b *testing.B) {
	d := open(b, storetest.Open(b, storetest.SQLite(b)), newClock())
	u := addWithPassword(b, d, ken())
	b.Run("hashed", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			_, _ = d.Verify(b.Context(), string(u.UPN), fmt.Sprint(i))
		}
	})
	b.Run("remembered", func(b *testing.B) {
		for b.Loop() {
			if _, err := d.Verify(b.Context(), string(u.UPN), password); err != nil {
				b.Fatal(err)
			}
		}
	})
}
