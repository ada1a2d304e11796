package object

import (
	"regexp"
	"strings"
)

// argumentsOf are the values to the right of an operator that takes several.
func argumentsOf(v Value) []Value {
	if items, ok := collection(v); ok {
		return items
	}
	return []Value{v}
}

// join is list -join separator.
func join(v Value, separator string) (Value, error) {
	items := argumentsOf(v)
	size := 0
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = Text(item)
		if size += len(texts[i]) + len(separator); size > maxText {
			return nil, tooLarge("text")
		}
	}
	return strings.Join(texts, separator), nil
}

// replace is a -replace (pattern, replacement); without a replacement matches
// are cut out. Members of a list are treated one by one.
func replace(a, b Value, caseSensitive bool) (Value, error) {
	args := argumentsOf(b)
	if len(args) > 2 {
		return nil, failure("BadReplaceArgument", invalidOperation,
			"The -replace operator allows only two elements to follow it, not %d.", len(args))
	}
	pattern, replacement := "", ""
	if len(args) > 0 {
		pattern = Text(args[0])
	}
	if len(args) > 1 {
		replacement = Text(args[1])
	}
	e, err := compile(pattern, caseSensitive)
	if err != nil {
		return nil, err
	}
	return each(a, func(s string) (Value, error) { return asValue(e.replace(s, replacement)) })
}

func asValue(s string, err error) (Value, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}

// each applies f to a text, or to the texts of a list's members.
func each(a Value, f func(string) (Value, error)) (Value, error) {
	items, ok := collection(a)
	if !ok {
		return f(Text(a))
	}
	list := &List{Items: make([]Value, 0, len(items))}
	for _, item := range items {
		v, err := f(Text(item))
		if err != nil {
			return nil, err
		}
		list.Items = append(list.Items, v)
	}
	return list, nil
}

// split is a -split pattern or a -split (pattern, limit, options). Groups of
// the pattern come out between the pieces. A limit of 0 or less is none.
func split(a, b Value, caseSensitive bool) (Value, error) {
	args := argumentsOf(b)
	if len(args) == 0 || len(args) > 3 {
		return nil, failure("BadOperatorArgument", invalidOperation, "The operator '-split' takes a pattern, a limit and options.")
	}
	if _, ok := args[0].(Block); ok {
		return nil, failure("BadOperatorArgument", "NotImplemented", "The operator '-split' takes no script block in this shell; give it a pattern.")
	}
	limit, pattern := 0, Text(args[0])
	if len(args) > 1 {
		n, err := Convert(args[1], "System.Int32", nil)
		if err != nil {
			return nil, err
		}
		i, _ := toInt(n)
		limit = max(int(i), 0)
	}
	if len(args) > 2 {
		options := strings.ToLower(Text(args[2]))
		if strings.Contains(options, "simplematch") {
			pattern = regexp.QuoteMeta(pattern)
		}
		caseSensitive = caseSensitive && !strings.Contains(options, "ignorecase")
	}
	e, err := compile(pattern, caseSensitive)
	if err != nil {
		return nil, err
	}
	list := &List{Type: "String[]"}
	for _, item := range argumentsOf(a) {
		pieces, err := e.split(Text(item), limit)
		if err != nil {
			return nil, err
		}
		if len(list.Items)+len(pieces) > maxItems {
			return nil, tooLarge("collection")
		}
		list.Items = append(list.Items, pieces...)
	}
	return list, nil
}

// split cuts s at every match, or at the first limit-1 of them.
func (e *expression) split(s string, limit int) ([]Value, error) {
	all, err := e.all(s)
	if err != nil {
		return nil, err
	}
	var pieces []Value
	last := 0
	for i, at := range all {
		if limit > 0 && i >= limit-1 {
			break
		}
		pieces = append(pieces, s[last:at[0]])
		for g := 2; g < len(at); g += 2 {
			if at[g] >= 0 {
				pieces = append(pieces, s[at[g]:at[g+1]])
			}
		}
		last = at[1]
	}
	return append(pieces, s[last:]), nil
}

// splitBlanks is -split a: at runs of white space, without empty pieces.
func splitBlanks(a Value) *List {
	list := &List{Type: "String[]"}
	for _, item := range argumentsOf(a) {
		for _, field := range strings.Fields(Text(item)) {
			if len(list.Items) == maxItems {
				return list
			}
			list.Items = append(list.Items, field)
		}
	}
	return list
}
