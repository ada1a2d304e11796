package keyring

import (
	"crypto"
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
		if _, err := k.Replace(ctx, shared.Thumbprint); err != nil || signing(t, k) != shared.Thumbprint {
			t.Errorf("000-22: %v", err)
		}
		// Taking the assignment away ends the document; it is not made again
		// behind the administrator's back, but can be given back.
		// 000-20: it asks, because the certificate is in use.
		var ask *Confirmation
		if _, err := k.Unassign(ctx, false); !errors.As(err, &ask) || !strings.Contains(ask.Question, shared.Thumbprint.String()) || signing(t, k) != shared.Thumbprint {
			t.Errorf("000-20: no question, but %v", err)
		}
		if _, err := k.Unassign(ctx, true); err != nil {
			t.Fatal(err)
		}
		if _, err := k.Unassign(ctx, false); err != nil {
			t.Errorf("000-20: nothing is assigned, and still: %v", err)
		}
		if _, err := k.Certificate(ctx, shared.Thumbprint); err != nil {
			t.Errorf("000-20: the certificate itself is gone: %v", err)
		}
		_, err = k.Published(ctx)
		wantCode(t, err, problem.KeyringMissing)
		if begun, err := open(t, db, box, c).Begin(ctx, Request{}); err != nil || begun {
			t.Errorf("after a restart: begun %v, %v", begun, err)
		}
		if _, err := k.Replace(ctx, shared.Thumbprint); err != nil || signing(t, k) != shared.Thumbprint {
			t.Errorf("assigned again: %v", err)
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
		if _, err := before.Replace(ctx, lost.Thumbprint); err != nil {
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
		if _, err := nodes[0].Replace(ctx, a.Thumbprint); err != nil {
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
					if _, err := node.Replace(ctx, next.Thumbprint); err != nil {
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
				_, _ = node.Replace(t.Context(), thumbprint)
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
