package settings_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/settings"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

type oauth struct {
	AutodiscoverURL string   `json:"autodiscoverUrl"`
	Servers         []string `json:"servers,omitempty"`
}

var kind = settings.Kind[oauth]{Name: "oauth-configuration"}

// clock is one second later at each reading.
func clock() func() time.Time {
	start := time.Date(2015, 10, 12, 8, 0, 0, 0, time.UTC)
	var readings atomic.Int64
	return func() time.Time { return start.Add(time.Duration(readings.Add(1)) * time.Second) }
}

func run(t *testing.T, fn func(t *testing.T, s *settings.Store)) {
	t.Helper()
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		s, err := settings.New(db, clock())
		if err != nil {
			t.Fatal(err)
		}
		fn(t, s)
	})
}

func TestStatements(t *testing.T) {
	storetest.Prepare(t, storetest.Statements(t, "sql.go"), func(_ context.Context, db *store.DB) error {
		_, err := settings.New(db, time.Now)
		return err
	})
}

func TestPutGetList(t *testing.T) {
	run(t, func(t *testing.T, s *settings.Store) {
		ctx := t.Context()
		if _, ok, err := settings.Get(ctx, s, kind, "Global"); ok || err != nil {
			t.Fatalf("an empty store gave ok=%v, err=%v", ok, err)
		}
		want := oauth{AutodiscoverURL: "https://autodiscover.litware.test/autodiscover/autodiscover.svc?a=1&b=<2>"}
		for _, name := range []string{"site:Redmond", "Global", "Ärger"} {
			if err := settings.Put(ctx, s, "admin", kind, name, want); err != nil {
				t.Fatal(err)
			}
		}
		got, ok, err := settings.Get(ctx, s, kind, "gLOBAL")
		if !ok || err != nil || !cmp.Equal(got, want) {
			t.Errorf("Get = %v, %v, %v; want %v", got, ok, err, want)
		}
		if _, ok, _ := settings.Get(ctx, s, kind, "ärger"); ok {
			t.Error("names were folded outside ASCII, which the engines do differently")
		}
		all, err := settings.List(ctx, s, kind)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, n := range all {
			names = append(names, n.Name)
		}
		if diff := cmp.Diff([]string{"Global", "site:Redmond", "Ärger"}, names); diff != "" {
			t.Errorf("names keep their spelling and come in byte order of the folded name:\n%s", diff)
		}
		if other, err := settings.List(ctx, s, settings.Kind[oauth]{Name: "other"}); err != nil || len(other) != 0 {
			t.Errorf("another kind sees %v, %v", other, err)
		}
	})
}

func TestChangeLog(t *testing.T) {
	run(t, func(t *testing.T, s *settings.Store) {
		ctx := t.Context()
		put := func(by, name, url string) {
			t.Helper()
			if err := settings.Put(ctx, s, by, kind, name, oauth{AutodiscoverURL: url}); err != nil {
				t.Fatal(err)
			}
		}
		put("alice", "Global", "a")
		put("bob", "GLOBAL", "b")
		put("carol", "global", "b") // changes nothing
		if existed, err := settings.Delete(ctx, s, "dave", kind, "global"); !existed || err != nil {
			t.Fatalf("Delete = %v, %v", existed, err)
		}
		if existed, err := settings.Delete(ctx, s, "dave", kind, "global"); existed || err != nil {
			t.Fatalf("second Delete = %v, %v", existed, err)
		}
		put("erin", "global", "c")
		put("erin", "site:1", "d")
		got, err := s.Changes(ctx, kind.Name, "Global")
		if err != nil {
			t.Fatal(err)
		}
		doc := func(url string) json.RawMessage {
			return json.RawMessage(fmt.Sprintf(`{"autodiscoverUrl":%q}`, url))
		}
		want := []settings.Change{
			{Name: "global", Version: 3, By: "erin", After: doc("c")},
			{Name: "Global", Version: 0, By: "dave", Before: doc("b")},
			{Name: "Global", Version: 2, By: "bob", Before: doc("a"), After: doc("b")},
			{Name: "Global", Version: 1, By: "alice", After: doc("a")},
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(settings.Change{}, "Kind", "At")); diff != "" {
			t.Error(diff)
		}
		for i := 1; i < len(got); i++ {
			if !got[i].At.Before(got[i-1].At) {
				t.Errorf("change %d is not older than the one above it: %v, %v", i, got[i].At, got[i-1].At)
			}
		}
		all, err := s.Changes(ctx, "", "")
		if err != nil || len(all) != 5 {
			t.Errorf("all changes: %d, %v; want 5", len(all), err)
		}
	})
}

func TestOptimisticVersion(t *testing.T) {
	run(t, func(t *testing.T, s *settings.Store) {
		ctx := t.Context()
		put := func(url string, version int64) error {
			return settings.PutIf(ctx, s, "admin", kind, "global", oauth{AutodiscoverURL: url}, version)
		}
		if err := put("a", 1); !problem.Is(err, problem.SettingsConflict) {
			t.Errorf("changing what is not there gave %v", err)
		}
		if err := put("a", 0); err != nil {
			t.Fatal(err)
		}
		if err := put("b", 0); !problem.Is(err, problem.SettingsConflict) {
			t.Errorf("making what is there gave %v", err)
		}
		found, _, err := settings.GetNamed(ctx, s, kind, "global")
		if err != nil || found.Version != 1 || found.ChangedBy != "admin" {
			t.Fatalf("GetNamed = %+v, %v", found, err)
		}
		if err := put("b", found.Version); err != nil {
			t.Fatal(err)
		}
		if err := put("c", found.Version); !problem.Is(err, problem.SettingsConflict) {
			t.Errorf("changing an old version gave %v", err)
		}
		if _, err := settings.Delete(ctx, s, "admin", kind, "global"); err != nil {
			t.Fatal(err)
		}
		if err := put("d", 0); err != nil {
			t.Fatal(err)
		}
		if err := put("e", 2); !problem.Is(err, problem.SettingsConflict) {
			t.Errorf("a version from before a removal was taken for the new document's: %v", err)
		}
	})
}

func TestUpdate(t *testing.T) {
	run(t, func(t *testing.T, s *settings.Store) {
		const writers, rounds = 4, 5
		var group sync.WaitGroup
		for w := range writers {
			group.Go(func() {
				for r := range rounds {
					err := settings.Update(t.Context(), s, "admin", kind, "global", func(old oauth, _ bool) (oauth, error) {
						old.Servers = append(old.Servers, fmt.Sprint(w, "/", r))
						return old, nil
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		found, _, err := settings.GetNamed(t.Context(), s, kind, "global")
		if err != nil || len(found.Value.Servers) != writers*rounds || found.Version != writers*rounds {
			t.Errorf("%d entries, version %d, %v: updates were lost", len(found.Value.Servers), found.Version, err)
		}
		refused := errors.New("refused")
		err = settings.Update(t.Context(), s, "admin", kind, "global", func(oauth, bool) (oauth, error) { return oauth{}, refused })
		if err != refused {
			t.Errorf("the error of the function came back as %v", err)
		}
	})
}

func TestOlderProgramReadsNewerDocument(t *testing.T) {
	run(t, func(t *testing.T, s *settings.Store) {
		type newer struct {
			AutodiscoverURL string `json:"autodiscoverUrl"`
			Future          map[string]int
		}
		k := settings.Kind[newer]{Name: kind.Name}
		if err := settings.Put(t.Context(), s, "admin", k, "global", newer{"a", map[string]int{"x": 1}}); err != nil {
			t.Fatal(err)
		}
		got, ok, err := settings.Get(t.Context(), s, kind, "global")
		if !ok || err != nil || got.AutodiscoverURL != "a" {
			t.Errorf("Get = %v, %v, %v", got, ok, err)
		}
		wrong := settings.Kind[[]int]{Name: kind.Name}
		if _, _, err := settings.Get(t.Context(), s, wrong, "global"); !problem.Is(err, problem.SettingsDocument) {
			t.Errorf("a document of another form gave %v", err)
		}
	})
}

func TestLimits(t *testing.T) {
	run(t, func(t *testing.T, s *settings.Store) {
		for _, name := range []string{"", strings.Repeat("x", 257), "a\x00b", "a\nb", "\xff"} {
			if err := settings.Put(t.Context(), s, "admin", kind, name, oauth{}); !problem.Is(err, problem.SettingsName) {
				t.Errorf("name %.20q gave %v", name, err)
			}
		}
		err := settings.Put(t.Context(), s, "admin", kind, "global", oauth{AutodiscoverURL: strings.Repeat("x", 1<<20)})
		if !problem.Is(err, problem.SettingsDocument) {
			t.Errorf("a document of more than 1 MiB gave %v", err)
		}
		if all, err := s.Changes(t.Context(), "", ""); err != nil || len(all) != 0 {
			t.Errorf("a refused change left traces: %v, %v", all, err)
		}
	})
}

// TestAgainstMap compares random changes with a map that does the same.
func TestAgainstMap(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	s, err := settings.New(db, clock())
	if err != nil {
		t.Fatal(err)
	}
	run := 0
	rapid.Check(t, func(r *rapid.T) {
		run++
		k := settings.Kind[int]{Name: fmt.Sprint("run", run)}
		model, changes := map[string]int{}, 0
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			name := rapid.SampledFrom([]string{"a", "A", "b"}).Draw(r, "name")
			folded := strings.ToLower(name)
			old, had := model[folded]
			if rapid.Bool().Draw(r, "delete") {
				existed, err := settings.Delete(t.Context(), s, "admin", k, name)
				if err != nil || existed != had {
					r.Fatalf("Delete = %v, %v; want %v", existed, err, had)
				}
				delete(model, folded)
				if had {
					changes++
				}
				continue
			}
			value := rapid.IntRange(0, 2).Draw(r, "value")
			if err := settings.Put(t.Context(), s, "admin", k, name, value); err != nil {
				r.Fatal(err)
			}
			if model[folded] = value; !had || old != value {
				changes++
			}
		}
		all, err := settings.List(t.Context(), s, k)
		if err != nil {
			r.Fatal(err)
		}
		got := map[string]int{}
		for _, n := range all {
			got[strings.ToLower(n.Name)] = n.Value
		}
		logged, err := s.Changes(t.Context(), k.Name, "")
		if diff := cmp.Diff(model, got); diff != "" || err != nil || len(logged) != changes {
			r.Fatalf("%s\n%d changes logged, want %d, %v", diff, len(logged), changes, err)
		}
	})
}
