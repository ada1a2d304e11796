package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// What a token, a document or another server says is shown, and does nothing to
// the terminal it is shown on.
func TestHostileTextDoesNothingToTheTerminal(t *testing.T) {
	segment := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	// Clears the screen, retitles the window, turns the reading direction,
	// overwrites the line.
	const hostile = `ken\u001b[2J\u001b]0;owned\u0007\u009b31m\u202e\rok`
	token := segment(`{"typ":"JWT","alg":"none"}`) + "." + segment(`{"aud":"`+hostile+`","`+hostile+`":1}`) + "."
	document := `{"issuer":"` + hostile + `","` + hostile + `":"x"}`
	for name, c := range map[string]struct {
		args  []string
		input string
	}{
		"token decode":          {[]string{"token", "decode", "-"}, token},
		"token decode -o json":  {[]string{"token", "decode", "-", "-o", "json"}, token},
		"metadata explain":      {[]string{"metadata", "explain", "-"}, document},
		"a file's name":         {[]string{"metadata", "explain", "no\x1b[2Jsuch\u202efile"}, ""},
		"a mistyped subcommand": {[]string{"to\x1b[2Jken\u009b"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			Run(t.Context(), IO{In: strings.NewReader(c.input), Out: &out, Err: &errs, Args: c.args, Env: func(string) (string, bool) { return "", false }})
			if out.Len()+errs.Len() == 0 {
				t.Fatal("nothing is shown")
			}
			for _, r := range out.String() + errs.String() {
				if r != '\n' && r != '\t' && !visible(r) {
					t.Errorf("U+%04X reaches the terminal", r)
				}
			}
			if strings.Contains(name, "json") {
				var back struct {
					Layers []struct{ Claims []struct{ Value string } }
				}
				if err := json.Unmarshal(out.Bytes(), &back); err != nil {
					t.Fatal(err)
				}
				want := strings.NewReplacer(`\u001b`, "\x1b", `\u0007`, "\a", `\u009b`, "\u009b", `\u202e`, "\u202e", `\r`, "\r").Replace(hostile)
				if got := back.Layers[0].Claims[0].Value; got != want {
					t.Errorf("programs read %q, want %q", got, want)
				}
			}
		})
	}
}

func TestVisibleWriter(t *testing.T) {
	for text, want := range map[string]string{
		"plain\ttext\n":     "plain\ttext\n",
		"Zürich, naïve, 日本": "Zürich, naïve, 日本",
		"dos\r\n":           "dos\n",
		"over\rwrite":       `over\u000dwrite`,
		"\x1b[31m":          `\u001b[31m`,
		"a\u200eb":          `a\u200eb`,
		"broken \xff\x9b":   "broken \uFFFD\uFFFD",
		"\U000E0041":        `\udb40\udc41`,
		"":                  "",
	} {
		var b bytes.Buffer
		n, err := terminal{&b}.Write([]byte(text))
		if n != len(text) || err != nil || b.String() != want {
			t.Errorf("%q is written as %q (%d, %v), want %q", text, b.String(), n, err, want)
		}
	}
	if n, err := (terminal{full{}}).Write([]byte("x\x1b")); n != 0 || err == nil {
		t.Errorf("a full disk: %d, %v", n, err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }
