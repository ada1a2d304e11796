//go:build unix

package lab

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/matchseal/matchseal/internal/problem"
)

// lock makes this process the only one that runs the lab in a directory. The
// system lets go of it when the process ends, however that happens.
func lock(dir, path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking the lab's directory: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return f, nil
	}
	f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, problem.New(problem.LabRunning, "another process runs the lab in %s", dir)
	}
	return nil, fmt.Errorf("locking the lab's directory: %w", err)
}
