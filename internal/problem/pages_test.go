package problem

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/problems")

const pages = "../../docs/problems"

// The pages are made from the catalogue, so that a code that somebody has
// found in a log or on a screen leads to the same words everywhere.
func TestPagesAreCurrent(t *testing.T) {
	want := map[string]string{"README.md": index()}
	for _, e := range All() {
		want[string(e.Code)+".md"] = page(e)
	}
	if *update {
		if err := os.RemoveAll(pages); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(pages, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, text := range want {
			if err := os.WriteFile(filepath.Join(pages, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	have, err := os.ReadDir(pages)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range have {
		if _, ok := want[file.Name()]; !ok {
			t.Errorf("docs/problems/%s belongs to no code; run `make docs`", file.Name())
		}
	}
	for name, text := range want {
		got, err := os.ReadFile(filepath.Join(pages, name))
		if err != nil || string(got) != text {
			t.Errorf("docs/problems/%s is not what the catalogue says; run `make docs`", name)
		}
	}
}

func index() string {
	var b strings.Builder
	b.WriteString("# Problems\n\nEvery failure has a code, the same on every surface: the command line prints it as a hint, the management\nAPI and the logs carry it. Made from the catalogue by `make docs`; do not edit.\n")
	area := ""
	for _, e := range All() {
		if e.Code.Area() != area {
			area = e.Code.Area()
			fmt.Fprintf(&b, "\n## %s\n\n| Code | What happened |\n| --- | --- |\n", area)
		}
		fmt.Fprintf(&b, "| [%s](%s.md) | %s |\n", e.Code, e.Code, markdown(e.Title))
	}
	return b.String()
}

func page(e Entry) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s.\n\n**Cause:** %s\n\n**Remedy:** %s\n", e.Code, markdown(capital(e.Title)), markdown(e.Cause), markdown(e.Remedy))
	for i, other := range e.DependsOn {
		if i == 0 {
			b.WriteString("\nIf one of these is there too, heal it first:")
		}
		fmt.Fprintf(&b, " [%s](%s.md)", other, other)
	}
	if len(e.DependsOn) > 0 {
		b.WriteString("\n")
	}
	b.WriteString("\n| Surface | Shows |\n| --- | --- |\n")
	row := func(surface, value string) {
		if value != "" {
			fmt.Fprintf(&b, "| %s | %s |\n", surface, value)
		}
	}
	row("HTTP", fmt.Sprintf("%d %s", e.HTTPStatus, http.StatusText(e.HTTPStatus)))
	row("EWS", e.EWS)
	row("Event log", number("event ", e.Event))
	row("Cmdlet", number("code=", e.Cmdlet))
	row("Cmdlet text", markdown(e.CmdletText))
	row("Severity", string(e.Severity))
	row("Tried again", map[Retry]string{Never: "no, until somebody changes something", Later: "yes, with growing pauses", Unclear: "after looking whether it was done"}[e.Retry])
	if e.Public {
		row("Remote peer", "code and title")
	}
	return b.String()
}

func number(before string, n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%s%d", before, n)
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// markdown keeps a text from being read as markup, outside of `code`.
func markdown(s string) string {
	parts := strings.Split(s, "`")
	escape := strings.NewReplacer(`\`, `\\`, `<`, `\<`, `*`, `\*`, `_`, `\_`, `|`, `\|`)
	for i := range parts {
		if i%2 == 0 {
			parts[i] = escape.Replace(parts[i])
		}
	}
	return strings.Join(parts, "`")
}
