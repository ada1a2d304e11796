package checklist

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/reference/checklist.md")

func TestStatementsAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range Statements() {
		if seen[s.ID] || s.Text == "" || !strings.Contains("MOP", s.Weight) {
			t.Errorf("statement %+v is twice there or not whole", s)
		}
		seen[s.ID] = true
	}
	if len(seen) != 130 {
		t.Errorf("%d statements, the list has 130", len(seen))
	}
}

// namedID is an id in a test: in a comment, a name of a subtest, or a script.
var namedID = regexp.MustCompile(`\b00[0-4]-\d\d\b`)

// evidence finds the test files that name each id.
func evidence(t *testing.T, root string) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != root && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "checklist" || name == "wirevectors") {
				return filepath.SkipDir
			}
			return nil
		}
		script := strings.Contains(filepath.ToSlash(path), "/testdata/") && strings.HasSuffix(name, ".txt")
		if !strings.HasSuffix(name, "_test.go") && !script {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		for _, id := range namedID.FindAllString(string(text), -1) {
			if !slices.Contains(found[id], filepath.ToSlash(rel)) {
				found[id] = append(found[id], filepath.ToSlash(rel))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestNoTestNamesAnUnknownID(t *testing.T) {
	known := map[string]bool{}
	for _, s := range Statements() {
		known[s.ID] = true
	}
	for id, files := range evidence(t, "../..") {
		if !known[id] {
			t.Errorf("%v name %s, which is not on the list", files, id)
		}
	}
}

func TestPageIsCurrent(t *testing.T) {
	const page = "../../docs/reference/checklist.md"
	want := render(evidence(t, "../.."))
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/reference/checklist.md is not what the tests say; run `make docs`")
	}
}

func render(found map[string][]string) string {
	var b strings.Builder
	b.WriteString("# Checklist\n\nMade from the tests by `make docs`; do not edit. Each statement is proved by the tests that name its id.\nA statement without a test is **open**: the program may or may not do it yet.\n\n")
	weights := map[string]string{"M": "must", "O": "optional", "P": "peripheral"}
	groups := map[string][2]int{}
	var order []string
	for _, s := range Statements() {
		n, ok := groups[s.Group]
		if !ok {
			order = append(order, s.Group)
		}
		n[0]++
		if len(found[s.ID]) > 0 {
			n[1]++
		}
		groups[s.Group] = n
	}
	slices.Sort(order)
	b.WriteString("| Group | Statements | With a test | Open |\n| --- | --- | --- | --- |\n")
	for _, g := range order {
		n := groups[g]
		fmt.Fprintf(&b, "| %s | %d | %d | %d |\n", g, n[0], n[1], n[0]-n[1])
	}
	for _, g := range order {
		fmt.Fprintf(&b, "\n## %s\n\n| Id | Weight | Statement | Proved by |\n| --- | --- | --- | --- |\n", g)
		for _, s := range Statements() {
			if s.Group != g {
				continue
			}
			proof := "**open**"
			if files := slices.Sorted(slices.Values(found[s.ID])); len(files) > 0 {
				proof = "`" + strings.Join(files, "`, `") + "`"
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", s.ID, weights[s.Weight], strings.ReplaceAll(s.Text, "|", `\|`), proof)
		}
	}
	return b.String()
}
