package storagesvc

import (
	"fmt"
	"testing"
	"time"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

// passing are faults that end, at the operation that suffers from them, with
// the code that the delivery's row shows meanwhile.
func passing() []struct {
	fault
	code problem.Code
} {
	return []struct {
		fault
		code problem.Code
	}{
		{fault{op: "GetUserSettings", kind: faultNoOAuth}, problem.StorageUnauthorized},
		{fault{op: "CreateItem", kind: faultNoOAuth}, problem.StorageUnauthorized},
		{fault{op: "GetUserSettings", kind: faultRefused}, problem.StorageUnauthorized},
		{fault{op: "CreateItem", kind: faultRefused}, problem.StorageUnauthorized},
		{fault{op: "GetUserSettings", kind: faultForbidden}, problem.StorageDenied},
		{fault{op: "CreateItem", kind: faultForbidden}, problem.StorageDenied},
		{fault{op: "GetUserSettings", kind: fault503}, problem.StorageAutodiscover},
		{fault{op: "CreateItem", kind: fault503}, problem.StorageBusy},
		{fault{op: "GetUserSettings", kind: faultPage}, problem.StorageAutodiscover},
		{fault{op: "CreateItem", kind: faultPage}, problem.StorageContentType},
		{fault{op: "GetUserSettings", kind: faultNoContentType}, problem.StorageAutodiscover},
		{fault{op: "CreateItem", kind: faultNoContentType}, problem.StorageContentType},
		{fault{op: "GetUserSettings", kind: faultPOX}, problem.StorageAutodiscoverURL},
		{fault{op: "CreateItem", kind: faultPOX}, problem.StorageUnclear},
		{fault{op: "GetUserSettings", kind: faultRedirect}, problem.StorageAutodiscover},
		{fault{op: "CreateItem", kind: faultRedirect}, problem.StorageEWS},
		{fault{op: "CreateItem", kind: faultResponse, code: ews.ErrorServerBusy}, problem.StorageBusy},
		{fault{op: "CreateItem", kind: faultResponse, code: ews.ErrorAccessDenied}, problem.StorageDenied},
		{fault{op: "CreateItem", kind: faultResponse, code: ews.ErrorInternalServerError}, problem.StorageEWS},
		{fault{op: "FindItem", kind: faultResponse, code: ews.ErrorServerBusy}, ""},
		{fault{op: "GetUserSettings", kind: faultLostBefore}, problem.StorageAutodiscover},
		{fault{op: "CreateItem", kind: faultLostBefore}, problem.StorageUnclear},
		{fault{op: "CreateItem", kind: faultLostAfter}, problem.StorageUnclear},
		{fault{op: "FindItem", kind: faultLostAfter}, ""},
	}
}

// Every fault is met by both deliveries of a conversation, some more than
// once, and in the end there is one item in each mailbox.
func TestExactlyOneItemUnderEveryFault(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		t.Parallel()
		r := newRig(t, db, newFake(t))
		// Closed connections and broken HTTP/2 streams look different.
		r.x.down()
		r.x.http1 = db.Engine() == store.SQLite
		r.x.up()
		r.start()
		var ids []string
		for _, tt := range passing() {
			id := fmt.Sprintf("%s: %s %s", tt.op, tt.kind, tt.fault.code)
			t.Run(id, func(t *testing.T) {
				r.t = t
				r.exchange.known.Purge()
				c := conversation(fmt.Sprint(len(ids)))
				ids = append(ids, c.ID)
				if tt.op == "FindItem" { // which only a second attempt needs
					r.x.breaks(fault{op: "CreateItem", kind: faultLostAfter, times: 2})
				}
				seen := r.x.requests(tt.op)
				r.x.breaks(tt.fault)
				r.must(c)
				code := func() problem.Code { return r.row(c.ID, "ken@litware.test").Code }
				switch {
				case tt.op == "CreateItem" && tt.kind == faultLostAfter: // the second attempt already succeeds
					eventually(t, func() bool { return r.x.requests(tt.op) >= seen+2 }, r.log.String)
				case tt.kind == faultNoOAuth: // struck before the operation is known
					eventually(t, func() bool { return code() != "" }, r.log.String)
				default:
					eventually(t, func() bool { return r.x.requests(tt.op) >= seen+4 && code() != "" }, r.log.String)
					if got := code(); tt.code != "" && got != tt.code {
						t.Errorf("the code is %s, want %s", got, tt.code)
					}
				}
				r.x.heal()
				r.settled()
				r.once(ids...)
			})
		}
		r.t = t
	})
}

// row reads one delivery.
func (r *rig) row(conversation, sip string) Delivery {
	r.t.Helper()
	var d Delivery
	var body string
	query := `SELECT d.id, d.conversation_id, d.sip, d.state, d.attempts, d.item_id, d.code, d.detail, d.created_at, d.changed_at, c.body
		FROM storage_delivery d JOIN storage_conversation c ON c.id = d.conversation_id WHERE c.id = $1 AND d.sip = $2`
	if err := d.scan(r.db.QueryRowContext(r.t.Context(), query, conversation, sip), &body); err != nil {
		r.t.Fatal(err)
	}
	return d
}

// The server is gone for a while: nothing listens at its address.
func TestExactlyOneItemAcrossAnOutage(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		r := newRig(t, db, newFake(t))
		r.start()
		r.must(conversation("before"))
		r.settled()
		r.x.down()
		r.must(conversation("during"))
		eventually(t, func() bool { return r.row("during", "ken@litware.test").Attempts > 2 }, r.log.String)
		if code := r.row("during", "ken@litware.test").Code; code != problem.StorageAutodiscover {
			t.Errorf("with the address forgotten the code is %s", code)
		}
		r.x.up()
		r.settled()
		r.once("before", "during")
	})
}

// A request that hangs past the attempt's time may still be finished by the
// server, before the next attempt looks or after it.
func TestExactlyOneItemWhenTheServerHangs(t *testing.T) {
	t.Parallel()
	for _, kind := range []faultKind{faultHang, faultHangAfter, faultHangLate} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			storetest.Run(t, func(t *testing.T, db *store.DB) {
				t.Parallel()
				r := newRig(t, db, newFake(t), func(c *Config) { c.Timeout = time.Second })
				r.x.breaks(fault{op: "CreateItem", kind: kind, times: 2})
				r.start()
				r.must(conversation("a"))
				eventually(t, func() bool { return r.row("a", "ken@litware.test").Attempts > 0 }, r.log.String)
				if d := r.row("a", "ken@litware.test"); d.Attempts == 1 && d.State == stateRetrying && d.Code != problem.StorageNoAnswer {
					t.Errorf("the code is %s: %s", d.Code, d.Detail)
				}
				r.x.finishHanging() // now that both clients have gone
				r.settled()
				r.once("a")
			})
		})
	}
}

// Copies that a server made against all odds are removed by the next attempt.
func TestCopiesAreRemoved(t *testing.T) {
	t.Parallel()
	r := newRig(t, storetest.Open(t, storetest.SQLite(t)), newFake(t))
	// The first answer is lost, and so is the one of the second attempt, whose
	// look comes back empty because the item is not to be seen yet.
	for _, user := range []string{"ken@litware.test", "pilar@litware.test"} {
		r.x.breaks(fault{op: "CreateItem", kind: faultLostAfter, times: 2, user: user})
		r.x.breaks(fault{op: "FindItem", kind: faultBlind, times: 1, user: user})
	}
	r.start()
	r.must(conversation("a"))
	r.settled()
	r.once("a")
	if n := r.x.requests("DeleteItem"); n != 2 {
		t.Errorf("%d copies were removed, want 2", n)
	}
}

// A second process takes over while an attempt of the first, which has gone
// without a word, is still open.
func TestTakingOverAfterACrash(t *testing.T) {
	t.Parallel()
	storetest.RunDSN(t, func(t *testing.T, dsn string) {
		x := newFake(t)
		crashed := newRig(t, storetest.Open(t, dsn), x)
		x.breaks(fault{op: "CreateItem", kind: faultHangAfter, times: 2})
		stop := crashed.start()
		crashed.must(conversation("a"))
		eventually(t, func() bool { return x.hanging() == 2 }, crashed.log.String)
		if st := crashed.status(); st.Running != 2 || st.Waiting != 0 {
			t.Errorf("while both are attempted: %+v", st)
		}
		next := newRig(t, storetest.Open(t, dsn), x, func(c *Config) { c.Sole = true })
		next.start()
		if st := next.settled(); st.Delivered != 2 {
			t.Errorf("got %+v", st)
		}
		next.once("a")
		// What the first one has to say after all changes nothing.
		x.finishHanging()
		stop()
		if st := next.settled(); st.Delivered != 2 {
			t.Errorf("after the crashed one woke up: %+v", st)
		}
		next.once("a")
	})
}
