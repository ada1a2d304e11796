package problem

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// declared reads the codes out of the source: constant name and code, by file.
func declared(t *testing.T) map[string]map[string]Code {
	t.Helper()
	files, err := filepath.Glob("catalogue*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]map[string]Code{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		found[file] = map[string]Code{}
		ast.Inspect(tree, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if typ, ok := spec.Type.(*ast.Ident); ok && typ.Name == "Code" {
				code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				found[file][spec.Names[0].Name] = Code(code)
			}
			return false
		})
	}
	return found
}

// Who looks for the words of a failure finds them by its code alone.
func TestAreasMatchFileNames(t *testing.T) {
	for file, codes := range declared(t) {
		want := strings.TrimSuffix(strings.TrimPrefix(file, "catalogue_"), ".go")
		if file == "catalogue.go" {
			want = "internal"
		}
		for name, code := range codes {
			if code.Area() != want {
				t.Errorf("%s declares %s = %q, whose area is %q", file, name, code, code.Area())
			}
		}
	}
}

func TestEveryCodeHasOneRow(t *testing.T) {
	rows := map[Code]int{}
	for _, e := range All() {
		rows[e.Code]++
	}
	seen := map[Code]string{}
	for file, codes := range declared(t) {
		for name, code := range codes {
			if other, twice := seen[code]; twice {
				t.Errorf("%s and %s are both %q", name, other, code)
			}
			seen[code] = name
			if rows[code] != 1 {
				t.Errorf("%s: %s (%s) has %d rows", file, name, code, rows[code])
			}
		}
	}
	for code := range rows {
		if seen[code] == "" {
			t.Errorf("%s has a row but no constant", code)
		}
	}
}

func TestRowsAreWhole(t *testing.T) {
	form := regexp.MustCompile(`^[a-z]+(\.[a-z]+(-[a-z]+)*)?$`)
	titles := map[string]Code{}
	for _, e := range All() {
		if !form.MatchString(string(e.Code)) {
			t.Errorf("%q is not of the form area.some-words", e.Code)
		}
		if other, twice := titles[e.Title]; twice {
			t.Errorf("%s and %s have the same title %q", e.Code, other, e.Title)
		}
		titles[e.Title] = e.Code
		if e.Title == "" || strings.HasSuffix(e.Title, ".") || len(e.Title) > 100 {
			t.Errorf("%s: the title is one short line without a full stop, not %q", e.Code, e.Title)
		}
		if !strings.HasSuffix(e.Cause, ".") {
			t.Errorf("%s: the cause is a sentence, not %q", e.Code, e.Cause)
		}
		for _, other := range e.DependsOn {
			if _, ok := Lookup(other); !ok {
				t.Errorf("%s depends on %s, which does not exist", e.Code, other)
			}
		}
		if e.HTTPStatus < 200 || e.HTTPStatus > 599 {
			t.Errorf("%s has the HTTP status %d", e.Code, e.HTTPStatus)
		}
	}
}

// An administrator has to learn what to do or type next: a cmdlet, a command,
// or a sentence that begins with a verb.
func TestRemediesSayWhatToDo(t *testing.T) {
	command := regexp.MustCompile("[A-Z][a-z]+-[A-Z][A-Za-z]+|`[^`]+`|matchseal [a-z]+|https://")
	verbs := map[string]bool{}
	for _, v := range strings.Fields(`add answer ask change check choose compare copy correct create delete disable
		enable enter exempt find give leave list log look make name open put read repeat replace report send set
		install raise register split stop store take try type use wait write`) {
		verbs[v] = true
	}
	clause := regexp.MustCompile(`(?:^|[.;:,] |and |or |then )(?:otherwise |then )?([A-Za-z]+)`)
	for _, e := range All() {
		acts := command.MatchString(e.Remedy)
		for _, m := range clause.FindAllStringSubmatch(e.Remedy, -1) {
			acts = acts || verbs[strings.ToLower(m[1])]
		}
		if !acts && e.Severity != Info {
			t.Errorf("%s: the remedy names neither a command nor an action: %q", e.Code, e.Remedy)
		}
	}
}

// A gap is filled where the failure is noticed; what nobody filled is not
// printed.
func TestGapsDoNotLeak(t *testing.T) {
	gap := regexp.MustCompile(`<[^>]*>`)
	known := map[string]bool{"<host>": true, "<status>": true, "<reason>": true, "<identity>": true, "<server>": true, "<thumbprint>": true}
	for _, e := range All() {
		for _, g := range gap.FindAllString(e.CmdletText, -1) {
			if !known[g] {
				t.Errorf("%s has the gap %s, which nothing fills", e.Code, g)
			}
		}
		if words := New(e.Code, "detail").CmdletWords(); strings.ContainsAny(words, "<>") {
			t.Errorf("%s prints %q", e.Code, words)
		}
	}
	filled := &Failure{Code: NetDNS, CmdletText: "The remote name could not be resolved: 'mial.litware.test'"}
	if filled.CmdletWords() != filled.CmdletText {
		t.Errorf("a filled text became %q", filled.CmdletWords())
	}
	if got := New(TLSExpired, "").CmdletWords(); got != textTrust {
		t.Errorf("a text without gaps became %q", got)
	}
}
