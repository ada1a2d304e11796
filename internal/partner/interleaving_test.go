package partner

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

// world is two members of one role on one store, and a partner that changes its
// keys as it likes.
type world struct {
	t       *testing.T
	members []house
	web     *web
	now     time.Time
	offs    [2]time.Duration

	documents [][]identity // what the partner has published, the last one now
	seen      int          // no member may know less than this document
	denied    map[s2s.Thumbprint]bool
	known     map[s2s.Thumbprint]bool // were in a stored document once
	early     [2]time.Time            // last fetch that a token caused
	slow      []slowRead
	tokens    map[heldToken]string
	checked   *s2s.SignatureCache
	// amid happens once, while a fetch is under way: with the document chosen,
	// and not yet stored.
	amid func()
}

// slowRead is a read that has got its document and is not stored yet.
type slowRead struct {
	member  int
	of      subject
	brought *Preview
}

// heldToken tells tokens apart that are shown again and again, in every run:
// signing is what would take the time here.
type heldToken struct {
	key  s2s.Thumbprint
	made time.Time
}

// tokenEvery is how often a key signs another token; they are good for an hour.
const tokenEvery = 50 * time.Minute

func newWorld(t *testing.T, dsn string) *world {
	t.Helper()
	w := &world{t: t, web: newWeb(), tokens: map[heldToken]string{}, checked: s2s.NewSignatureCache(100_000)}
	for i := range w.offs {
		h := newHouseOn(t, storetest.Open(t, dsn), &clock{}, w.web)
		h.cfg.Now = func() time.Time { return w.tick(i) }
		w.members = append(w.members, h)
	}
	w.web.serve(exchangeURL, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		answer := document(exchangeURL, exchange, w.documents[len(w.documents)-1]...)
		if amid := w.amid; amid != nil {
			w.amid = nil
			amid()
		}
		answer.ServeHTTP(rw, r)
	}))
	return w
}

// tick is a member's time: no two moments are the same.
func (w *world) tick(i int) time.Time {
	w.now = w.now.Add(time.Microsecond)
	return w.now.Add(w.offs[i])
}

// begin puts the world back to its start, with clocks up to 300 s apart.
func (w *world) begin(rt *rapid.T) {
	w.now, w.amid, w.seen, w.slow = start, nil, 0, nil
	w.denied, w.known, w.early = map[s2s.Thumbprint]bool{}, map[s2s.Thumbprint]bool{}, [2]time.Time{}
	for i := range w.offs {
		w.offs[i] = time.Duration(rapid.SampledFrom([]int{-150, 150, 0, 149}).Draw(rt, fmt.Sprint("clock ", i))) * time.Second
		w.members[i].earlyAt = map[s2s.Principal]time.Time{}
	}
	for _, statement := range []string{"DELETE FROM partner_key", "DELETE FROM partner_document", "DELETE FROM partner_record", "DELETE FROM partner_denied", "UPDATE partner_generation SET n = n + 1"} {
		if _, err := w.members[0].db.Exec(statement); err != nil {
			rt.Fatal(err)
		}
	}
	w.invalidate()
	w.documents = [][]identity{{keys()[0]}}
	w.add(rt, 0)
}

func (w *world) invalidate() {
	for _, h := range w.members {
		h.invalidate()
	}
}

func (w *world) add(rt *rapid.T, i int) {
	a := Application{Name: "Exchange", TrustLevel: s2s.Full, Enabled: true}
	a.TrustMetadata(exchangeURL)
	begun := len(w.documents) - 1
	if _, err := w.members[i].Add(w.t.Context(), a, AddOptions{Upsert: true}); err != nil {
		rt.Fatal(err)
	}
	w.seen = max(w.seen, begun)
}

// act does a random step, perhaps with another in the middle of it.
func (w *world) act(rt *rapid.T) {
	if rapid.IntRange(0, 2).Draw(rt, "amid") == 0 {
		steps := rapid.IntRange(1, 3).Draw(rt, "meanwhile")
		w.amid = func() {
			for range steps {
				w.step(rt, false)
			}
		}
	}
	w.step(rt, true)
	w.amid = nil
}

func (w *world) step(rt *rapid.T, outer bool) {
	i := rapid.IntRange(0, 1).Draw(rt, "member")
	h, ctx, begun := w.members[i], w.t.Context(), len(w.documents)-1
	switch what := rapid.SampledFrom([]string{"publish", "publish", "refresh", "refresh", "begin", "end", "due", "token", "token", "token", "deny", "allow", "set", "set", "add"}).Draw(rt, "step"); what {
	case "publish":
		w.publish(rt)
	case "refresh":
		if _, err := h.Refresh(ctx, "Exchange", rapid.Bool().Draw(rt, "force")); err == nil {
			w.seen = max(w.seen, begun)
		} else if !problem.Is(err, problem.PartnerConflict) {
			rt.Fatal(err)
		}
	case "begin", "end":
		w.slowly(rt, i, what == "begin")
	case "due":
		if outer {
			w.due(rt)
		}
	case "token":
		if outer { // the members share nobody's wait for an early fetch
			w.token(rt, i)
		}
	case "deny":
		t := rapid.SampledFrom(keys()).Draw(rt, "denied").thumbprint()
		if err := h.Deny(ctx, "admin", t, ""); err != nil {
			rt.Fatal(err)
		}
		w.denied[t] = true
	case "allow":
		t := rapid.SampledFrom(keys()).Draw(rt, "allowed").thumbprint()
		if err := h.Allow(ctx, "admin", t); err != nil && w.denied[t] {
			rt.Fatal(err)
		}
		delete(w.denied, t)
	case "set":
		amid := w.amid
		w.amid = nil
		_, err := h.Set(ctx, "admin", "Exchange", func(a *Application) {
			a.AcceptSID = !a.AcceptSID
			if amid != nil {
				amid, w.amid = nil, nil
				w.step(rt, false)
			}
		})
		if err != nil && !problem.Is(err, problem.PartnerConflict) {
			rt.Fatal(err)
		}
	case "add":
		if outer && w.amid == nil { // it pins what its own read brought
			w.add(rt, i)
		}
	}
}

// slowly begins or ends a read that takes long.
func (w *world) slowly(rt *rapid.T, i int, begin bool) {
	switch {
	case begin:
		a, err := w.members[i].Get(w.t.Context(), "Exchange")
		if err != nil {
			rt.Fatal(err)
		}
		brought, err := w.members[i].fetch(w.t.Context(), a.subject(), true)
		if err != nil {
			rt.Fatal(err)
		}
		w.slow = append(w.slow, slowRead{i, a.subject(), brought})
	case len(w.slow) > 0:
		read := w.slow[0]
		w.slow = w.slow[1:]
		if _, _, err := w.members[read.member].update(w.t.Context(), read.of, read.brought, nil); err != nil {
			rt.Fatal(err)
		}
	}
}

// publish changes what the partner publishes: it never publishes nothing.
func (w *world) publish(rt *rapid.T) {
	all := keys()
	next := []identity{all[rapid.IntRange(0, len(all)-1).Draw(rt, "first")]}
	for i, k := range all {
		if rapid.IntRange(0, 2).Draw(rt, fmt.Sprint("key ", i)) == 0 && k != next[0] {
			next = append(next, k)
		}
	}
	w.documents = append(w.documents, next)
}

// due lets both managers look when a read is due for both: one of them reads.
func (w *world) due(rt *rapid.T) {
	a, err := w.members[0].Get(w.t.Context(), "Exchange")
	if err != nil {
		rt.Fatal(err)
	}
	slowest := min(w.offs[0], w.offs[1])
	if at := a.Document.NextAt.Add(-slowest); at.After(w.now) {
		w.now = at
	}
	w.amid = nil
	begun, before := len(w.documents)-1, w.web.count(exchangeURL)
	for _, i := range []int{rapid.IntRange(0, 1).Draw(rt, "first"), 0, 1} {
		if _, err := w.members[i].refreshDue(w.t.Context()); err != nil {
			rt.Fatal(err)
		}
	}
	if n := w.web.count(exchangeURL) - before; n != 1 {
		rt.Fatalf("a document that was due was read %d times", n)
	}
	w.seen = max(w.seen, begun)
}

// verify judges a token of a key as a member would, and counts the fetches.
func (w *world) verify(i int, key identity) (verdict string, fetches int) {
	h := w.members[i]
	v := h.verifier()
	v.Now, v.Seen = h.cfg.Now, w.checked
	held := heldToken{key.thumbprint(), w.now.Truncate(tokenEvery)}
	token, ok := w.tokens[held]
	if !ok {
		token = mint(w.t, exchange, exchange, key, "", held.made)
		w.tokens[held] = token
	}
	before := w.web.count(exchangeURL)
	_, err := v.Verify(context.Background(), token)
	return verdictOf(err), w.web.count(exchangeURL) - before
}

// token presents a token signed with any key: only an unknown key causes a
// fetch, at most once a minute, and the answer is that of the newest document.
func (w *world) token(rt *rapid.T, i int) {
	key := rapid.SampledFrom(keys()).Draw(rt, "signs")
	stored := w.stored(rt, i)
	published := func() bool { return slices.Contains(w.documents[len(w.documents)-1], key) }
	unknown := !slices.Contains(thumbprintsOf(stored.Document.Keys), key.thumbprint()) &&
		!slices.Contains(thumbprintsOf(stored.Document.Withdrawn), key.thumbprint()) && !w.denied[key.thumbprint()]
	may := w.now.Add(w.offs[i]).Sub(w.early[i]) >= earlyEvery
	w.amid = nil
	begun := len(w.documents) - 1
	verdict, fetches := w.verify(i, key)
	switch {
	case !unknown && fetches != 0:
		rt.Fatalf("%d fetches for a key that is known", fetches)
	case unknown && !may && (fetches != 0 || verdict != "V12 key.unknown"):
		rt.Fatalf("%d fetches within a minute of the last one: %q", fetches, verdict)
	case unknown && may && (fetches != 1 || (verdict == "") != published()):
		rt.Fatalf("%d fetches for an unknown key, published %v: %q", fetches, published(), verdict)
	}
	if fetches > 0 {
		w.early[i], w.seen = w.now.Add(w.offs[i]), max(w.seen, begun)
	}
}

func (w *world) stored(rt *rapid.T, i int) Application {
	w.invalidate()
	a, err := w.members[i].Get(w.t.Context(), "Exchange")
	if err != nil {
		rt.Fatal(err)
	}
	return a
}

// check holds at every instant: what is stored is a document that the partner
// published, no older than what any finished read has seen; exactly its keys
// are accepted, by both members a second later at the latest, and none that is
// denied; a key that was there and is not any more is refused without asking.
func (w *world) check(rt *rapid.T) {
	w.now = w.now.Add(staleAfter)
	for i, h := range w.members {
		a, err := h.Get(w.t.Context(), "Exchange") // as it is, a second later
		if err != nil {
			rt.Fatal(err)
		}
		held := func(d []identity) bool {
			return slices.EqualFunc(d, a.Document.Keys, func(k identity, s Key) bool { return k.thumbprint() == s.Thumbprint })
		}
		if !slices.ContainsFunc(w.documents[w.seen:], held) {
			rt.Fatalf("member %d holds %v, which is older than document %d of %d", i, keyList(a.Document.Keys), w.seen, len(w.documents))
		}
		for _, k := range a.Document.Keys {
			w.known[k.Thumbprint] = true
		}
		for _, key := range keys() {
			w.judge(rt, i, a, key)
		}
	}
}

func (w *world) judge(rt *rapid.T, i int, a Application, key identity) {
	t := key.thumbprint()
	trusted := slices.Contains(thumbprintsOf(a.Document.Keys), t)
	if !trusted && !w.denied[t] && !slices.Contains(thumbprintsOf(a.Document.Withdrawn), t) {
		if w.known[t] {
			rt.Fatalf("that %s was withdrawn is forgotten", t)
		}
		return // a token of it would cause a fetch
	}
	want := ""
	if w.denied[t] || !trusted {
		want = "V12 key.withdrawn"
	}
	if got, fetches := w.verify(i, key); got != want || fetches != 0 {
		rt.Fatalf("member %d says %q about %s, want %q; trusted %v, denied %v, %d fetches", i, got, t, want, trusted, w.denied[t], fetches)
	}
}

// Two members on one store, with clocks up to 300 s apart, in every order of
// steps and with steps in the middle of others.
func TestInterleavedMembers(t *testing.T) {
	storetest.RunDSN(t, func(t *testing.T, dsn string) {
		keys()
		w := newWorld(t, dsn)
		rapid.Check(t, func(rt *rapid.T) {
			w.begin(rt)
			for range rapid.IntRange(5, 30).Draw(rt, "steps") {
				if rapid.IntRange(0, 3).Draw(rt, "time") == 0 {
					w.now = w.now.Add(time.Duration(rapid.IntRange(1, 4000).Draw(rt, "seconds")) * time.Second)
				} else {
					w.act(rt)
				}
				w.check(rt)
			}
		})
	})
}
