package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/cmdlet"
	"github.com/matchseal/matchseal/internal/lab"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/console"
	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// shellOptions are what a person chooses about a shell.
type shellOptions struct {
	connection
	command string
	strict  bool
	drive   string
}

func (a *app) shell() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "shell",
		Short: "The management shell of Exchange, Skype for Business or the cloud directory",
		Long: `Runs the commands that administrators of these products know, typed, pasted, from
a file or from standard input, against a running lab or a node elsewhere.

Command lines from documents and web pages run as pasted: typographic dashes and
quotation marks, prompts, list numbers. A line that the product's shell would
refuse is mended where that is safe, and shown before it runs; --strict leaves
that out.

Each shell has its own commands: Get-Command lists them, Get-Help explains one.
The drive C: is a folder of this machine, c in the lab's directory.`,
		Example: `  matchseal shell exchange
  matchseal shell skype -c 'Test-CsExStorageConnectivity -SipUri "sip:kenmyer@litware.test" -Verbose'
  matchseal shell skype --as helpdesk runbook.ps1
  matchseal shell online -o json -c Get-MsolServicePrincipal`,
	}
	for _, name := range cmdlet.Names() {
		cmd.AddCommand(a.oneShell(name))
	}
	return cmd
}

// shellTitles say what each shell is for.
var shellTitles = map[string]string{
	"exchange": "Exchange Management Shell",
	"skype":    "Skype for Business Server Management Shell",
	"online":   "Shell of the cloud directory (MSOnline, Skype for Business Online)",
}

func (a *app) oneShell(name string) *cobra.Command {
	var o shellOptions
	cmd := &cobra.Command{
		Use:   name + " [SCRIPT]",
		Short: shellTitles[name],
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.command != "" && len(args) > 0 {
				return usageError{errors.New("give a script file or -c, not both")}
			}
			return a.runShell(cmd.Context(), name, o, args)
		},
	}
	o.flags(cmd)
	cmd.Flags().StringVarP(&o.command, "command", "c", "", "run this and end; the exit status is 1 when the last command failed")
	cmd.Flags().BoolVar(&o.strict, "strict", false, "do not mend pasted lines")
	cmd.Flags().StringVar(&o.drive, "drive", "", "folder that stands for the drive C: (default c in the lab's directory)")
	return cmd
}

// runShell makes the shell and feeds it.
func (a *app) runShell(ctx context.Context, name string, o shellOptions, args []string) error {
	// Ctrl-C ends a command and not the shell, so the program's own handling
	// of it is left; a terminal hands it to the command that runs.
	interrupted := ctx
	ctx, stop := signal.NotifyContext(context.WithoutCancel(ctx), syscall.SIGTERM)
	defer stop()
	in, atTerminal := terminalOf(a.In)
	interactive := atTerminal && o.command == "" && len(args) == 0
	if !interactive {
		ctx = interrupted
	}
	source, role := a.dnsOf(o), roleOf(name)
	conn := cmdlet.NewConnection(func(ctx context.Context) (*adminapi.Client, error) { return a.dial(ctx, o.connection, role) })
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Open(ctx); err != nil {
		return err
	}
	own, err := cmdlet.New(name, conn, source)
	if err != nil {
		return err
	}
	host := &console.Host{Out: a.Out, Err: a.Err, ReadLine: console.Nobody}
	t := &console.Terminal{Out: a.Err, Prompt: own.PromptFor, HistoryFile: historyFile(name)}
	switch {
	case interactive, atTerminal:
		t.Open()
		defer t.Close()
		host.ReadLine, host.Columns = t.ReadLine, console.Columns(in)
	case o.command != "" || len(args) > 0:
		host.ReadLine = console.Answers(a.In, a.Err)
	}
	s := shell.New(shell.Config{
		Host: host, Commands: own.Commands, Variables: own.Variables, Environment: own.Environment, Location: own.Start,
		Files: cmdlet.NewFolders(o.driveFolder(), own.Scripts), Drives: own.Drives, Views: own.Views, Limit: own.Limit, Strict: o.strict,
		Faults: cmdlet.Record, Elsewhere: own.Elsewhere, Now: time.Now,
	})
	flush := func() error { return nil }
	if a.output == "json" {
		flush = jsonSink(s, a.Out)
	}
	ok, err := a.feed(ctx, s, t, o, args, interactive, own)
	return a.shellEnd(ok, errors.Join(err, flush()))
}

// feed gives the shell what it is to run.
func (a *app) feed(ctx context.Context, s *shell.Session, t *console.Terminal, o shellOptions, args []string, interactive bool, own cmdlet.Shell) (bool, error) {
	switch {
	case o.command != "":
		return console.Script(ctx, s, o.command)
	case len(args) > 0:
		text, err := readScript(args[0])
		if err != nil {
			return false, err
		}
		return console.Script(ctx, s, text)
	case interactive:
		fmt.Fprintf(a.Err, "%s. Get-Command lists its commands, exit ends it.\n\n", own.Title)
		return t.Loop(ctx, s)
	}
	return console.Stream(ctx, s, a.In)
}

// longestScript bounds a script file; the language's own limit is the same.
const longestScript = 1 << 20

func readScript(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, longestScript+1))
	if err == nil && len(data) > longestScript {
		err = fmt.Errorf("%s is larger than %d bytes", name, longestScript)
	}
	return strings.TrimPrefix(string(data), "\ufeff"), err
}

// shellEnd turns how a shell ended into the program's exit status.
func (a *app) shellEnd(ok bool, err error) error {
	var exit *shell.Exit
	switch {
	case errors.As(err, &exit):
		if exit.Code == 0 {
			return nil
		}
		return silent{}
	case err != nil:
		return err
	case !ok:
		return silent{}
	}
	return nil
}

// jsonSink prints objects as a JSON array, one a line.
func jsonSink(s *shell.Session, out io.Writer) (flush func() error) {
	array := format.NewJSONArray(out)
	s.SetSink(func(v object.Value) error { return array.Add(v) })
	return array.Close
}

// roleOf is the role a shell's commands speak to.
func roleOf(name string) string {
	if name == "online" {
		return "sts"
	}
	return name
}

// driveFolder is what stands for C:.
func (o shellOptions) driveFolder() string {
	switch {
	case o.drive != "":
		return o.drive
	case o.url == "" && o.socket == "":
		return filepath.Join(o.dir, "c")
	}
	if home, err := os.UserHomeDir(); err == nil {
		return filepath.Join(home, ".matchseal", "c")
	}
	return filepath.Join(".matchseal", "c")
}

// historyFile is where a shell's lines are kept.
func historyFile(name string) string {
	folder, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(folder, "matchseal", name+"_history")
}

// dnsOf says whom nslookup asks: the lab's server, or this machine's.
func (a *app) dnsOf(o shellOptions) cmdlet.DNS {
	dns := cmdlet.DNS{Name: "UnKnown", At: func(address string) cmdlet.Resolver {
		return outbound.New(outbound.Options{Resolver: address})
	}}
	if o.url != "" || o.socket != "" {
		return dns
	}
	s, err := lab.ReadState(o.dir)
	if err != nil {
		return dns // the log-on that follows says what is wrong
	}
	dns.Name, dns.Address, dns.Authoritative = "dns."+s.Domain, s.Resolver, true
	dns.At = func(address string) cmdlet.Resolver {
		if address == "" {
			address = s.Resolver
		}
		return outbound.New(outbound.Options{Resolver: address})
	}
	return dns
}

// terminalOf says whether commands are typed.
func terminalOf(in io.Reader) (*os.File, bool) {
	f, ok := in.(*os.File)
	return f, ok && console.IsTerminal(f)
}
