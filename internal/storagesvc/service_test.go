package storagesvc

import (
	"testing"

	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

func TestDelivers(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		r := newRig(t, db, newFake(t))
		stop := r.start()
		r.must(conversation("a"))
		r.must(conversation("b"))
		if st := r.settled(); st.Delivered != 4 || st.Conversations != 2 {
			t.Errorf("got %+v", st)
		}
		r.once("a", "b")
		stop()
		noneLeft(t)
	})
}
