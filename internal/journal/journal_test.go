package journal_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

var start = time.Date(2015, 10, 12, 8, 0, 0, 0, time.UTC)

func run(t *testing.T, fn func(t *testing.T, j *journal.Journal)) {
	t.Helper()
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		j, err := journal.New(db, func() time.Time { return start })
		if err != nil {
			t.Fatal(err)
		}
		fn(t, j)
	})
}

func TestStatements(t *testing.T) {
	storetest.Prepare(t, storetest.Statements(t, "sql.go"), func(_ context.Context, db *store.DB) error {
		_, err := journal.New(db, time.Now)
		return err
	})
}

// The order in which the events of a pairing appear, with source and text.
// checklist: 001-02, 001-13, 001-26, 001-27
func TestEventsOfAPairing(t *testing.T) {
	run(t, func(t *testing.T, j *journal.Journal) {
		logged := []journal.Event{
			{ID: 32053, Level: journal.Error, Text: "Storage Service had an EWS Autodiscovery failure.",
				Detail: "ExchangeAutodiscoverException: code=ErrorEwsAutodiscover, reason=GetUserSettings failed\r\n ---> WebException"},
			{ID: 32054, Level: journal.Error, Text: "Storage Service had an OAuth authentication failure."},
			{ID: 32048, Level: journal.Information, Text: "OAuth was properly configured for Storage Service."},
		}
		for i, e := range logged {
			e.Source, e.Log, e.Time = "LS Storage Service", "Lync Server", start.Add(time.Duration(i)*time.Second)
			if err := j.Log(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		got := ids(t, j, journal.Filter{Source: "ls storage service"})
		if diff := cmp.Diff([]int{32048, 32054, 32053}, got); diff != "" {
			t.Errorf("the newest comes first:\n%s", diff)
		}
		events, err := j.Events(t.Context(), journal.Filter{IDs: []int{32053}})
		if err != nil || len(events) != 1 {
			t.Fatalf("%v, %v", events, err)
		}
		want := logged[0]
		want.Record, want.Source, want.Log, want.Time = events[0].Record, "LS Storage Service", "Lync Server", start
		want.Detail = strings.ReplaceAll(want.Detail, "\r\n", "\n")
		if diff := cmp.Diff(want, events[0]); diff != "" {
			t.Error(diff)
		}
	})
}

func ids(t *testing.T, j *journal.Journal, f journal.Filter) []int {
	t.Helper()
	events, err := j.Events(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	got := []int{}
	for _, e := range events {
		got = append(got, e.ID)
	}
	return got
}

func TestEventFilters(t *testing.T) {
	run(t, func(t *testing.T, j *journal.Journal) {
		for id := 1; id <= 6; id++ {
			e := journal.Event{ID: id, Level: journal.Information, Source: "A", Log: "Application",
				Text: fmt.Sprintf("event %d_%d%%", id, id), RequestID: fmt.Sprint("r", id%2), Time: start.Add(time.Duration(id) * time.Minute)}
			if id%3 == 0 {
				e.Level, e.Source, e.Log, e.Detail = journal.Error, "B", "System", "Reason: DEEP"
			}
			if err := j.Log(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		tests := []struct {
			name   string
			filter journal.Filter
			want   []int
		}{
			{"all", journal.Filter{}, []int{6, 5, 4, 3, 2, 1}},
			{"limit", journal.Filter{Limit: 2}, []int{6, 5}},
			{"since is inclusive", journal.Filter{Since: start.Add(5 * time.Minute)}, []int{6, 5}},
			{"until is exclusive", journal.Filter{Until: start.Add(2 * time.Minute)}, []int{1}},
			{"ids", journal.Filter{IDs: []int{2, 5, 25}}, []int{5, 2}},
			{"level", journal.Filter{Level: "error"}, []int{6, 3}},
			{"source and log", journal.Filter{Source: "b", Log: "SYSTEM"}, []int{6, 3}},
			{"request", journal.Filter{RequestID: "r1"}, []int{5, 3, 1}},
			{"contains, in the detail", journal.Filter{Contains: "deep"}, []int{6, 3}},
			{"contains takes % and _ literally", journal.Filter{Contains: "4_4%"}, []int{4}},
			{"contains nothing", journal.Filter{Contains: "%%"}, []int{}},
			{"control characters find nothing and break nothing", journal.Filter{Source: "a\x00b"}, []int{}},
		}
		for _, tt := range tests {
			if diff := cmp.Diff(tt.want, ids(t, j, tt.filter)); diff != "" {
				t.Errorf("%s:\n%s", tt.name, diff)
			}
		}
	})
}

func TestPaging(t *testing.T) {
	run(t, func(t *testing.T, j *journal.Journal) {
		for id := range 25 {
			if err := j.Log(t.Context(), journal.Event{ID: id}); err != nil {
				t.Fatal(err)
			}
		}
		var got []int
		f := journal.Filter{Limit: 10}
		for {
			page, err := j.Events(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, e := range page {
				got = append(got, e.ID)
			}
			f.Before = page[len(page)-1].Record
			// What is logged between two pages must not shift them.
			if err := j.Log(t.Context(), journal.Event{ID: 1000}); err != nil {
				t.Fatal(err)
			}
		}
		for i, id := range got {
			if id != 24-i {
				t.Fatalf("pages gave %v", got)
			}
		}
		if len(got) != 25 {
			t.Errorf("%d entries, want 25", len(got))
		}
	})
}

func TestAccessAudit(t *testing.T) {
	run(t, func(t *testing.T, j *journal.Journal) {
		refused := journal.Access{RequestID: "r1", Endpoint: "/EWS/Exchange.asmx", Remote: "192.0.2.1:4711",
			Kind: "act-as", Application: "00000004-0000-0ff1-ce00-000000000000@litware.test",
			Issuer: "00000004-0000-0ff1-ce00-000000000000@litware.test", Partner: "Lync",
			User: "ken@litware.test", Audience: "00000002-0000-0ff1-ce00-000000000000/mail.litware.test@litware.test",
			Key: "0A1B", TokenHash: "9f86d081", Step: "V13", Reason: "sig.bad", Code: 2000001,
			Expires: start.Add(time.Hour)}
		accepted := journal.Access{Accepted: true, Partner: "Lync", User: "pilar@litware.test", Time: start.Add(time.Second)}
		for _, a := range []journal.Access{refused, accepted} {
			if err := j.Access(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		}
		no, yes := false, true
		got, err := j.Accesses(t.Context(), journal.Filter{Accepted: &no})
		if err != nil || len(got) != 1 {
			t.Fatalf("refused: %v, %v", got, err)
		}
		want := refused
		want.Record, want.Time = got[0].Record, start
		if diff := cmp.Diff(want, got[0]); diff != "" {
			t.Error(diff)
		}
		for _, tt := range []struct {
			filter journal.Filter
			want   int
		}{
			{journal.Filter{}, 2}, {journal.Filter{Accepted: &yes}, 1}, {journal.Filter{Partner: "LYNC"}, 2},
			{journal.Filter{User: "Ken@litware.test"}, 1}, {journal.Filter{Reason: "sig.bad"}, 1},
			{journal.Filter{Application: refused.Application, RequestID: "r1"}, 1}, {journal.Filter{RequestID: "r2"}, 0},
			{journal.Filter{Since: start.Add(time.Second)}, 1},
		} {
			if got, err := j.Accesses(t.Context(), tt.filter); err != nil || len(got) != tt.want {
				t.Errorf("%+v gave %d entries, %v; want %d", tt.filter, len(got), err, tt.want)
			}
		}
	})
}

func TestTextsAreClean(t *testing.T) {
	const token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl"
	run(t, func(t *testing.T, j *journal.Journal) {
		err := j.Log(t.Context(), journal.Event{
			Source: strings.Repeat("é", 400),
			Text:   "one\nline \x1b[31m\x00 \u202ereversed\xff Bearer " + token,
			Detail: "two\r\nlines\tand " + token + strings.Repeat(" x", 20000),
		})
		if err != nil {
			t.Fatal(err)
		}
		err = j.Access(t.Context(), journal.Access{User: token, Audience: "a\r\nb", Remote: strings.Repeat("9", 1000)})
		if err != nil {
			t.Fatal(err)
		}
		events, err := j.Events(t.Context(), journal.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		e := events[0]
		if want := `one\u000aline \u001b[31m\u0000 \u202ereversed` + "\uFFFD Bearer [hidden]"; e.Text != want {
			t.Errorf("text is %q, want %q", e.Text, want)
		}
		if !strings.HasPrefix(e.Detail, "two\nlines\tand [hidden] x") ||
			len(e.Detail) > 16<<10 || !strings.HasSuffix(e.Detail, "…") {
			t.Errorf("detail of %d bytes is %.60q…", len(e.Detail), e.Detail)
		}
		if len(e.Source) > 512 || !strings.HasSuffix(e.Source, "é…") {
			t.Errorf("source is cut to %d bytes, %q", len(e.Source), e.Source[len(e.Source)-8:])
		}
		accesses, err := j.Accesses(t.Context(), journal.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		if a := accesses[0]; a.User != "[hidden]" || a.Audience != `a\u000d\u000ab` || len(a.Remote) != 512 {
			t.Errorf("access is %+v", a)
		}
	})
}

func TestPrune(t *testing.T) {
	run(t, func(t *testing.T, j *journal.Journal) {
		for i := range 10 {
			at := start.Add(time.Duration(i) * time.Hour)
			if err := j.Log(t.Context(), journal.Event{ID: i, Time: at}); err != nil {
				t.Fatal(err)
			}
			if err := j.Access(t.Context(), journal.Access{Code: i, Time: at}); err != nil {
				t.Fatal(err)
			}
		}
		now := start.Add(10 * time.Hour)
		for _, tt := range []struct {
			retention journal.Retention
			removed   int64
			want      []int
		}{
			{journal.Retention{}, 0, []int{9, 8, 7, 6, 5, 4, 3, 2, 1, 0}},
			{journal.Retention{Age: 8 * time.Hour}, 4, []int{9, 8, 7, 6, 5, 4, 3, 2}},
			{journal.Retention{Count: 3, Age: 8 * time.Hour}, 10, []int{9, 8, 7}},
			{journal.Retention{Count: 3}, 0, []int{9, 8, 7}},
		} {
			removed, err := j.Prune(t.Context(), tt.retention, now)
			if err != nil || removed != tt.removed {
				t.Errorf("%+v removed %d, %v; want %d", tt.retention, removed, err, tt.removed)
			}
			if diff := cmp.Diff(tt.want, ids(t, j, journal.Filter{})); diff != "" {
				t.Errorf("%+v left\n%s", tt.retention, diff)
			}
		}
		accesses, err := j.Accesses(t.Context(), journal.Filter{})
		if err != nil || len(accesses) != 3 || accesses[2].Code != 7 {
			t.Errorf("accesses left: %v, %v", accesses, err)
		}
	})
}

func TestRunPrunesEveryHour(t *testing.T) {
	dsn := storetest.SQLite(t)
	synctest.Test(t, func(t *testing.T) {
		db, err := store.Open(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		j, err := journal.New(db, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			j.Run(ctx, journal.Retention{Age: 90 * time.Minute}, func(err error) { t.Error(err) })
		}()
		for id := range 4 {
			if err := j.Log(ctx, journal.Event{ID: id}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(journal.PruneInterval) // the bubble's clock
		}
		synctest.Wait()
		if diff := cmp.Diff([]int{3}, ids(t, j, journal.Filter{})); diff != "" {
			t.Errorf("four hours on, entries older than 90 minutes are left:\n%s", diff)
		}
		cancel()
		<-done
	})
}
