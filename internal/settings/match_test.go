package settings

import "testing"

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"Lync*", "LyncEnterprise-1", true},
		{"lync*", "LyncEnterprise-1", true},
		{"*Enterprise*", "LyncEnterprise-1", true},
		{"?ync*1", "LyncEnterprise-1", true},
		{"Lync", "LyncEnterprise-1", false},
		{"", "", true},
		{"*", "", true},
		{"?", "", false},
		{"a*b*c", "aXbYbZc", true},
		{"a*b*c", "aXbYbZ", false},
	} {
		if got := Match(c.pattern, c.name); got != c.want {
			t.Errorf("Match(%q, %q) = %v", c.pattern, c.name, got)
		}
	}
}
