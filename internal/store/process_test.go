package store_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

// The test binary is also the other process: envRole says which part it plays
// on the database that envDSN names.
const (
	envRole = "MATCHSEAL_STORE_TEST_ROLE"
	envDSN  = "MATCHSEAL_STORE_TEST_DSN"

	roleWriter = "writer" // inserts 1, 2, 3, … and prints each number once it is committed
	roleHolder = "holder" // opens the database exclusively, prints "open", and holds it
	roleAdder  = "adder"  // increments the counter as often as addRounds says

	addRounds = 50
)

func TestMain(m *testing.M) {
	role := os.Getenv(envRole)
	if role == "" {
		os.Exit(m.Run())
	}
	if err := play(context.Background(), role, os.Getenv(envDSN)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func play(ctx context.Context, role, dsn string) error {
	db, err := store.OpenWith(ctx, dsn, store.Options{Exclusive: role == roleHolder})
	if err != nil {
		return err
	}
	defer db.Close()
	switch role {
	case roleHolder:
		fmt.Println("open")
		select {} // until killed
	case roleAdder:
		for range addRounds {
			if err := increment(ctx, db); err != nil {
				return err
			}
		}
		return nil
	}
	for n := 1; ; n++ {
		err := db.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, "INSERT INTO numbers VALUES ($1)", n)
			return err
		})
		if err != nil {
			return err
		}
		fmt.Println(n)
	}
}

// startOther starts the test binary in a role.
func startOther(t *testing.T, role, dsn string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), envRole+"="+role, envDSN+"="+dsn)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	return cmd, bufio.NewScanner(out)
}

// A node that is killed at any moment has lost nothing that it acknowledged.
func TestKilledNodeLosesNothingAcknowledged(t *testing.T) {
	storetest.RunDSN(t, func(t *testing.T, dsn string) {
		db := storetest.Open(t, dsn)
		if _, err := db.ExecContext(t.Context(), "CREATE TABLE numbers (n BIGINT PRIMARY KEY)"); err != nil {
			t.Fatal(err)
		}
		for _, acknowledged := range []int{1, 20, 100} {
			if _, err := db.ExecContext(t.Context(), "DELETE FROM numbers"); err != nil {
				t.Fatal(err)
			}
			cmd, lines := startOther(t, roleWriter, dsn)
			last := 0
			for last < acknowledged && lines.Scan() {
				last, _ = strconv.Atoi(lines.Text())
			}
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			for lines.Scan() { // what it said before it died counts, too
				last, _ = strconv.Atoi(lines.Text())
			}
			_ = cmd.Wait()
			if last < acknowledged {
				t.Fatalf("the writer stopped at %d", last)
			}
			var rows, highest int
			again := storetest.Open(t, dsn)
			if err := again.QueryRowContext(t.Context(), "SELECT count(*), max(n) FROM numbers").Scan(&rows, &highest); err != nil {
				t.Fatal(err)
			}
			if highest < last || rows != highest {
				t.Errorf("%d were acknowledged, but there are %d rows up to %d", last, rows, highest)
			}
			if err := again.Check(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestTwoProcessesOnOneDatabase(t *testing.T) {
	storetest.RunDSN(t, func(t *testing.T, dsn string) {
		db := storetest.Open(t, dsn)
		makeCounter(t, db)
		var group sync.WaitGroup
		for range 2 {
			cmd, _ := startOther(t, roleAdder, dsn)
			group.Go(func() {
				if err := cmd.Wait(); err != nil {
					t.Errorf("the other process: %v", err)
				}
			})
		}
		for range addRounds {
			if err := increment(t.Context(), db); err != nil {
				t.Error(err)
			}
		}
		group.Wait()
		if n := counter(t, db); n != 3*addRounds {
			t.Errorf("the counter is %d, want %d", n, 3*addRounds)
		}
	})
}

func TestExclusive(t *testing.T) {
	dsn := storetest.SQLite(t)
	exclusive := func() error {
		db, err := store.OpenWith(t.Context(), dsn, store.Options{Exclusive: true})
		if err != nil {
			return err
		}
		return db.Close()
	}
	cmd, lines := startOther(t, roleHolder, dsn)
	if !lines.Scan() {
		t.Fatal("the other process did not open the database")
	}
	err := exclusive()
	if !problem.Is(err, problem.StoreInUse) || !strings.Contains(err.Error(), strconv.Itoa(cmd.Process.Pid)) {
		t.Errorf("a second exclusive opening gave %v; process %d holds it", err, cmd.Process.Pid)
	}
	if err := storetest.Open(t, dsn).Ping(t.Context()); err != nil {
		t.Errorf("an opening that is not exclusive gave %v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	for range 2 { // a killed process holds nothing, nor does a closed database
		if err := exclusive(); err != nil {
			t.Error(err)
		}
	}
	held, err := store.OpenWith(t.Context(), dsn, store.Options{Exclusive: true})
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	if err := exclusive(); !problem.Is(err, problem.StoreInUse) {
		t.Errorf("a second exclusive opening in one process gave %v", err)
	}
}

// Several nodes share one PostgreSQL.
func TestExclusiveMeansNothingToPostgres(t *testing.T) {
	dsn := storetest.Postgres(t)
	for range 2 {
		db, err := store.OpenWith(t.Context(), dsn, store.Options{Exclusive: true})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
	}
}

func BenchmarkInTx(b *testing.B) {
	for name, dsn := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			db := storetest.Open(b, dsn(b))
			makeCounter(b, db)
			start := time.Now()
			for b.Loop() {
				if err := increment(b.Context(), db); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "tx/s")
		})
	}
}
