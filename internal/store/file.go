package store

import (
	"context"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
)

// lockPoll is how often a waiting migration asks again for its lock.
const lockPoll = 20 * time.Millisecond

var errLocked = errors.New("locked by another process")

// fileLock is a claim on a side file of a database. The file stays when the
// claim ends, since removing it would let two processes lock different files.
// The operating system drops the claim of a process that dies.
type fileLock struct{ f *os.File }

// release is nil-safe.
func (l *fileLock) release() error {
	if l == nil {
		return nil
	}
	return l.f.Close()
}

func lockExclusive(path string) (*fileLock, error) {
	lock, err := tryLock(path + ".lock")
	if errors.Is(err, errLocked) {
		return nil, problem.New(problem.StoreInUse, "%s is in use%s", path, holder(path+".lock"))
	}
	if err != nil {
		return nil, problem.Wrap(err, codeOfFile(err), "lock the database %s", path)
	}
	lock.sign()
	return lock, nil
}

func lockMigration(ctx context.Context, path string) (*fileLock, error) {
	for {
		lock, err := tryLock(path + ".migrate.lock")
		if err == nil {
			return lock, nil
		}
		if !errors.Is(err, errLocked) {
			return nil, problem.Wrap(err, codeOfFile(err), "lock the database %s for migration", path)
		}
		timer := time.NewTimer(lockPoll)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, ctx.Err()
		case <-timer.C:
		}
	}
}

// sign leaves the process id in the lock file, for holder. It is a courtesy to
// the administrator, so a failure does not matter.
func (l *fileLock) sign() {
	_ = l.f.Truncate(0)
	_, _ = l.f.WriteString(strconv.Itoa(os.Getpid()))
}

// holder names the process that signed a lock file, when it can be read.
func holder(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	signed, err := io.ReadAll(io.LimitReader(f, 20))
	if err != nil || len(signed) == 0 {
		return ""
	}
	return " by process " + strings.TrimSpace(string(signed))
}

// syncFile makes the content of a file durable.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
