package format

import (
	"cmp"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/shell/object"
)

// CSV is one use of ConvertTo-Csv or Export-Csv. The first object decides the
// columns.
type CSV struct {
	Delimiter string // "," when empty
	NoType    bool   // -NoTypeInformation
	Zone      *time.Location
	columns   []string
}

// Lines gives the object's line, before the first one also the #TYPE line and
// the header. They have no line feed at the end, though one in a value stays.
func (c *CSV) Lines(v object.Value) []string {
	if v == nil {
		return nil
	}
	var out []string
	if c.columns == nil {
		c.columns = object.Names(v)
		if !c.NoType {
			out = append(out, "#TYPE "+object.TypeName(v))
		}
		header := make([]string, len(c.columns))
		for i, name := range c.columns {
			header[i] = quoteCSV(name)
		}
		out = append(out, c.join(header))
	}
	values := make([]string, len(c.columns))
	for i, name := range c.columns {
		if p, ok := object.Lookup(v, name); ok && p.Value != nil {
			values[i] = quoteCSV(c.text(p.Value))
		}
	}
	return append(out, c.join(values))
}

func (c *CSV) join(values []string) string {
	return strings.Join(values, cmp.Or(c.Delimiter, ","))
}

// text is the value in a field. A collection shows the name of its type, as in
// the product; one that is a property's several values shows them.
func (c *CSV) text(v object.Value) string {
	switch v := v.(type) {
	case *object.List:
		if !strings.Contains(v.Type, "MultiValuedProperty") {
			return object.TypeName(v)
		}
		texts := make([]string, len(v.Items))
		for i, item := range v.Items {
			texts[i] = object.Text(item)
		}
		return strings.Join(texts, ", ")
	case object.Bytes, *object.Hash:
		return object.TypeName(v)
	case time.Time:
		return object.Show(v, cmp.Or(c.Zone, time.Local))
	default:
		return object.Text(v)
	}
}

func quoteCSV(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
