package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// terminal is the program as somebody sits in front of it.
type terminal struct {
	t      *testing.T
	cmd    *exec.Cmd
	master *os.File
	screen *transcript
	ended  chan struct{}
	seen   int // how much of the screen has been looked at
}

// atTerminal starts the program at a terminal.
func atTerminal(t *testing.T, p program, args ...string) *terminal {
	t.Helper()
	master, slave := openTerminal(t)
	x := &terminal{t: t, cmd: p.command(args...), master: master, screen: new(transcript), ended: make(chan struct{})}
	x.cmd.Stdin, x.cmd.Stdout, x.cmd.Stderr = slave, slave, slave
	x.cmd.Env = append(x.cmd.Env, "TERM=xterm", "XDG_CONFIG_HOME="+t.TempDir())
	x.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := x.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, err := master.Read(buffer)
			_, _ = x.screen.Write(buffer[:n])
			if err != nil {
				return
			}
		}
	}()
	go func() {
		defer close(x.ended)
		_ = x.cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = x.cmd.Process.Kill()
		<-x.ended
	})
	return x
}

func (x *terminal) typed(keys string) {
	x.t.Helper()
	if _, err := x.master.WriteString(keys); err != nil {
		x.t.Fatal(err)
	}
}

// escape are the sequences with which the line editor paints.
var escape = regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]")

// shows waits until something appears on the screen after what was seen last.
func (x *terminal) shows(text string) {
	x.t.Helper()
	eventually(x.t, patience, func() error {
		screen := escape.ReplaceAllString(x.screen.String(), "")
		i := strings.Index(screen[min(x.seen, len(screen)):], text)
		if i < 0 {
			return fmt.Errorf("the screen does not show %q\n%q", text, screen[min(x.seen, len(screen)):])
		}
		x.seen += i + len(text)
		return nil
	})
}

// A person at the shell: prompt, editing, history, completion, questions,
// continuation, Ctrl-C.
func TestShellAtTerminal(t *testing.T) {
	suite(t)
	d := startLab(t, "--unpaired")
	x := atTerminal(t, program{}, "shell", "exchange", "--dir", d.dir)
	const prompt = `[PS] C:\Windows\system32>`
	x.shows(prompt)

	x.typed("$x = 6 * 7\r")
	x.shows(prompt)
	x.typed("\"it is $x\"\r")
	x.shows("it is 42\r\n")
	x.shows(prompt)

	t.Log("completion")
	x.typed("Get-AuthCon\t")
	x.shows("Get-AuthConfig")
	x.typed(" | fl ServiceN*\r")
	x.shows("ServiceName : 00000002-0000-0ff1-ce00-000000000000")
	x.shows(prompt)

	t.Log("history")
	x.typed("\x1b[A\x1b[A\r")
	x.shows("it is 42\r\n")
	x.shows(prompt)

	t.Log("continuation")
	x.typed("if ($x -eq 42) {\r")
	x.shows(">> ")
	x.typed("'the answer'\r")
	x.shows(">> ")
	x.typed("}\r")
	x.shows("the answer\r\n")
	x.shows(prompt)
	x.typed("'open\r")
	x.shows(">> ")
	x.typed("\x03")
	x.shows(prompt)
	x.typed("'open again\r")
	x.shows(">> ")
	x.typed("\r")
	x.shows("The string is missing the terminator: '.")
	x.shows(prompt)

	t.Log("mandatory parameters and questions")
	x.typed("Remove-PartnerApplication\r")
	x.shows("cmdlet Remove-PartnerApplication at command pipeline position 1")
	x.shows("Supply values for the following parameters:")
	x.shows("Identity: ")
	x.typed("\x03")
	x.shows(prompt)
	x.typed("New-PartnerApplication -Name x -AuthMetadataUrl " + d.metadata(skype) + " | Out-Null\r")
	x.shows(prompt)
	x.typed("Remove-PartnerApplication x\r")
	x.shows("Are you sure you want to perform this action?")
	x.shows(`(default is "Y"): `)
	x.typed("n\r")
	x.shows(prompt)
	x.typed("(Get-PartnerApplication).Name\r")
	x.shows("x\r\n")
	x.shows(prompt)

	t.Log("Ctrl-C")
	x.typed("Start-Sleep 600; 'never'\r")
	time.Sleep(200 * time.Millisecond) // the key has to come while it sleeps
	x.typed("\x03")
	x.shows(prompt)
	x.typed("'still there'\r")
	x.shows("still there\r\n")
	if strings.Contains(x.screen.String(), "never\r\n") {
		t.Errorf("what followed the command that was interrupted ran\n%s", x.screen)
	}
	x.typed("exit\r")
	select {
	case <-x.ended:
	case <-time.After(patience):
		t.Fatalf("exit does not end the shell\n%s", x.screen)
	}
	if code := x.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("exit status %d", code)
	}
}

// How long the first prompt takes is measured; how long it may take on a
// loaded machine is nobody's promise.
func TestShellStartsAtOnce(t *testing.T) {
	suite(t)
	d := startLab(t, "--unpaired")
	plain := program{path: os.Getenv(plainProgram)}
	best := time.Hour
	for range 5 {
		start := time.Now()
		x := atTerminal(t, plain, "shell", "skype", "--dir", d.dir)
		for !strings.Contains(x.screen.String(), `PS C:\Users\Administrator>`) {
			if time.Since(start) > patience {
				t.Fatalf("no prompt\n%s", x.screen)
			}
			time.Sleep(time.Millisecond)
		}
		best = min(best, time.Since(start))
		x.typed("exit\r")
		<-x.ended
	}
	t.Logf("first prompt after %.0f ms at best of five", float64(best.Microseconds())/1000)
}
