package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

// TestPostgres runs the two servers on PostgreSQL databases: they start empty
// there, are paired, and archive while Exchange is killed.
func TestPostgres(t *testing.T) {
	suite(t)
	databases := map[string]string{exchange: storetest.Postgres(t), skype: storetest.Postgres(t)}
	d := makeNodes(t, t.TempDir())
	d.set = map[string][]string{}
	for role, dsn := range databases {
		d.set[role] = []string{"roles." + role + ".database=" + dsn}
		d.serve(t, role)
	}
	x, s := d.admin(t, exchange, "administrator"), d.admin(t, skype, "administrator")
	for _, user := range []string{"kenmyer", "pilar"} {
		do(t, x, adminapi.EnableMailbox, adminapi.Identity{Identity: user})
		do(t, s, adminapi.EnableCsUser, adminapi.EnableCsUserRequest{Identity: user, RegistrarPool: "pool." + d.Domain})
	}
	l := seedLab{d, t}
	l.must("exchange", oauthOn+"\n"+pairedExchange("pool."+d.Domain), "")
	l.must("skype", autodiscoverURL(d.Domain)+"\n"+csExchange(d.Domain), "")
	d.run(t, "test", "storage", d.sip("kenmyer")).want(t, 0)
	d.run(t, "test", "oauth", "https://pool."+d.Domain+"/", d.upn("pilar")).want(t, 0)

	const conversations = 40
	now := time.Now()
	for i := range conversations {
		if i%10 == 5 {
			d.nodes[exchange].kill()
			d.serve(t, exchange)
		}
		if i == conversations/2 {
			d.restart(t, skype)
			s = d.admin(t, skype, "administrator")
		}
		do(t, s, adminapi.StoreConversation, adminapi.Conversation{
			ID: fmt.Sprintf("pg-%02d", i), Subject: fmt.Sprintf("On PostgreSQL %02d", i), Started: now,
			Participants: []adminapi.Participant{{SIP: d.upn("kenmyer")}, {SIP: d.upn("pilar")}},
			Messages:     []adminapi.ChatMessage{{From: d.upn("pilar"), At: now, Text: "hello"}},
		})
	}
	start := time.Now()
	st := d.deliver(t, 2*patience)
	t.Logf("%d items delivered, the last %.1f s after the last conversation was stored", st.Delivered, time.Since(start).Seconds())
	if st.Dead != 0 || st.Delivered != 2*conversations {
		t.Errorf("%+v", st)
	}
	for i := range conversations {
		for _, user := range []string{"kenmyer", "pilar"} {
			if n := count(t, d, user, fmt.Sprintf("On PostgreSQL %02d", i)); n != 1 {
				t.Errorf("%s has conversation %d %d times", user, i, n)
			}
		}
	}
}
