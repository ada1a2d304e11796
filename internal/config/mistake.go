package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/problem"
)

// Mistake is one thing that is wrong with a configuration.
type Mistake struct {
	Code problem.Code `json:"code"`
	// Where is the file, the environment variable or the flag that holds the
	// mistake; Line is its line in the file, or 0.
	Where string `json:"where,omitempty"`
	Line  int    `json:"line,omitempty"`
	Key   string `json:"key,omitempty"` // such as roles[0].listen
	Text  string `json:"text"`          // what is wrong, and what to write instead
}

func (m Mistake) String() string {
	place := m.Where
	if m.Line > 0 {
		place = fmt.Sprintf("%s:%d", place, m.Line)
	}
	parts := slices.DeleteFunc([]string{place, m.Key, m.Text}, func(s string) bool { return s == "" })
	return strings.Join(parts, ": ")
}

// Mistakes is the error of Load and CheckFiles below its problem.Failure: all
// mistakes that were found, in the order of the file.
type Mistakes []Mistake

func (m Mistakes) Error() string {
	lines := make([]string, len(m))
	for i := range m {
		lines[i] = m[i].String()
	}
	return strings.Join(lines, "\n")
}

// failure returns nil for no mistakes.
func (m Mistakes) failure() error {
	if len(m) == 0 {
		return nil
	}
	slices.SortStableFunc(m, func(a, b Mistake) int { return a.Line - b.Line })
	return problem.Wrap(m, m[0].Code, "%s in the configuration", count(len(m)))
}

func count(n int) string {
	if n == 1 {
		return "1 mistake"
	}
	return fmt.Sprintf("%d mistakes", n)
}

// pasted finds characters that word processors and web pages put in the place
// of those that were meant, and that cannot be told apart by eye.
func pasted(s string) string {
	for _, r := range s {
		if name, instead := typographic(r); name != "" {
			return fmt.Sprintf("holds %s (U+%04X), probably pasted from a document; %s", name, r, instead)
		}
	}
	return ""
}

func typographic(r rune) (name, instead string) {
	switch r {
	case '\u201c', '\u201d', '\u201e', '\u00ab', '\u00bb':
		return "a curly quote", `write a straight " or leave it out`
	case '\u2018', '\u2019', '\u201a':
		return "a curly quote", "write a straight ' or leave it out"
	case '\u00a0', '\u202f', '\u2007':
		return "a non-breaking space", "write an ordinary space or leave it out"
	case '\u2010', '\u2011', '\u2012', '\u2013', '\u2014':
		return "a dash", "write the hyphen -"
	case '\u200b', '\u200e', '\u200f', '\ufeff', '\u202a', '\u202c':
		return "an invisible character", "delete it"
	}
	return "", ""
}

// nearest returns the candidate that s was probably meant to be, or "".
func nearest(s string, candidates []string) string {
	best, distance := "", len(s)/3+2
	for _, c := range candidates {
		if d := edits(strings.ToLower(s), c); d < distance {
			best, distance = c, d
		}
	}
	return best
}

// edits is the Levenshtein distance in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
