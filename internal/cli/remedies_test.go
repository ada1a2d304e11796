package cli

import (
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/matchseal/matchseal/internal/problem"
)

// A remedy that names a command of ours names one that exists.
func TestRemediesNameCommandsThatExist(t *testing.T) {
	command := regexp.MustCompile("(?:^|[`:(] ?)matchseal ([a-z]+(?: [a-z-]+)?)")
	found := 0
	for _, e := range problem.All() {
		for _, m := range command.FindAllStringSubmatch(e.Remedy, -1) {
			found++
			if !exists(strings.Fields(m[1])) {
				t.Errorf("%s sends the administrator to `matchseal %s`, which does not exist", e.Code, m[1])
			}
		}
	}
	if exists([]string{"db", "restore"}) || exists([]string{"store", "heal"}) || !exists([]string{"store", "requeue"}) {
		t.Error("the test itself takes a command for another")
	}
	if found < 10 {
		t.Errorf("found only %d commands in the remedies", found)
	}
}

// exists reports whether the words lead to a command: the last one may be an
// argument of it.
func exists(words []string) bool {
	a := &app{IO: IO{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}}
	cmd, rest, err := a.root().Find(words)
	return err == nil && cmd.Name() != "matchseal" && (len(rest) == 0 || !cmd.HasSubCommands())
}
