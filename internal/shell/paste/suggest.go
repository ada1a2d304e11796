package paste

import "strings"

// longestName is the longest name that Suggest looks at; no command has one.
const longestName = 64

// Suggest is the known name nearest to one that is not known, "" when none is
// near: one slip is forgiven in four letters, three at most. Letters left out,
// added, changed or swapped count as one slip each; case counts nothing.
func Suggest(name string, known []string) string {
	typed := []rune(strings.ToLower(name))
	if len(typed) > longestName {
		return ""
	}
	best, least := "", min(len(typed)/4, 3)+1
	for _, k := range known {
		candidate := []rune(strings.ToLower(k))
		if len(candidate)-len(typed) >= least+1 || len(typed)-len(candidate) >= least+1 {
			continue
		}
		switch d := distance(typed, candidate); {
		case d == 0 || d > least:
		case d < least, best != "" && strings.ToLower(k) < strings.ToLower(best):
			best, least = k, d
		}
	}
	return best
}

// distance counts the slips between two words.
func distance(a, b []rune) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range b {
			same := 1
			if a[i] == b[j] {
				same = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+same)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
