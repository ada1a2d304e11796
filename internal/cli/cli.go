// Package cli is the command line: one file per subcommand, each nothing but
// flags, calls and printing.
//
// The rules of its surface: data goes to standard output, talk to standard
// error; `-o json` gives data for programs; a failure is one line `error:`
// with, where something can be done, lines `hint:`; the exit status is 0 when
// all is well, 1 for findings or a failure, 2 for wrong usage; colour is
// never the only signal (there is none).
//
// It owns no knowledge of protocols, roles or deployments.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
)

// Exit statuses.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

// IO is everything a command touches besides the network and files.
type IO struct {
	In       io.Reader
	Out, Err io.Writer
	Args     []string
	Env      func(string) (string, bool)
}

// app carries what all subcommands share.
type app struct {
	IO
	output string // "text" or "json"
	opened []*adminapi.Client
}

// usageError is a mistake in the command line itself.
type usageError struct{ error }

// silent is a failure that has already been told in full.
type silent struct{}

func (silent) Error() string { return "" }

// Run runs one command line and returns the exit status.
func Run(ctx context.Context, io IO) int {
	io.Out, io.Err = terminal{io.Out}, terminal{io.Err}
	a := &app{IO: io}
	root := a.root()
	root.SetArgs(io.Args)
	root.SetIn(io.In)
	root.SetOut(io.Out)
	root.SetErr(io.Err)
	err := root.ExecuteContext(ctx)
	a.logOff(ctx)
	return a.report(err)
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "matchseal",
		Short: "Server-to-server OAuth between Exchange and Skype for Business: servers, checks and a lab",
		Long: `matchseal speaks the server-to-server OAuth of Exchange, Skype for Business and
SharePoint. It can stand in for either server (serve), run both on this machine
with everything around them (lab), and read their tokens, metadata documents and
certificates (token, metadata, cert).

Start with:  matchseal lab`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.PersistentFlags().StringVarP(&a.output, "output", "o", "text", "output form: text or json")
	root.PersistentPreRunE = func(*cobra.Command, []string) error {
		if a.output != "text" && a.output != "json" {
			return usageError{fmt.Errorf("-o is text or json, not %q", a.output)}
		}
		return nil
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(a.lab(), a.shell(), a.serve(), a.config(), a.token(), a.metadata(), a.cert(), a.roll(), a.store(), a.test(), a.directory(), a.events(), a.version())
	for _, group := range root.Commands() {
		refuseUnknown(group)
	}
	return root
}

// refuseUnknown makes a mistyped subcommand a mistake; cobra does so for the
// first level only and prints help below it.
func refuseUnknown(cmd *cobra.Command) {
	if !cmd.HasSubCommands() || cmd.Runnable() {
		return
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return usageError{fmt.Errorf("unknown command %q for %q", args[0], cmd.CommandPath())}
		}
		return cmd.Help()
	}
}

// report prints a failure and turns it into an exit status.
func (a *app) report(err error) int {
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, new(silent)):
		return exitFailure
	case errors.As(err, &usage), isCobraUsage(err):
		fmt.Fprintf(a.Err, "error: %v\nhint: `matchseal help` lists the commands, `matchseal COMMAND --help` their flags\n", err)
		return exitUsage
	case errors.Is(err, context.Canceled):
		return exitFailure
	}
	fmt.Fprintf(a.Err, "error: %v\n", err)
	for _, hint := range hints(err) {
		fmt.Fprintf(a.Err, "hint: %s\n", hint)
	}
	return exitFailure
}

// hints are the remedy of a failure that has a code, and the code itself, by
// which it can be looked up.
func hints(err error) []string {
	var code problem.Code
	var remedy string
	if f, ok := adminapi.AsFault(err); ok {
		code, remedy = f.Code, f.Remedy
	} else {
		var f *problem.Failure
		if !errors.As(err, &f) {
			return nil
		}
		code, remedy = f.Code, f.Entry().Remedy
	}
	var out []string
	if remedy != "" {
		out = append(out, remedy)
	}
	return append(out, fmt.Sprintf("this failure is %s", code))
}

// isCobraUsage recognises the mistakes that cobra reports as plain errors.
func isCobraUsage(err error) bool {
	for _, start := range []string{"unknown command", "accepts ", "requires at least", "requires at most", "required flag", "unknown shorthand", "unknown flag"} {
		if strings.HasPrefix(err.Error(), start) {
			return true
		}
	}
	return false
}

// json prints v for programs.
func (a *app) json(v any) error {
	e := json.NewEncoder(a.Out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// wantsJSON tells which form the user asked for.
func (a *app) wantsJSON() bool { return a.output == "json" }
