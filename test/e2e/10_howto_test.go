package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const howto = "../../docs/howto"

// proofs are what has come out, in this order, when a page has been worked
// through: it ends where the document ends that it is about.
var proofs = map[string][]string{
	// checklist: 000-01 000-02 000-03 000-04 000-07 000-08 000-09 000-10 000-11 000-12 000-13 000-14 000-16 000-17
	// checklist: 000-19 000-20 000-21 000-22 000-23 000-24 000-25 000-26 000-27
	"exchange-oauth-certificate.md": {
		"error: the server does not hand out its metadata document: https://autodiscover.",
		"[?] Help (default is \"Y\"): Y", "issuer      00000002-0000-0ff1-ce00-000000000000@", // path A
		"[?] Help (default is \"Y\"): N", "issuer      00000002-0000-0ff1-ce00-000000000000@", // path B
		"error: the server does not hand out its metadata document: https://pool.", "issuer      00000004-0000-0ff1-ce00-000000000000@",
		"THE CONFIGURATION HAS SUCCEEDED.", "Test Passed",
	},
	// checklist: 001-02 001-03 001-06 001-08 001-09 001-10 001-11 001-12 001-16 001-18 001-19 001-20 001-21 001-22 001-23 001-28
	"office-365.md": {"EventID : 32053", "Type       : Asymmetric", "EventID : 32054"},
	// checklist: 002-03 002-05 002-06 002-07 002-08 002-10 002-11 002-14 002-15 002-16 002-23 002-24 002-27 002-29 002-30
	// checklist: 002-31 002-32 002-41
	"pair-exchange-and-skype.md": {">>", "Test Passed", "code=50043", "Test Passed", "code=5,", "Test Passed"},
	// checklist: 002-12 003-03 003-04 003-06 003-07 003-08 003-09 003-10 003-11 003-13 003-16
	"first-pairing-field-notes.md": {"(404) Not Found", "code=50043", "Test Passed", "code=5,", "code=5,", "Test Passed"},
	// checklist: 004-05 004-06 004-07 004-11 004-12 004-13 004-14
	"partner-applications-and-the-test.md": {"code=401", "Test Passed", "ResultType : Success", "ResultType : Error", "Test Passed"},
	"a-leaked-key.md":                      {"withdrawn   ", "closed      Skype for Business", "Test Passed", "Test Passed", "denied      ", "code=", "Test Passed", "code=", "Test Passed"},
}

// Every command of every page, against a lab in the state the page begins in.
func TestRunbooks(t *testing.T) {
	suite(t)
	for _, p := range readPages(t) {
		t.Run(p.name, func(t *testing.T) {
			r := newReader(t)
			for _, s := range p.steps {
				if err := r.follow(s); err != nil {
					t.Errorf("%s:%d: %s\n%v", p.name, s.line, strings.Join(s.text, "\n"), err)
				}
			}
			rest := r.seen.String()
			for _, text := range proofs[p.name] {
				_, after, ok := strings.Cut(rest, text)
				if !ok {
					t.Errorf("%s: at its end %q has not come", p.name, text)
				}
				rest = after
			}
		})
	}
}

// readPages reads all pages but the index.
func readPages(t *testing.T) []page {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(howto, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	var pages []page
	for _, file := range files {
		name := filepath.Base(file)
		if name == "README.md" {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p, err := parsePage(name, string(text))
		if err != nil {
			t.Error(err)
		}
		pages = append(pages, p)
	}
	return pages
}

// A page that says something untrue has to fail.
func TestWhatAPageShows(t *testing.T) {
	for _, c := range []struct {
		name      string
		want, got string
		same      bool
	}{
		{"the same", "a\nb", "a\nb", true},
		{"blanks and blank lines", "\n a\n\nb ", "a\nb\n\n", true},
		{"a line that does not come", "a\nb", "a", false},
		{"a line that is not shown", "a", "a\nb", false},
		{"another line", "a", "b", false},
		{"the other order", "a\nb", "b\na", false},
		{"nothing comes and nothing is shown", "", "\n", true},
		{"something comes and nothing is shown", "", "a", false},
		{"any lines in the middle", "a\n...\nd", "a\nb\nc\nd", true},
		{"any lines, even none", "a\n...\nd", "a\nd", true},
		{"any lines and not the end", "a\n...\nd", "a\nb\nc", false},
		{"any lines, to the last of several ends", "...\nd", "d\na\nd", true},
		{"any lines at the end", "a\n...", "a\nb\nc", true},
		{"any part of a line", "Thumbprint : ...", "Thumbprint : 9001", true},
		{"any part in the middle", "from ... to ... now", "from here to there now", true},
		{"a part of another line", "from ... to ...", "from here", false},
		{"a part does not go on into the next line", "a...c", "a\nc", false},
		{"signs of patterns are signs", "a(b) [c] $x.*", "a(b) [c] $x.*", true},
		{"signs of patterns are only themselves", "a.c", "abc", false},
		{"other case", "Test Passed", "test passed", false},
	} {
		err := differ(strings.Split(c.want, "\n"), strings.Split(c.got, "\n"))
		if (err == nil) != c.same {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestReadingAPage(t *testing.T) {
	const text = "# Title\n\n<!-- prepare exchange: Break-It -->\n<!-- fails -->\n<!-- answers: N, Y -->\n" +
		"```powershell skype --as helpdesk\nDo-It\n```\n\n```text\ngone\n```\n\n```sh\nmatchseal version\n```\n"
	p, err := parsePage("x.md", text)
	if err != nil {
		t.Fatal(err)
	}
	want := []step{
		{line: 3, where: "prepare exchange", text: []string{"Break-It"}},
		{line: 6, where: "skype --as helpdesk", text: []string{"Do-It"}, want: []string{"gone"}, answers: []string{"N", "Y"}, fails: true},
		{line: 14, where: "sh", text: []string{"matchseal version"}},
	}
	if diff := cmp.Diff(want, p.steps, cmp.AllowUnexported(step{})); diff != "" {
		t.Error(diff)
	}
}

func TestPagesThatNobodyCouldRun(t *testing.T) {
	for name, text := range map[string]string{
		"no info string":             "```\nx\n```\n",
		"an unknown shell":           "```powershell\nx\n```\n",
		"another language":           "```json\n{}\n```\n",
		"an output of nothing":       "```text\nx\n```\n",
		"an output after a sentence": "```sh\nx\n```\nIt says:\n```text\nx\n```\n",
		"two outputs":                "```sh\nx\n```\n```text\nx\n```\n```text\ny\n```\n",
		"a block without an end":     "```sh\nx\n",
		"a comment without an end":   "<!-- fails\n",
		"an unknown comment":         "<!-- todo: write this -->\n```sh\nx\n```\n",
		"a comment of no block":      "<!-- fails -->\nWords.\n",
		"a comment at the end":       "```sh\nx\n```\n<!-- fails -->\n",
	} {
		if _, err := parsePage("x.md", text); err == nil {
			t.Errorf("%s: nobody minds", name)
		}
	}
}

// Every page is one that can be run, ends with a proof, and is found.
func TestPagesAreComplete(t *testing.T) {
	index := map[string]string{}
	for _, file := range []string{filepath.Join(howto, "README.md"), "../../README.md"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		index[file] = string(text)
	}
	if !strings.Contains(index["../../README.md"], "(docs/howto)") {
		t.Error("README.md does not lead to docs/howto")
	}
	pages := readPages(t)
	for _, p := range pages {
		if !strings.Contains(index[filepath.Join(howto, "README.md")], "("+p.name+")") {
			t.Errorf("docs/howto/README.md does not name %s", p.name)
		}
		if len(proofs[p.name]) == 0 {
			t.Errorf("%s: nothing says where it ends", p.name)
		}
		if len(p.steps) == 0 || !strings.HasPrefix(p.steps[0].text[0], startsLab) {
			t.Errorf("%s does not begin with a lab", p.name)
		}
	}
	if len(pages) != len(proofs) {
		t.Errorf("%d pages, and ends for %d", len(pages), len(proofs))
	}
}
