package paste

import (
	"errors"
	"testing"

	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// What is stripped or repaired once stays as it is, and what is repaired can be
// read.
func FuzzStripRepair(f *testing.F) {
	for n := 1; n <= 72; n++ {
		f.Add(line(f, n), "")
	}
	f.Add("[PS] C:\\> a\n1. b `\n>> c\n@'\n2. d\n'@\n• e\"", "NamedParameterNotFound")
	f.Add("a ‘b′ -c “d″ Lync\"\\", "PositionalParameterNotFound")
	f.Fuzz(func(t *testing.T, text, id string) {
		stripped := Strip(text)
		if again := Strip(stripped); again != stripped {
			t.Fatalf("Strip made %q of %q, and then %q", stripped, text, again)
		}
		var fault error
		if id != "" {
			fault = failure(id)
		}
		if _, err := syntax.Parse(text); err != nil {
			fault = err
		}
		repaired, notes, ok := Repair(text, fault, skype())
		if ok != (len(notes) > 0) || ok != (repaired != text) {
			t.Fatalf("%q: %v %q %q", text, ok, notes, repaired)
		}
		if !ok {
			return
		}
		if _, err := syntax.Parse(repaired); err != nil {
			t.Fatalf("%q was repaired to %q: %v", text, repaired, err)
		}
		if e := (*syntax.Error)(nil); errors.As(fault, &e) {
			fault = nil // cured
		}
		if again, _, ok := Repair(repaired, fault, skype()); ok {
			t.Fatalf("%q was repaired to %q, and then to %q", text, repaired, again)
		}
	})
}
