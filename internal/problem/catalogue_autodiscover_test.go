package problem_test

import (
	"testing"

	"github.com/matchseal/matchseal/autodiscover"
	"github.com/matchseal/matchseal/internal/problem"
)

// The rows are found by the client's kind, so none may be missing or left over.
func TestEveryAutodiscoverKindHasARow(t *testing.T) {
	kinds := map[problem.Code]bool{}
	for _, k := range autodiscover.Kinds() {
		code := problem.Code("autodiscover." + string(k))
		kinds[code] = true
		e, ok := problem.Lookup(code)
		switch {
		case !ok:
			t.Errorf("there is no row for %s", code)
		case e.Title == "" || e.Cause == "" || e.Remedy == "":
			t.Errorf("%s lacks words: %+v", code, e)
		case e.Event != 32053 || e.Cmdlet != 50043:
			t.Errorf("%s is event %d and number %d, want 32053 and 50043", code, e.Event, e.Cmdlet)
		}
	}
	for _, e := range problem.All() {
		if e.Code.Area() == "autodiscover" && !kinds[e.Code] {
			t.Errorf("%s has a row but no kind", e.Code)
		}
	}
}
