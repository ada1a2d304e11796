package storagesvc

import (
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestTheQueueDoesNotFloodTheLog(t *testing.T) {
	t.Parallel()
	var b logBuffer
	now := time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC)
	log := quietLogger(slog.New(slog.NewTextHandler(&b, nil)), func() time.Time { return now }).With("a", 1).WithGroup("g")
	log.Info("housekeeping")
	for range 10 {
		log.Error("no database", "b", 2)
		log.Warn("no lead")
		now = now.Add(sameEvery / 5)
	}
	if got := b.String(); strings.Contains(got, "housekeeping") || strings.Count(got, "no database") != 2 || strings.Count(got, "no lead") != 2 || !strings.Contains(got, "a=1 g.b=2") {
		t.Errorf("got %s", got)
	}
}
