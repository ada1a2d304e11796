package e2e

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/wirevectors"
)

// TestHelp asks every command for its help.
func TestHelp(t *testing.T) {
	suite(t)
	all := commands(t, nil)
	for _, c := range all {
		r := matchseal(t, append(slices.Clone(c), "--help")...).want(t, 0)
		if r.err != "" || !strings.Contains(r.out, "Usage:") || strings.HasPrefix(r.out, "Usage:") {
			t.Errorf("matchseal %s --help does not say what the command is for\n%s", strings.Join(c, " "), r)
		}
	}
	if len(all) < 20 {
		t.Errorf("only %d commands: %q", len(all), all)
	}
	t.Logf("%d commands", len(all))
}

// commands finds the commands below one by reading its help.
func commands(t *testing.T, at []string) [][]string {
	t.Helper()
	help := matchseal(t, append(slices.Clone(at), "--help")...).want(t, 0).out
	found := [][]string{at}
	_, list, ok := strings.Cut(help, "Available Commands:\n")
	if !ok {
		return found
	}
	list, _, _ = strings.Cut(list, "\n\n")
	for _, line := range strings.Split(list, "\n") {
		if name := strings.Fields(line)[0]; name != "help" {
			found = append(found, commands(t, append(slices.Clone(at), name))...)
		}
	}
	return found
}

// TestHints looks up every command of matchseal that a help text or a remedy
// of the catalogue tells people to type.
func TestHints(t *testing.T) {
	suite(t)
	known := commands(t, nil)
	help := map[string]string{}
	hints := map[string]string{} // what to type: who says so
	for _, c := range known {
		name := strings.Join(c, " ")
		help[name] = matchseal(t, append(slices.Clone(c), "--help")...).out
		for _, m := range regexp.MustCompile("(?m)^ +matchseal (.*)$|`matchseal ([^`]*)`").FindAllStringSubmatch(help[name], -1) {
			hints[m[1]+m[2]] = "the help of matchseal " + name
		}
	}
	for _, e := range problem.All() {
		for _, m := range regexp.MustCompile("`matchseal ([^`]*)`|: matchseal ([a-z -]+)").FindAllStringSubmatch(e.Remedy, -1) {
			hints[m[1]+m[2]] = string(e.Code)
		}
	}
	for hint, where := range hints {
		if strings.Contains(hint, "[command]") || strings.Contains(hint, "[flags]") {
			continue // cobra's own lines
		}
		command, ok := commandOf(known, strings.Fields(hint))
		if !ok {
			t.Errorf("%s tells people to type %q, and there is no such command", where, "matchseal "+hint)
			continue
		}
		for _, flag := range regexp.MustCompile(`--[a-z-]+`).FindAllString(hint, -1) {
			if !strings.Contains(help[command], flag) {
				t.Errorf("%s tells people to type %q, and matchseal %s has no %s", where, "matchseal "+hint, command, flag)
			}
		}
	}
	t.Logf("%d commands are told", len(hints))
}

// commandOf finds the command that the words begin with. As far as there are
// subcommands, each word has to be one.
func commandOf(known [][]string, words []string) (string, bool) {
	at := []string{}
	for _, w := range words {
		next := append(slices.Clone(at), w)
		if !slices.ContainsFunc(known, func(c []string) bool { return slices.Equal(c, next) }) {
			break
		}
		at = next
	}
	group := slices.ContainsFunc(known, func(c []string) bool { return len(c) > len(at) && slices.Equal(c[:len(at)], at) })
	name := strings.Join(at, " ")
	// `store` takes files besides its subcommands; a hint may name a group as
	// a whole, but not something below it that is not there.
	return name, len(at) > 0 && (!group || name == "store" || len(words) == len(at) || strings.HasPrefix(words[len(at)], "-"))
}

// TestCommandLine runs the sessions in testdata/cli against a lab.
func TestCommandLine(t *testing.T) {
	suite(t)
	d := startLab(t)
	d.run(t, "store", "status", "--wait", "30s").want(t, 0)
	bin := t.TempDir()
	if err := os.Symlink(os.Getenv(raceProgram), filepath.Join(bin, "matchseal")); err != nil {
		t.Fatal(err)
	}
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.RunT(session{t}, testscript.Params{
		Dir: filepath.Join("testdata", "cli"),
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", bin+string(os.PathListSeparator)+e.Getenv("PATH"))
			e.Setenv("LAB", d.dir)
			e.Setenv("CA", d.CA)
			e.Setenv("RESOLVER", d.Resolver)
			e.Setenv("EXAMPLES", examples)
			e.Setenv("GORACE", os.Getenv("GORACE"))
			e.Setenv("EXCHANGE", d.Nodes[exchange].Management)
			return vectors(e.WorkDir)
		},
		// Without --dir a command does not know where else a lab listens.
		Condition: func(name string) (bool, error) { return name == "port443" && len(d.Connect) == 0, nil },
		Cmds:      map[string]func(*testscript.TestScript, bool, []string){"status": status, "json": wantJSON},
	})
}

// session lets scripts tell what they did only when they fail.
type session struct{ *testing.T }

func (s session) Verbose() bool { return false }

func (s session) Run(name string, f func(testscript.T)) {
	s.T.Run(name, func(t *testing.T) { f(session{t}) })
}

// vectors puts some tokens and documents of the test vectors into a folder.
func vectors(dir string) error {
	set, err := wirevectors.LoadTokens()
	if err != nil {
		return err
	}
	for _, c := range set.Tokens {
		if c.Name != "ok_act_as_sid" && c.Name != "ok_app_only" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, c.Name+".txt"), []byte(c.Token), 0o600); err != nil {
			return err
		}
	}
	for _, name := range []string{"sfb.json", "bad-html.json"} {
		data, err := wirevectors.File("synthetic/metadata/" + name)
		if err := errors.Join(err, os.WriteFile(filepath.Join(dir, name), data, 0o600)); err != nil {
			return err
		}
	}
	return nil
}

// status runs a command and wants its exit status: status 2 matchseal ...
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status n command ...")
	}
	got := "0"
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ProcessState.String()[len("exit status "):]
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != args[0] {
		ts.Fatalf("exit status %s, not %s", got, args[0])
	}
}

// wantJSON wants a file to be one JSON value: json stdout
func wantJSON(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: json file")
	}
	if json.Valid([]byte(ts.ReadFile(args[0]))) == neg {
		ts.Fatalf("%s is (not) JSON", args[0])
	}
}
