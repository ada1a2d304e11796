package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/matchseal/matchseal"

// pkg is one package of the module, without its tests.
type pkg struct {
	path  string // below the module
	files map[string]*ast.File
}

// load parses the module's packages.
func load(t *testing.T) (map[string]pkg, *token.FileSet) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	set, all := token.NewFileSet(), map[string]pkg{}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules" || name == "bin") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if _, ok := all[rel]; !ok {
			all[rel] = pkg{rel, map[string]*ast.File{}}
		}
		all[rel].files[path] = f
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 10 {
		t.Fatalf("found %d packages only; is the test run from its own folder?", len(all))
	}
	return all, set
}

func (p pkg) imports() map[string]bool {
	found := map[string]bool{}
	for _, f := range p.files {
		for _, i := range f.Imports {
			if path, err := strconv.Unquote(i.Path.Value); err == nil {
				found[path] = true
			}
		}
	}
	return found
}

func TestEveryPackageStandsInALayer(t *testing.T) {
	all, _ := load(t)
	for path := range all {
		if _, ok := layers[path]; !ok {
			t.Errorf("%s has no layer: put it into the table in tables_test.go and say in ARCHITECTURE.md what it is for", path)
		}
	}
}

func TestImportsGoDown(t *testing.T) {
	all, _ := load(t)
	for _, p := range all {
		for path := range p.imports() {
			target, ours := strings.CutPrefix(path, module+"/")
			if !ours || slices.Contains(beside[p.path], target) {
				continue
			}
			if layers[target] >= layers[p.path] {
				t.Errorf("%s (layer %d) imports %s (layer %d): imports go down only, so that a room can be understood without those above it", p.path, layers[p.path], target, layers[target])
			}
		}
	}
}

// A tool that reached into a role's domain would work on the role's own
// machine only.
func TestToolsSpeakToRolesFromOutside(t *testing.T) {
	all, _ := load(t)
	tools := 0
	for _, p := range all {
		if layers[p.path] != toolLayer {
			continue
		}
		tools++
		for path := range p.imports() {
			if target, ours := strings.CutPrefix(path, module+"/"); ours && (layers[target] == domainLayer || layers[target] == faceLayer) {
				t.Errorf("%s imports %s: a tool uses the management API and the public protocols, so that it works from another machine", p.path, target)
			}
		}
	}
	if tools == 0 {
		t.Error("there are no tools; has the layer another number?")
	}
}

func TestPublicPackagesNeedTheStandardLibraryOnly(t *testing.T) {
	all, _ := load(t)
	for _, p := range all {
		if layers[p.path] != 0 {
			continue
		}
		for path := range p.imports() {
			first, _, _ := strings.Cut(path, "/")
			if strings.Contains(first, ".") && !strings.HasPrefix(path, module+"/") {
				t.Errorf("%s imports %s: a public package costs its user nothing but itself", p.path, path)
			}
		}
	}
}

func TestLibrariesHaveOneImporter(t *testing.T) {
	all, _ := load(t)
	for _, p := range all {
		for path := range p.imports() {
			for _, rule := range alone {
				if strings.HasPrefix(path, rule.path) && !slices.Contains(rule.by, p.path) {
					t.Errorf("%s imports %s, which is for %s alone: %s", p.path, path, strings.Join(rule.by, ", "), rule.why)
				}
			}
		}
	}
}

func TestTransportsAreBuiltInOnePlace(t *testing.T) {
	all, set := load(t)
	for _, p := range all {
		if _, ok := transports[p.path]; ok || !p.imports()["net/http"] {
			continue
		}
		for _, f := range p.files {
			ast.Inspect(f, func(n ast.Node) bool {
				lit, ok := n.(*ast.CompositeLit)
				if !ok {
					return true
				}
				if sel, ok := lit.Type.(*ast.SelectorExpr); ok && fmt.Sprint(sel.X) == "http" && sel.Sel.Name == "Transport" {
					t.Errorf("%s builds an http.Transport, only %v do: %s", set.Position(lit.Pos()), keys(transports), transports["internal/outbound"])
				}
				return true
			})
		}
	}
}

func TestEveryPackageHasACharter(t *testing.T) {
	all, _ := load(t)
	for _, p := range all {
		var doc string
		for _, f := range p.files {
			if f.Doc != nil {
				doc += f.Doc.Text()
			}
		}
		if len(doc) < 80 {
			t.Errorf("%s has no charter: its package comment says what it owns and what it does not", p.path)
		}
	}
}

func TestNothingRunsBeforeMain(t *testing.T) {
	all, set := load(t)
	for _, p := range all {
		for _, f := range p.files {
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
					t.Errorf("%s: init() runs behind everybody's back; make it a function that somebody calls", set.Position(fn.Pos()))
				}
			}
		}
	}
}

func TestRoomsHaveTellingNames(t *testing.T) {
	all, _ := load(t)
	for path := range all {
		switch last := path[strings.LastIndex(path, "/")+1:]; last {
		case "util", "utils", "common", "helpers", "types", "misc", "base":
			t.Errorf("%s: nobody finds anything in a room called %q", path, last)
		}
	}
}

// Long files and functions are allowed where the table gives a reason.
func TestNothingGrowsUnnoticed(t *testing.T) {
	all, set := load(t)
	used := map[string]bool{}
	excused := func(key string) bool {
		_, ok := long[key]
		used[key] = used[key] || ok
		return ok
	}
	root, _ := filepath.Abs("../..")
	for _, p := range all {
		for path, f := range p.files {
			rel, _ := filepath.Rel(root, path)
			rel = filepath.ToSlash(rel)
			if n := set.File(f.Pos()).LineCount(); n > 600 && !excused(rel) {
				t.Errorf("%s has %d lines: split it, or give the reason in tables_test.go", rel, n)
			}
			for _, d := range f.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if !ok || fn.Body == nil || isTable(fn) {
					continue
				}
				n := set.Position(fn.End()).Line - set.Position(fn.Pos()).Line + 1
				if key := rel + ":" + fn.Name.Name; n > 60 && !excused(key) {
					t.Errorf("%s has %d lines: split it, or give the reason in tables_test.go", key, n)
				}
			}
		}
	}
	for key := range long {
		if !used[key] {
			t.Errorf("%s is excused in tables_test.go but not long any more", key)
		}
	}
}

// isTable reports whether a function is nothing but one returned value: a
// table, which is read row by row and not by its length.
func isTable(fn *ast.FuncDecl) bool {
	if len(fn.Body.List) != 1 {
		return false
	}
	_, ok := fn.Body.List[0].(*ast.ReturnStmt)
	return ok
}

func TestNoReplaceDirectives(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(mod), "replace ") {
		t.Error("go.mod replaces a module: the module must build from a clean cache for whoever imports it")
	}
}

func keys(m map[string]string) []string {
	var ks []string
	for k := range m {
		ks = append(ks, k)
	}
	slices.Sort(ks)
	return ks
}
