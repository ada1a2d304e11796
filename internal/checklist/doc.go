// Package checklist is the list of testable statements that matchseal has to
// satisfy, each with the id under which tests and commit messages name it
// (for example 002-30: on success the test prints "Test Passed").
//
// It owns the statements and the page that says which tests prove which of
// them (docs/reference/checklist.md, made from the tests themselves); a
// statement that no test names is open, and the page says so. It owns no
// check: those stand beside the code they are about.
package checklist

import (
	_ "embed"
	"strings"
)

//go:generate go test -run TestPageIsCurrent -update .

//go:embed statements.tsv
var table string

// Statement is one line of the list.
type Statement struct {
	ID     string
	Weight string // M must, O optional, P peripheral
	Kind   string // C component, P protocol, A artefact, K command, B behaviour, F failure
	Group  string // META, AUTOD, PARTX, ...
	Text   string
}

// Statements returns the whole list in its order.
func Statements() []Statement {
	var all []Statement
	for _, line := range strings.Split(strings.TrimSpace(table), "\n")[1:] {
		f := strings.SplitN(line, "\t", 5)
		all = append(all, Statement{f[0], f[1], f[2], f[3], f[4]})
	}
	return all
}
