package object

import (
	"regexp"
	"strings"
	"unicode"
)

func isBlank(r rune) bool { return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' }

// split is text.Split(separators, count, options). A text given as separator
// is the set of its characters, as Windows PowerShell converts it to char[];
// only a list of longer texts separates by texts.
func (c *call) split() (Value, error) {
	var chars strings.Builder
	var words []string
	limit, drop := -1, false
	for i, arg := range c.args {
		switch x := arg.(type) {
		case int32, int64:
			if i > 0 {
				n, _ := toInt(x)
				limit = int(n)
				continue
			}
		case Enum:
			drop = strings.EqualFold(x.Name, "RemoveEmptyEntries")
			continue
		case string:
			if i > 0 && (strings.EqualFold(x, "RemoveEmptyEntries") || strings.EqualFold(x, "None")) {
				drop = strings.EqualFold(x, "RemoveEmptyEntries")
				continue
			}
		case *List:
			for _, item := range x.Items {
				words = append(words, Text(item))
			}
			continue
		}
		chars.WriteString(Text(arg))
	}
	cut := byCharacters(chars.String())
	if len(words) > 0 {
		cut = byWords(words)
	}
	return pieces(c.own(), cut, limit, drop)
}

// cutter finds the first separator: where it starts and where it ends.
type cutter func(s string) (from, to int)

func byCharacters(set string) cutter {
	is := isBlank
	if set != "" {
		is = func(r rune) bool { return strings.ContainsRune(set, r) }
	}
	return func(s string) (int, int) {
		from := strings.IndexFunc(s, is)
		if from < 0 {
			return -1, -1
		}
		for to := range s[from:] {
			if to > 0 {
				return from, from + to
			}
		}
		return from, len(s)
	}
}

// byWords searches for all of them at once, which stays linear.
func byWords(words []string) cutter {
	var quoted []string
	for _, w := range words {
		if w != "" {
			quoted = append(quoted, regexp.QuoteMeta(w))
		}
	}
	re, err := regexp.Compile(strings.Join(quoted, "|"))
	return func(s string) (int, int) {
		if err != nil || len(quoted) == 0 {
			return -1, -1
		}
		at := re.FindStringIndex(s)
		if at == nil {
			return -1, -1
		}
		return at[0], at[1]
	}
}

func pieces(s string, cut cutter, limit int, drop bool) (Value, error) {
	list := &List{Type: "String[]"}
	for limit != 0 {
		from, to := cut(s)
		if from < 0 || limit > 0 && len(list.Items) == limit-1 {
			break
		}
		if piece := s[:from]; piece != "" || !drop {
			list.Items = append(list.Items, piece)
		}
		s = s[to:]
		if len(list.Items) > maxItems {
			return nil, tooLarge("collection")
		}
	}
	if limit != 0 && (s != "" || !drop) {
		list.Items = append(list.Items, s)
	}
	return list, nil
}
