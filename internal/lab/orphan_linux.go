package lab

import (
	"os/exec"
	"syscall"
)

// endWithUs has the system stop a node when the lab that started it is gone
// without having said so.
func endWithUs(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
}
