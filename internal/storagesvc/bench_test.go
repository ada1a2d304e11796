package storagesvc

import (
	"fmt"
	"testing"

	"github.com/matchseal/matchseal/internal/store/storetest"
)

// The benchmarks run on SQLite with every commit on disk, over real TLS and
// with real tokens; a conversation has two mailboxes.

// BenchmarkStore takes conversations in, one after the other.
func BenchmarkStore(b *testing.B) {
	r := newRig(b, storetest.Open(b, storetest.SQLite(b)), newFake(b))
	b.ResetTimer()
	for i := range b.N {
		r.must(conversation(fmt.Sprint(i)))
	}
}

// BenchmarkDeliver empties a full queue.
func BenchmarkDeliver(b *testing.B) {
	r := newRig(b, storetest.Open(b, storetest.SQLite(b)), newFake(b))
	for i := range (b.N + 1) / 2 {
		r.must(conversation(fmt.Sprint(i)))
	}
	b.ResetTimer()
	stop := r.start()
	eventually(b, func() bool { return r.x.requests("CreateItem") >= b.N }, func() string { return "not delivered" })
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
	b.StopTimer()
	r.settled()
	stop()
	if n, want := len(r.x.all()), (b.N+1)/2*2; n != want {
		b.Errorf("%d items, want %d", n, want)
	}
}
