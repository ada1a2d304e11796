package cmdlet

import (
	"regexp"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// condition is one comparison of a -Filter: DisplayName -eq "Fabrikam.com".
var condition = regexp.MustCompile(`(?i)^\s*\(*\s*(?:\$_\.)?([A-Za-z]+)\s+-(eq|ne|like|notlike|gt|ge|lt|le)\s+("[^"]*"|'[^']*'|\$true|\$false|\$null|[^\s()]+)\s*\)*\s*$`)

// conjunction splits a filter at its -and and -or.
var conjunction = regexp.MustCompile(`(?i)\s-(and|or)\s`)

// filterMatches says whether an object passes the text of a -Filter: property
// names, comparisons, -and before -or. An empty filter passes everything.
func filterMatches(filter string, o *object.Object) (bool, error) {
	filter = strings.TrimSpace(filter)
	if filter == "" {
		return true, nil
	}
	ways := strings.NewReplacer("“", `"`, "”", `"`, "‘", "'", "’", "'", "–", "-", "—", "-")
	filter = ways.Replace(filter)
	result, all := false, true
	next := conjunction.FindAllStringSubmatch(filter, -1)
	for i, part := range conjunction.Split(filter, -1) {
		ok, err := passes(part, o)
		if err != nil {
			return false, err
		}
		if i > 0 && strings.EqualFold(next[i-1][1], "or") {
			result, all = result || all, true
		}
		all = all && ok
	}
	return result || all, nil
}

func passes(text string, o *object.Object) (bool, error) {
	m := condition.FindStringSubmatch(text)
	if m == nil {
		return false, problem.New(problem.ManageParameter, "-Filter does not understand %q; it takes comparisons such as {DisplayName -eq \"Litware\"}, joined by -and or -or", strings.TrimSpace(text))
	}
	known := slices.ContainsFunc(o.Properties, func(p object.Property) bool { return strings.EqualFold(p.Name, m[1]) })
	if !known {
		return false, problem.New(problem.ManageParameter, "-Filter: there is no property %q", m[1])
	}
	have, _ := object.Get(o, m[1])
	var want object.Value
	switch strings.ToLower(m[3]) {
	case "$true":
		want = true
	case "$false":
		want = false
	case "$null":
	default:
		want = strings.Trim(m[3], `"'`)
	}
	got, err := object.Operate("-"+strings.ToLower(m[2]), have, want)
	return object.Truth(got), err
}
