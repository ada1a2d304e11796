package arch

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The page of security requirements names the tests that show them. A test that
// was renamed or removed must not go on being named.
func TestSecurityPageNamesTestsThatExist(t *testing.T) {
	root := filepath.Join("..", "..")
	page, err := os.ReadFile(filepath.Join(root, "docs", "reference", "security.md"))
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile(`(?m)^\| (R\d+) \|(.*)\|(.*)\|(.*)\|(.*)\|$`)
	reference := regexp.MustCompile("`((?:Test|Fuzz)\\w+)` in `([\\w./]+_test\\.go)`")
	next := 1
	for _, m := range row.FindAllStringSubmatch(string(page), -1) {
		id, shown, open := m[1], m[4], strings.TrimSpace(m[5])
		if want := fmt.Sprintf("R%d", next); id != want {
			t.Errorf("%s stands where %s is expected", id, want)
		}
		next++
		references := reference.FindAllStringSubmatch(shown, -1)
		if len(references) != strings.Count(shown, "_test.go") {
			t.Errorf("%s: not every test has the form `Name` in `file`: %s", id, shown)
		}
		if len(references) == 0 && open == "" {
			t.Errorf("%s has neither a test nor a word on what is open", id)
		}
		for _, r := range references {
			source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(r[2])))
			if err != nil || !strings.Contains(string(source), "\nfunc "+r[1]+"(") {
				t.Errorf("%s names %s in %s, which is not there", id, r[1], r[2])
			}
		}
	}
	if next != 39 {
		t.Errorf("the page ends with R%d, want R38", next-1)
	}
}
