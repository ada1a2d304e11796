package storetest

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/matchseal/matchseal/internal/store"
)

// Prepare has both engines prepare every statement after migrate made the
// tables, so that a statement that only one of them understands, or that names
// a column that is not there, fails the test. The keys of statements are their
// names; Statements collects them from a source file.
func Prepare(t *testing.T, statements map[string]string, migrate func(ctx context.Context, db *store.DB) error) {
	t.Helper()
	if len(statements) == 0 {
		t.Fatal("there are no statements to prepare")
	}
	Run(t, func(t *testing.T, db *store.DB) {
		if err := migrate(t.Context(), db); err != nil {
			t.Fatalf("migrate: %v", err)
		}
		for _, name := range slices.Sorted(maps.Keys(statements)) {
			stmt, err := db.PrepareContext(t.Context(), statements[name])
			if err != nil {
				t.Errorf("%s: %v\n%s", name, err, statements[name])
				continue
			}
			if err := stmt.Close(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// Statements returns the SQL statements that a Go source file declares as
// string constants, by name; give it the owner's "sql.go". A constant may be put
// together from literals and other constants of the file; a constant that does
// not begin with the verb of a statement is taken for a part of one.
func Statements(t *testing.T, file string) map[string]string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]ast.Expr{}
	for _, decl := range parsed.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			value := spec.(*ast.ValueSpec)
			for i, name := range value.Names {
				if i < len(value.Values) {
					declared[name.Name] = value.Values[i]
				}
			}
		}
	}
	statements := map[string]string{}
	for name, expr := range declared {
		if text, ok := constant(expr, declared); ok && isStatement(text) {
			statements[name] = text
		}
	}
	return statements
}

func isStatement(text string) bool {
	words := strings.Fields(strings.ToUpper(text))
	return len(words) > 0 && slices.Contains([]string{"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}, words[0])
}

// constant evaluates literals, names and "+".
func constant(expr ast.Expr, declared map[string]ast.Expr) (string, bool) {
	switch e := expr.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.Ident:
		named, ok := declared[e.Name]
		if !ok {
			return "", false
		}
		return constant(named, declared)
	case *ast.ParenExpr:
		return constant(e.X, declared)
	case *ast.BinaryExpr:
		left, okLeft := constant(e.X, declared)
		right, okRight := constant(e.Y, declared)
		return left + right, okLeft && okRight && e.Op == token.ADD
	}
	return "", false
}
