//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package storetest

import (
	"errors"
	"os/exec"
)

type account struct{}

func serverAccount() (account, error) {
	return account{}, errors.New("a throw-away cluster is started on Unix only; set " + envServer + " to use a running server")
}

func (account) own(string) error        { return nil }
func (account) apply(*exec.Cmd, string) {}
