package storagesvc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s/s2stest"
)

// envChild makes this binary a process of the Storage Service, for the test
// that kills it.
const envChild = "MATCHSEAL_TEST_STORAGE_CHILD"

func TestMain(m *testing.M) {
	if order := os.Getenv(envChild); order != "" {
		if err := child(order); err != nil {
			fmt.Fprintln(os.Stderr, "child:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// order is what the child is told.
type order struct {
	DSN, Exchange, CA string
	Conversations     int
}

// child runs the service, stores the conversations one after the other, those
// that are there already as well, and ends when all are delivered.
func child(text string) error {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	db, err := store.Open(ctx, o.DSN)
	if err != nil {
		return err
	}
	events, err := journal.New(db, time.Now)
	if err != nil {
		return err
	}
	roots, err := certs.LoadPool(false, o.CA)
	if err != nil {
		return err
	}
	out := outbound.New(outbound.Options{Roots: roots, AllowLoopback: true, Timeout: 10 * time.Second,
		Connect: map[string]string{autodiscoverHost + ":443": o.Exchange, mailHost + ":443": o.Exchange}})
	s, err := New(ctx, Config{
		DB: db, Journal: events, HTTP: tokenClient(out, s2stest.NewSkype("litware.test", "pool.litware.test")), User: findUser, Now: time.Now,
		Log:      slog.New(slog.DiscardHandler),
		Endpoint: func(context.Context) (Endpoint, error) { return Endpoint{AutodiscoverURL: goodURL}, nil },
		Sole:     true,
		tempo:    tempo{poll: fetchPause, pause: func(int) time.Duration { return 20 * time.Millisecond }, settle: 20 * time.Millisecond, drain: 10 * time.Second},
	})
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	for i := range o.Conversations {
		if _, err := s.Store(ctx, conversation(fmt.Sprint(i))); err != nil {
			return err
		}
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		st, err := s.Status(ctx)
		if err != nil {
			return err
		}
		if st.Delivered == 2*o.Conversations {
			break
		}
	}
	cancel()
	return errors.Join(<-done, db.Close())
}

// The service is killed with SIGKILL at random points while conversations are
// stored and delivered, and Exchange falls away now and then: nothing is lost
// and nothing is there twice.
func TestKilledAtRandomPoints(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes for some seconds")
	}
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	storetest.RunDSN(t, func(t *testing.T, dsn string) {
		x := newFake(t)
		ca := filepath.Join(t.TempDir(), "ca.pem")
		if err := certs.WriteCertificatesPEM(ca, x.ca.Certificate); err != nil {
			t.Fatal(err)
		}
		const conversations, kills = 200, 10
		text, err := json.Marshal(order{DSN: dsn, Exchange: x.address, CA: ca, Conversations: conversations})
		if err != nil {
			t.Fatal(err)
		}
		var output strings.Builder
		killed := 0
		for round := 0; ; round++ {
			cmd := exec.Command(self)
			cmd.Env = append(os.Environ(), envChild+"="+string(text))
			output.Reset()
			cmd.Stdout, cmd.Stderr = &output, &output
			delivered := len(x.all())
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() { done <- cmd.Wait() }()
			if round < kills {
				// A point is a number of items that have arrived, so that slow
				// machines are hit in the middle too.
				point := delivered + rand.N(2*conversations/kills)
				ended := false
				eventually(t, func() bool {
					select {
					case err := <-done:
						done <- err
						ended = true
					default:
					}
					return ended || len(x.all()) > point
				}, output.String)
				if ended {
					break
				}
				if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
					t.Fatal(err)
				}
				<-done
				killed++
				if round%3 == 2 {
					x.down()
					x.up()
				}
				continue
			}
			if err := <-done; err != nil {
				t.Fatalf("%v\n%s", err, output.String())
			}
			break
		}
		if killed < kills/2 {
			t.Errorf("only %d kills before everything was delivered", killed)
		}
		var ids []string
		for i := range conversations {
			ids = append(ids, fmt.Sprint(i))
		}
		r := newRig(t, storetest.Open(t, dsn), x)
		if st := r.status(); st != (Status{Conversations: conversations, Delivered: 2 * conversations}) {
			t.Errorf("got %+v\n%s", st, output.String())
		}
		r.once(ids...)
		t.Logf("%d kills, looked for %d items", killed, x.requests("FindItem"))
	})
}
