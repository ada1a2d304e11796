package partner

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/matchseal/matchseal/authmeta"
)

// A server's wish to be asked again counts, within bounds.
func TestWhenAServerWantsToBeReadAgain(t *testing.T) {
	c := Schedule{Random: func() float64 { return 0.5 }}.withDefaults()
	for hint, want := range map[time.Duration]time.Duration{
		0:                time.Hour,
		time.Second:      10 * time.Minute,
		15 * time.Minute: 15 * time.Minute,
		59 * time.Minute: 59 * time.Minute,
		48 * time.Hour:   time.Hour, // nobody makes himself trusted for longer
	} {
		if got := c.afterSuccess(start, hint).Sub(start); got != want {
			t.Errorf("with the wish %s it waits %s, want %s", hint, got, want)
		}
	}
}

// While a server wishes so it is read more often, also when nothing changed.
func TestRunFollowsTheWish(t *testing.T) {
	inBubble(t, func(t *testing.T, h house) {
		doc := authmeta.New(authmeta.Exchange, exchange, exchangeURL, start, keys()[0].cert)
		var wish atomic.Int64
		wish.Store(int64(15 * time.Minute))
		h.web.serve(exchangeURL, authmeta.Handler(func(context.Context) (authmeta.Document, error) {
			doc := doc
			doc.Refresh = time.Duration(wish.Load())
			return doc, nil
		}, authmeta.Exchange))
		if _, err := h.Refresh(t.Context(), "Exchange", true); err != nil {
			t.Fatal(err)
		}
		read := h.web.count(exchangeURL)
		defer h.run(t)()
		time.Sleep(2*time.Hour + time.Minute)
		synctest.Wait()
		if n := h.web.count(exchangeURL) - read; n != 8 {
			t.Errorf("%d reads in two hours, want one in fifteen minutes", n)
		}
		wish.Store(0)
		read = h.web.count(exchangeURL)
		time.Sleep(5 * time.Hour)
		synctest.Wait()
		if n := h.web.count(exchangeURL) - read; n < 5 || n > 6 {
			t.Errorf("%d reads in five hours after that, want one an hour", n)
		}
	})
}

// A server of another make says it by how long its document may be kept.
func TestAnyServersLifetimeIsAWish(t *testing.T) {
	h := newHouse(t)
	h.addExchange(t, keys()[0])
	doc := document(exchangeURL, exchange, keys()[0])
	h.web.serve(exchangeURL, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		doc.ServeHTTP(cacheControl{w, "public, max-age=1200"}, r)
	}))
	if _, err := h.Refresh(t.Context(), "Exchange", false); err != nil {
		t.Fatal(err)
	}
	a, err := h.Get(t.Context(), "Exchange")
	if err != nil || !a.Document.NextAt.Equal(start.Add(20*time.Minute)) {
		t.Errorf("read again at %s (%v), want after 20 minutes", a.Document.NextAt, err)
	}
}

type cacheControl struct {
	http.ResponseWriter
	value string
}

func (c cacheControl) WriteHeader(status int) {
	c.Header().Set("Cache-Control", c.value)
	c.ResponseWriter.WriteHeader(status)
}
