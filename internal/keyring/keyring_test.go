package keyring

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

// clock is a time that tests move by hand.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: start} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func newBox(t testing.TB) *certs.Box {
	t.Helper()
	key := make([]byte, 32)
	rand.Read(key)
	box, err := certs.NewBox(key)
	if err != nil {
		t.Fatal(err)
	}
	return box
}

func open(t testing.TB, db *store.DB, box *certs.Box, c *clock) *Keyring {
	t.Helper()
	k, err := New(db, box, c.Now, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// rsaKey is made once: making keys is what takes time in these tests.
var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// issue makes a self-signed certificate over key.
func issue(t testing.TB, key crypto.Signer, name string, from, until time.Time) *x509.Certificate {
	t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// add puts a new certificate that is valid for years into the store.
func add(t testing.TB, k *Keyring, o Options) Certificate {
	t.Helper()
	c, err := k.Add(t.Context(), issue(t, rsaKey(), "signing", start.Add(-time.Hour), start.Add(5*365*day)), rsaKey(), o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func signing(t testing.TB, k *Keyring) s2s.Thumbprint {
	t.Helper()
	signer, err := k.Signer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return signer.Thumbprint()
}

func published(t testing.TB, k *Keyring) []s2s.Thumbprint {
	t.Helper()
	all, err := k.Published(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var list []s2s.Thumbprint
	for _, c := range all {
		list = append(list, s2s.ThumbprintOf(c))
	}
	return list
}

// checklist: 000-09, 000-11
func TestNewCertificate(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		c := newClock()
		k := open(t, db, newBox(t), c)
		made, err := k.NewCertificate(t.Context(), Request{
			Subject: "cn= Microsoft Exchange Server Auth Certificate", DomainNames: []string{"domain.local"}, Bits: 2048,
			Options: Options{FriendlyName: "Microsoft Exchange Server Auth Certificate", Services: []string{"smtp"}, Exportable: true},
		})
		if err != nil {
			t.Fatal(err)
		}
		if public, ok := made.X509.PublicKey.(*rsa.PublicKey); !ok || public.N.BitLen() != 2048 {
			t.Error("000-09: the key has another size")
		}
		if made.X509.Subject.String() != "CN=Microsoft Exchange Server Auth Certificate" || made.FriendlyName != "Microsoft Exchange Server Auth Certificate" {
			t.Errorf("000-09: subject %s, friendly name %s", made.X509.Subject, made.FriendlyName)
		}
		if !made.HasPrivateKey || !made.Exportable || !slices.Equal(made.Services, []string{"SMTP"}) || !slices.Equal(made.X509.DNSNames, []string{"domain.local"}) {
			t.Errorf("000-09: %+v", made)
		}
		if made.X509.NotBefore.After(c.Now()) || made.X509.NotAfter.Before(c.Now().Add(4*365*day)) {
			t.Errorf("valid from %v to %v", made.X509.NotBefore, made.X509.NotAfter)
		}
		// 000-11: the thumbprint is the handle for what follows.
		read, err := s2s.ParseThumbprint(strings.ToLower(made.Thumbprint.String()))
		if err != nil {
			t.Fatal(err)
		}
		if again, err := k.Certificate(t.Context(), read); err != nil || !again.X509.Equal(made.X509) {
			t.Errorf("000-11: found %v, %v", again.Thumbprint, err)
		}
		for _, bad := range []Request{
			{Subject: "Microsoft"}, {Bits: 512}, {Bits: 3000}, {DomainNames: []string{"no spaces"}}, {Lifetime: -1},
			{Options: Options{Services: []string{"SM TP"}}}, {Options: Options{FriendlyName: "two\nlines"}, Bits: 1024},
		} {
			_, err := k.NewCertificate(t.Context(), bad)
			wantCode(t, err, problem.KeyringRequest)
		}
	})
}

// checklist: 000-10
func TestDefaultSMTPCertificate(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		k := open(t, db, newBox(t), newClock())
		tls := add(t, k, Options{FriendlyName: "mail", Services: []string{"IIS", "SMTP"}})
		if !slices.Equal(tls.DefaultFor, []string{"SMTP"}) {
			t.Fatalf("the first SMTP certificate is the default for %v", tls.DefaultFor)
		}
		made := add(t, k, Options{Services: []string{"SMTP"}})
		err := k.Assign(ctx, made.Thumbprint, []string{"SMTP"}, false)
		var ask *Confirmation
		if !errors.As(err, &ask) {
			t.Fatalf("000-10: no question, but %v", err)
		}
		want := "Overwrite the existing default SMTP certificate?\n\nCurrent certificate: '" + tls.Thumbprint.String() + "' (expires 11/20/2031 9:00:00 AM)\n" +
			"Replace it with certificate: '" + made.Thumbprint.String() + "' (expires 11/20/2031 9:00:00 AM)"
		if diff := cmp.Diff(want, ask.Question); diff != "" {
			t.Errorf("000-10: the question (-want +got):\n%s", diff)
		}
		// The answer no: the assignment is as it was, the new certificate exists.
		check := func(t2 s2s.Thumbprint, isDefault bool) {
			t.Helper()
			c, err := k.Certificate(ctx, t2)
			if err != nil || slices.Contains(c.DefaultFor, "SMTP") != isDefault || !slices.Contains(c.Services, "SMTP") {
				t.Errorf("000-10: %+v, %v", c, err)
			}
		}
		check(tls.Thumbprint, true)
		check(made.Thumbprint, false)
		// The answer yes.
		if err := k.Assign(ctx, made.Thumbprint, []string{"SMTP", "POP"}, true); err != nil {
			t.Fatal(err)
		}
		check(tls.Thumbprint, false)
		check(made.Thumbprint, true)
		if c, _ := k.Certificate(ctx, made.Thumbprint); !slices.Equal(c.Services, []string{"SMTP", "POP"}) {
			t.Errorf("services %v", c.Services)
		}
		wantCode(t, k.Assign(ctx, made.Thumbprint, []string{"a,b"}, true), problem.KeyringRequest)
		wantCode(t, k.Assign(ctx, s2s.Thumbprint{1}, []string{"SMTP"}, true), problem.KeyringNotFound)
		// Labels are labels: nothing of this signs.
		_, err = k.Signer(ctx)
		wantCode(t, err, problem.KeyringMissing)
	})
}

// The two repair paths of a role whose certificate is gone or over.
// checklist: 000-08, 000-12, 000-13, 000-14, 000-16, 000-17
func TestRepair(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx, c := t.Context(), newClock()
		k := open(t, db, newBox(t), c)
		_, err := k.Published(ctx)
		wantCode(t, err, problem.KeyringMissing)

		// 000-17, path B: make, note the thumbprint, take the date, stage, publish.
		made, err := k.NewCertificate(ctx, Request{Options: Options{Services: []string{"SMTP"}}})
		if err != nil {
			t.Fatal(err)
		}
		date := c.Now()
		c.Advance(time.Minute) // a person types
		_, err = k.Stage(ctx, made.Thumbprint, date, false)
		wantCode(t, err, problem.KeyringConfirm) // 000-12: the present moment, after a question
		if _, err := k.Stage(ctx, made.Thumbprint, date, true); err != nil {
			t.Fatal(err)
		}
		if _, err := k.Publish(ctx, false); err != nil {
			t.Fatalf("000-13: %v", err)
		}
		if got := published(t, k); !slices.Equal(got, []s2s.Thumbprint{made.Thumbprint}) || signing(t, k) != made.Thumbprint {
			t.Errorf("000-17: published %v", got)
		}

		// The certificate comes to its end; the document goes with it.
		c.Advance(standardLifetime)
		_, err = k.Signer(ctx)
		wantCode(t, err, problem.KeyringExpired)
		_, err = k.Published(ctx)
		wantCode(t, err, problem.KeyringExpired)

		// 000-16, path A: nothing is deleted; one from the store is staged.
		spare, err := k.NewCertificate(ctx, Request{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.Stage(ctx, spare.Thumbprint, c.Now(), true); err != nil {
			t.Fatal(err)
		}
		if _, err := k.Publish(ctx, false); err != nil {
			t.Fatal(err)
		}
		if got := published(t, k); !slices.Equal(got, []s2s.Thumbprint{spare.Thumbprint}) || signing(t, k) != spare.Thumbprint {
			t.Errorf("000-16: published %v", got)
		}
		s, err := k.State(ctx)
		if err != nil || s.Previous == nil || s.Previous.Thumbprint != made.Thumbprint {
			t.Errorf("the previous certificate is %+v, %v", s.Previous, err)
		}
		if s, err = k.ClearPrevious(ctx, false); err != nil || s.Previous != nil { // 000-14
			t.Errorf("000-14: previous is %+v, %v", s.Previous, err)
		}
		if c, err := k.Certificate(ctx, made.Thumbprint); err != nil || len(c.Use) != 0 {
			t.Errorf("000-14: the certificate itself: %+v, %v", c, err)
		}
	})
}

// checklist: 000-22, 000-23, 002-13
func TestTokenIssuer(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx, c := t.Context(), newClock()
		box := newBox(t)
		k := open(t, db, box, c)
		// 002-13: from the beginning, and apart from what serves TLS.
		deployment := add(t, k, Options{FriendlyName: "Default", Services: []string{"Default", "WebServicesInternal"}})
		begun, err := k.Begin(ctx, Request{Subject: "cn=litware.test", DomainNames: []string{"litware.test"}})
		if err != nil || !begun {
			t.Fatalf("002-13: begun %v, %v", begun, err)
		}
		own := signing(t, k)
		issuer, err := k.Certificate(ctx, own)
		if err != nil || own == deployment.Thumbprint || len(issuer.Services) != 0 || !slices.Equal(issuer.Use, []string{"current"}) {
			t.Errorf("002-13: the token issuer is %+v, %v", issuer, err)
		}
		if begun, err := k.Begin(ctx, Request{}); err != nil || begun {
			t.Errorf("a role begins twice: %v, %v", begun, err)
		}

		// 000-23: at a date, with Roll.
		date := c.Now().Add(72 * time.Hour)
		if s, err := k.Stage(ctx, deployment.Thumbprint, date, false); err != nil || !s.Next.From.Equal(date) {
			t.Fatalf("000-23: %+v, %v", s.Next, err)
		}
		if got := published(t, k); !slices.Equal(got, []s2s.Thumbprint{own, deployment.Thumbprint}) {
			t.Errorf("000-23: published before the date %v", got)
		}
		c.Advance(72*time.Hour - time.Second)
		if signing(t, k) != own {
			t.Error("000-23: the new certificate signs before its date")
		}
		c.Advance(time.Second)
		if signing(t, k) != deployment.Thumbprint {
			t.Error("000-23: the new certificate does not sign at its date")
		}
		c.Advance(policy.overlap())
		if got := published(t, k); !slices.Equal(got, []s2s.Thumbprint{deployment.Thumbprint}) {
			t.Errorf("000-23: published after the overlap %v", got)
		}

		// 000-22: at once, with a certificate that serves TLS too.
		shared := add(t, k, Options{Services: []string{"Default"}})
		if _, err := k.Replace(ctx, shared.Thumbprint, false); err != nil || signing(t, k) != shared.Thumbprint {
			t.Errorf("000-22: %v", err)
		}
		// Taking the assignment away ends the document; it is not made again
		// behind the administrator's back, but can be given back.
		if _, err := k.Unassign(ctx); err != nil {
			t.Fatal(err)
		}
		_, err = k.Published(ctx)
		wantCode(t, err, problem.KeyringMissing)
		if begun, err := open(t, db, box, c).Begin(ctx, Request{}); err != nil || begun {
			t.Errorf("after a restart: begun %v, %v", begun, err)
		}
		if _, err := k.Replace(ctx, shared.Thumbprint, false); err != nil || signing(t, k) != shared.Thumbprint {
			t.Errorf("assigned again: %v", err)
		}
	})
}

func TestUnfitCertificates(t *testing.T) {
	ctx := t.Context()
	k := open(t, storetest.Open(t, storetest.SQLite(t)), newBox(t), newClock())
	from, until := start.Add(-time.Hour), start.Add(365*day)
	elliptic256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	small, err := k.NewCertificate(ctx, Request{Bits: 1024})
	if err != nil {
		t.Fatal(err)
	}
	curve, err := k.Add(ctx, issue(t, elliptic256, "curve", from, until), elliptic256, Options{})
	if err != nil {
		t.Fatal(err)
	}
	bare, err := k.Add(ctx, issue(t, rsaKey(), "bare", from, until), nil, Options{})
	if err != nil || bare.HasPrivateKey {
		t.Fatal(bare, err)
	}
	for thumbprint, code := range map[s2s.Thumbprint]problem.Code{
		small.Thumbprint: problem.KeyringWeak,
		curve.Thumbprint: problem.KeyringWeak,
		bare.Thumbprint:  problem.KeyringNoPrivateKey,
		{}:               problem.KeyringNotFound,
	} {
		_, err := k.Stage(ctx, thumbprint, start.Add(72*time.Hour), true)
		wantCode(t, err, code)
		_, err = k.Replace(ctx, thumbprint, false)
		wantCode(t, err, code)
	}
	_, err = k.Add(ctx, bare.X509, elliptic256, Options{})
	wantCode(t, err, problem.CertsMismatch)
	// The key can follow.
	whole, err := k.Add(ctx, bare.X509, rsaKey(), Options{FriendlyName: "whole"})
	if err != nil || !whole.HasPrivateKey || whole.FriendlyName != "whole" {
		t.Errorf("with its key: %+v, %v", whole, err)
	}
	// Coming again without key or labels takes nothing away.
	if again, err := k.Add(ctx, bare.X509, nil, Options{}); err != nil || !again.HasPrivateKey || again.FriendlyName != "whole" {
		t.Errorf("added again: %+v, %v", again, err)
	}
	if _, err := k.Replace(ctx, bare.Thumbprint, false); err != nil {
		t.Error(err)
	}
}

func TestMoveBetweenServers(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx, c := t.Context(), newClock()
		here := open(t, db, newBox(t), c)
		there := open(t, storetest.Open(t, storetest.SQLite(t)), newBox(t), c)
		stays, moves := add(t, here, Options{}), add(t, here, Options{Exportable: true, FriendlyName: "moves"})
		_, err := here.Export(ctx, stays.Thumbprint, "secret", certs.Modern)
		wantCode(t, err, problem.KeyringNotExportable)
		pfx, err := here.Export(ctx, moves.Thumbprint, "secret", certs.Modern)
		if err != nil {
			t.Fatal(err)
		}
		_, err = there.Import(ctx, pfx, "wrong", Options{})
		wantCode(t, err, problem.CertsPassword)
		got, err := there.Import(ctx, pfx, "secret", Options{FriendlyName: "moved"})
		if err != nil || got.Thumbprint != moves.Thumbprint || !got.HasPrivateKey || got.Exportable {
			t.Fatalf("imported %+v, %v", got, err)
		}
		if _, err := there.Replace(ctx, got.Thumbprint, false); err != nil || signing(t, there) != moves.Thumbprint {
			t.Errorf("the imported certificate does not sign: %v", err)
		}
		if all, err := here.List(ctx); err != nil || len(all) != 2 {
			t.Errorf("List = %v, %v", all, err)
		}
	})
}

func TestRemove(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx, c := t.Context(), newClock()
		k := open(t, db, newBox(t), c)
		a, b := add(t, k, Options{}), add(t, k, Options{Services: []string{"SMTP"}})
		if _, err := k.Replace(ctx, a.Thumbprint, false); err != nil {
			t.Fatal(err)
		}
		if _, err := k.Stage(ctx, b.Thumbprint, c.Now().Add(72*time.Hour), false); err != nil {
			t.Fatal(err)
		}
		wantCode(t, k.Remove(ctx, a.Thumbprint), problem.KeyringInUse) // current
		wantCode(t, k.Remove(ctx, b.Thumbprint), problem.KeyringInUse) // next
		c.Advance(72 * time.Hour)
		wantCode(t, k.Remove(ctx, a.Thumbprint), problem.KeyringInUse) // previous, though nobody has written it down
		c.Advance(policy.overlap())
		if err := k.Remove(ctx, a.Thumbprint); err != nil {
			t.Error(err)
		}
		wantCode(t, k.Remove(ctx, a.Thumbprint), problem.KeyringNotFound)
		if signing(t, k) != b.Thumbprint {
			t.Error("the other one is gone too")
		}
		if _, err := k.Unassign(ctx); err != nil {
			t.Fatal(err)
		}
		if err := k.Remove(ctx, b.Thumbprint); err != nil { // with its default
			t.Error(err)
		}
	})
}

// A database restored without its sealing key: the role says so, and the cure
// works at once.
func TestUnreadableKey(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx, c := t.Context(), newClock()
		before := open(t, db, newBox(t), c)
		lost := add(t, before, Options{Exportable: true})
		if _, err := before.Replace(ctx, lost.Thumbprint, false); err != nil {
			t.Fatal(err)
		}
		pfx, err := before.Export(ctx, lost.Thumbprint, "secret", certs.Modern)
		if err != nil {
			t.Fatal(err)
		}
		k := open(t, db, newBox(t), c)
		for range 2 {
			_, err := k.Signer(ctx)
			wantCode(t, err, problem.KeyringUnreadable)
			_, err = k.Published(ctx)
			wantCode(t, err, problem.KeyringUnreadable)
		}
		_, err = k.Export(ctx, lost.Thumbprint, "secret", certs.Modern)
		wantCode(t, err, problem.KeyringUnreadable)

		fresh := add(t, k, Options{})
		if _, err := k.Stage(ctx, fresh.Thumbprint, c.Now(), true); err != nil {
			t.Fatal(err)
		}
		if signing(t, k) != fresh.Thumbprint {
			t.Error("the new certificate does not sign although the old one cannot")
		}
		if got := published(t, k); !slices.Equal(got, []s2s.Thumbprint{fresh.Thumbprint, lost.Thumbprint}) {
			t.Errorf("published %v", got)
		}
		// The same certificate from a server that has the key.
		if _, err := k.Import(ctx, pfx, "secret", Options{}); err != nil {
			t.Fatal(err)
		}
		if signing(t, k) != lost.Thumbprint {
			t.Error("a key that came back does not sign")
		}
	})
}

// No table holds a private key in the clear, and no error quotes one.
func TestKeysAreSealed(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	k := open(t, db, newBox(t), newClock())
	c := add(t, k, Options{})
	var sealed []byte
	if err := db.QueryRow(`SELECT sealed_key FROM keyring_certificates`).Scan(&sealed); err != nil {
		t.Fatal(err)
	}
	plain, err := x509.MarshalPKCS8PrivateKey(rsaKey())
	if err != nil {
		t.Fatal(err)
	}
	if len(sealed) < len(plain) || bytes.Contains(sealed, rsaKey().D.Bytes()) {
		t.Error("the key is not sealed")
	}
	// A key that was moved to the row of another certificate does not open.
	other := add(t, k, Options{})
	if _, err := db.Exec(`UPDATE keyring_certificates SET sealed_key = $1 WHERE thumbprint = $2`, sealed, other.Thumbprint.String()); err != nil {
		t.Fatal(err)
	}
	_, err = k.Replace(t.Context(), other.Thumbprint, false)
	wantCode(t, err, problem.KeyringUnreadable)
	if _, err := k.Replace(t.Context(), c.Thumbprint, false); err != nil {
		t.Error(err)
	}
}

func TestDamagedState(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	k := open(t, db, newBox(t), newClock())
	if _, err := db.Exec(`UPDATE keyring_state SET state = '{"Current":'`); err != nil {
		t.Fatal(err)
	}
	_, err := k.Signer(t.Context())
	wantCode(t, err, problem.StoreCorrupt)
	_, _, err = k.Roll(t.Context())
	wantCode(t, err, problem.StoreCorrupt)
}

// Two nodes on one store meet the date: both see the rollover, one writes it.
func TestTwoNodesRollOnce(t *testing.T) {
	storetest.RunDSN(t, func(t *testing.T, dsn string) {
		ctx, c, box := t.Context(), newClock(), newBox(t)
		var nodes []*Keyring
		for range 3 {
			nodes = append(nodes, open(t, storetest.Open(t, dsn), box, c))
		}
		a := add(t, nodes[0], Options{})
		if _, err := nodes[0].Replace(ctx, a.Thumbprint, false); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			b := add(t, nodes[1], Options{})
			if _, err := nodes[1].Stage(ctx, b.Thumbprint, c.Now().Add(48*time.Hour), false); err != nil {
				t.Fatal(err)
			}
			c.Advance(48 * time.Hour)
			rolled := make([]bool, len(nodes))
			var wg sync.WaitGroup
			for i, node := range nodes {
				wg.Go(func() {
					s, changed, err := node.Roll(ctx)
					if err != nil || s.Current.Thumbprint != b.Thumbprint {
						t.Errorf("node %d: %+v, %v", i, s.Current, err)
					}
					rolled[i] = changed
				})
			}
			wg.Wait()
			if n := len(slices.DeleteFunc(rolled, func(b bool) bool { return !b })); n != 1 {
				t.Errorf("%d nodes wrote the rollover down, want exactly one", n)
			}
			for i, node := range nodes {
				if signing(t, node) != b.Thumbprint {
					t.Errorf("node %d signs with another certificate", i)
				}
			}
			c.Advance(policy.overlap())
		}
	})
}

// Nodes that begin or change at the same moment end in one state.
func TestTwoNodesRace(t *testing.T) {
	storetest.RunDSN(t, func(t *testing.T, dsn string) {
		ctx, c, box := t.Context(), newClock(), newBox(t)
		nodes := []*Keyring{open(t, storetest.Open(t, dsn), box, c), open(t, storetest.Open(t, dsn), box, c)}
		var wg sync.WaitGroup
		begun := make([]bool, len(nodes))
		for i, node := range nodes {
			wg.Go(func() {
				var err error
				if begun[i], err = node.Begin(ctx, Request{}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if begun[0] == begun[1] {
			t.Errorf("begun: %v", begun)
		}
		if all, err := nodes[0].List(ctx); err != nil || len(all) != 1 {
			t.Errorf("%d certificates after beginning, %v", len(all), err)
		}
		// Each replaces five times: every certificate was current once.
		for _, node := range nodes {
			for range 5 {
				next := add(t, node, Options{})
				wg.Go(func() {
					if _, err := node.Replace(ctx, next.Thumbprint, false); err != nil {
						t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		s, err := nodes[0].State(ctx)
		if err != nil || len(s.Retired) != 10 || len(s.slots()) != 11 {
			t.Errorf("%d retired, %d slots, %v", len(s.Retired), len(s.slots()), err)
		}
	})
}

// Random steps of two nodes with different clocks on a real store: what signs
// on one is published by both.
func TestRandomStepsOnStore(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	box := newBox(t)
	clocks := []*clock{newClock(), newClock()}
	nodes := []*Keyring{open(t, db, box, clocks[0]), open(t, db, box, clocks[1])}
	var pool []s2s.Thumbprint
	for range 12 {
		pool = append(pool, add(t, nodes[0], Options{}).Thumbprint)
	}
	rapid.Check(t, func(rt *rapid.T) {
		if _, err := db.Exec(`UPDATE keyring_state SET state = '{}'`); err != nil {
			rt.Fatal(err)
		}
		now := start
		skew := time.Duration(rapid.IntRange(-299, 299).Draw(rt, "skew")) * time.Second
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			clocks[0].t, clocks[1].t = now, now.Add(skew)
			node := rapid.SampledFrom(nodes).Draw(rt, "node")
			thumbprint := rapid.SampledFrom(pool).Draw(rt, "certificate")
			force := rapid.Bool().Draw(rt, "force")
			// An error changes nothing; what counts is the state it leaves.
			switch rapid.IntRange(0, 6).Draw(rt, "step") {
			case 0:
				_, _ = node.Stage(t.Context(), thumbprint, node.now().Add(time.Duration(rapid.IntRange(-1, 80).Draw(rt, "hours"))*time.Hour), force)
			case 1:
				_, _ = node.Publish(t.Context(), force)
			case 2:
				_, _ = node.ClearPrevious(t.Context(), force)
			case 3:
				_, _ = node.Replace(t.Context(), thumbprint, force)
			case 4:
				_, _, _ = node.Roll(t.Context())
			default:
				now = now.Add(time.Duration(rapid.Int64Range(1, int64(60*time.Hour)).Draw(rt, "by")))
			}
			agree(t, rt, nodes)
		}
	})
}

func agree(t *testing.T, rt *rapid.T, nodes []*Keyring) {
	for _, node := range nodes {
		signer, err := node.Signer(t.Context())
		if problem.Is(err, problem.KeyringMissing) {
			continue
		}
		if err != nil {
			rt.Fatal(err)
		}
		for _, other := range nodes {
			all, err := other.Published(t.Context())
			if err != nil {
				rt.Fatal(err)
			}
			if !slices.ContainsFunc(all, func(c *x509.Certificate) bool { return c.Equal(signer.Certificate()) }) {
				rt.Fatalf("one node signs with %s, which the other does not publish", signer.Thumbprint())
			}
		}
	}
}

func TestParseSubject(t *testing.T) {
	for in, want := range map[string]string{
		"cn=Microsoft Exchange Server Auth Certificate":     "CN=Microsoft Exchange Server Auth Certificate",
		"cn= Microsoft Exchange Server Auth Certificate ":   "CN=Microsoft Exchange Server Auth Certificate",
		"CN=mail.contoso.com, O=Contoso, OU=IT, S=WA, C=US": "CN=mail.contoso.com,OU=IT,O=Contoso,ST=WA,C=US",
		`O=Contoso\, Ltd.,CN=x`:                             `CN=x,O=Contoso\, Ltd.`,
		`CN=a=b`:                                            `CN=a=b`,
	} {
		got, err := ParseSubject(in)
		if err != nil || got.String() != want {
			t.Errorf("ParseSubject(%q) = %s, %v; want %s", in, got, err, want)
		}
	}
	for _, in := range []string{"", "Microsoft Exchange", "cn=", "O=Contoso", "cn=a,cn=b", "x=1,cn=a", "cn=a,", "cn=a\x00b", "cn=\xff", "cn=" + strings.Repeat("a", maxSubject)} {
		_, err := ParseSubject(in)
		wantCode(t, err, problem.KeyringRequest)
	}
}

func FuzzParseSubject(f *testing.F) {
	for _, s := range []string{"cn=Microsoft Exchange Server Auth Certificate", `O=Contoso\, Ltd.,CN=x`, "cn=a,,", `cn=\`, "=,="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, err := ParseSubject(s)
		if err != nil {
			if !problem.Is(err, problem.KeyringRequest) {
				t.Fatalf("ParseSubject(%q): %v has no code", s, err)
			}
			return
		}
		if name.CommonName == "" || len(s) > maxSubject {
			t.Errorf("ParseSubject(%q) accepts %v", s, name)
		}
	})
}
