package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/outbound"
)

const (
	crashConversations = 1000
	crashesWhileStored = 12 // kills while conversations come in
	crashesAfterwards  = 2  // kills while the rest is on its way
	// seedVariable repeats a run.
	seedVariable = "MATCHSEAL_E2E_SEED"
)

// TestCrash kills the nodes again and again while conversations go from one
// to the other, and then counts what is in the mailboxes: every conversation
// once for each of those who took part.
//
// checklist: 002-01
func TestCrash(t *testing.T) {
	suite(t)
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv(seedVariable); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatalf("%s: %v", seedVariable, err)
		}
	}
	t.Logf("seed %d (%s=%d repeats the choices)", seed, seedVariable, seed)
	dice := rand.New(rand.NewPCG(seed, 2))
	d := startNodes(t)
	conversations := makeConversations(d, dice)

	start := time.Now()
	s := newStorer(t, d, conversations, dice)
	killed := map[string]int{}
	crash := func() {
		role := []string{exchange, skype}[dice.IntN(2)]
		// The moment within a request is left to chance too.
		<-time.After(time.Duration(dice.IntN(150)) * time.Millisecond)
		d.nodes[role].kill()
		killed[role]++
		d.serve(t, role)
	}
	for range s.marks {
		crash()
	}
	if err := s.wait(); err != nil {
		t.Fatal(err)
	}
	stored := time.Since(start)
	for range crashesAfterwards {
		crash()
	}
	st := d.deliver(t, 4*time.Minute)
	took := time.Since(start)
	t.Logf("%d conversations stored in %.1f s (%d answers lost and asked for again, %d found stored already), %d items delivered after %.1f s; kill -9: exchange %d times, skype %d times",
		len(conversations), stored.Seconds(), s.failed.Load(), s.duplicates.Load(), st.Delivered, took.Seconds(), killed[exchange], killed[skype])

	want := map[string]int{}
	for _, c := range conversations {
		for _, p := range c.Participants {
			want[p.SIP]++
		}
	}
	if total := want[d.upn("kenmyer")] + want[d.upn("pilar")] + want[d.upn("jeff")]; st.Delivered != total || st.Dead != 0 || st.Conversations != len(conversations) {
		t.Errorf("the Storage Service counts %+v; %d conversations and %d items were expected", st, len(conversations), total)
	}
	for _, user := range []string{"kenmyer", "pilar", "jeff"} {
		checkHistory(t, d, user, conversations)
	}
	if killed[exchange]+killed[skype] < 10 {
		t.Errorf("only %v crashes", killed)
	}
}

// makeConversations makes conversations of two or three of the three users.
func makeConversations(d *deployment, dice *rand.Rand) []adminapi.Conversation {
	all := make([]adminapi.Conversation, crashConversations)
	began := time.Date(2026, 1, 12, 8, 0, 0, 0, time.UTC)
	for i := range all {
		at := began.Add(time.Duration(i) * time.Minute)
		users := []string{"kenmyer", "pilar", "jeff"}
		dice.Shuffle(len(users), func(i, j int) { users[i], users[j] = users[j], users[i] })
		c := adminapi.Conversation{ID: fmt.Sprintf("crash-%04d", i), Subject: fmt.Sprintf("Crash %04d", i), Started: at}
		for _, u := range users[:2+dice.IntN(4)/3] {
			c.Participants = append(c.Participants, adminapi.Participant{SIP: d.upn(u), Name: u})
			c.Messages = append(c.Messages, adminapi.ChatMessage{From: d.upn(u), At: at, Text: fmt.Sprintf("said by %s in %d", u, i)})
		}
		all[i] = c
	}
	return all
}

// storer gives conversations to the Storage Service from several places at
// once, and asks again for every answer that it did not get.
type storer struct {
	// marks is told at random points, and then storing goes on; it is closed
	// when there are no more.
	marks chan struct{}

	failed, duplicates atomic.Int64

	wg   sync.WaitGroup
	once sync.Once
	err  error
}

func newStorer(t testing.TB, d *deployment, all []adminapi.Conversation, dice *rand.Rand) *storer {
	s := &storer{marks: make(chan struct{})}
	var at []int
	for range crashesWhileStored {
		at = append(at, dice.IntN(len(all)))
	}
	slices.Sort(at)
	work := make(chan adminapi.Conversation)
	s.wg.Go(func() {
		defer close(work)
		defer close(s.marks)
		for i, c := range all {
			for len(at) > 0 && at[0] == i {
				at = at[1:]
				select {
				case s.marks <- struct{}{}:
				case <-t.Context().Done():
					return
				}
			}
			select {
			case work <- c:
			case <-t.Context().Done():
				return
			}
		}
	})
	for range 4 {
		s.wg.Go(func() {
			c := client{d: d}
			for conversation := range work {
				if err := s.store(t.Context(), &c, conversation); err != nil {
					s.once.Do(func() { s.err = err })
				}
			}
		})
	}
	return s
}

func (s *storer) wait() error {
	s.wg.Wait()
	return s.err
}

// store tries until there is an answer: without one it is not known whether
// the conversation was stored, and storing it again must be harmless.
func (s *storer) store(ctx context.Context, c *client, conversation adminapi.Conversation) error {
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	deadline := time.After(patience)
	for {
		stored, err := c.store(ctx, conversation)
		if err == nil {
			if stored.Duplicate {
				s.duplicates.Add(1)
			}
			return nil
		}
		s.failed.Add(1)
		select {
		case <-deadline:
			return fmt.Errorf("storing %s: %w", conversation.ID, err)
		case <-ctx.Done():
			return ctx.Err()
		case <-again.C:
		}
	}
}

// client logs on again whenever the node has forgotten it.
type client struct {
	d     *deployment
	admin *adminapi.Client
}

func (c *client) store(ctx context.Context, conversation adminapi.Conversation) (adminapi.StoredConversation, error) {
	if c.admin == nil {
		a := adminapi.NewClient("http://skype", outbound.Socket(c.d.Nodes[skype].Socket))
		if _, err := a.LogOn(ctx, "administrator", ""); err != nil {
			return adminapi.StoredConversation{}, err
		}
		c.admin = a
	}
	stored, err := adminapi.Do(ctx, c.admin, adminapi.StoreConversation, conversation)
	if err != nil {
		c.admin = nil
	}
	return stored, err
}

// checkHistory pages through a user's Conversation History as a mail program
// does and wants each of the user's conversations there exactly once.
func checkHistory(t *testing.T, d *deployment, user string, conversations []adminapi.Conversation) {
	t.Helper()
	mark := ews.Extended(ews.ExtendedFieldURI{SetID: "5f2d6a3e-7c41-4b8e-9f0a-3d1c8e6b2a74", Name: "StorageServiceDeliveryId", Type: "String"})
	subjects, deliveries := map[string]int{}, map[string]int{}
	client := d.ews(t, user)
	for offset := 0; ; {
		r, err := client.FindItem(t.Context(), &ews.FindItemRequest{
			Traversal: ews.Shallow, Shape: ews.ItemShape{Base: ews.IDOnly, Additional: []ews.FieldPath{ews.Field("item:Subject"), mark}},
			View:    &ews.View{Kind: ews.IndexedView, MaxEntries: 250, Offset: offset},
			Parents: []ews.FolderID{{Distinguished: ews.ConversationHistory}},
		})
		if err != nil {
			t.Fatal(err)
		}
		page := r.Messages[0]
		for _, item := range page.Items {
			subjects[item.Subject]++
			for _, p := range item.Properties {
				deliveries[p.Values[0]]++
			}
		}
		if page.Page.IncludesLastItemInRange {
			break
		}
		offset = page.Page.IndexedPagingOffset
	}
	var lost, doubled []string
	want := 0
	for _, c := range conversations {
		if !slices.ContainsFunc(c.Participants, func(p adminapi.Participant) bool { return p.SIP == d.upn(user) }) {
			if subjects[c.Subject] > 0 {
				t.Errorf("%s has %q without having taken part", user, c.Subject)
			}
			continue
		}
		want++
		switch n := subjects[c.Subject]; {
		case n == 0:
			lost = append(lost, c.Subject)
		case n > 1:
			doubled = append(doubled, c.Subject)
		}
	}
	if len(lost)+len(doubled) > 0 {
		t.Errorf("%s: %d lost %q, %d doubled %q", user, len(lost), lost, len(doubled), doubled)
	}
	if len(deliveries) != want {
		t.Errorf("%s has items of %d deliveries for %d conversations", user, len(deliveries), want)
	}
	t.Logf("%s: %d conversations, each exactly once", user, want-len(lost)-len(doubled))
}
