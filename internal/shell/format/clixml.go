package format

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/shell/object"
)

// The form of Export-Clixml: https://learn.microsoft.com/openspecs [MS-PSRP]
// section 2.2.5 names its elements.
const (
	cliVersion   = "1.1.0.1"
	cliNamespace = "http://schemas.microsoft.com/powershell/2004/04"
	// deserialized stands before the type of an object that went through it.
	deserialized = "Deserialized."
	customObject = "System.Management.Automation.PSCustomObject"
)

// CliXML writes values in the form of Export-Clixml as they come.
type CliXML struct {
	w         *bufio.Writer
	depth     int
	begun     bool
	indent    int
	objects   int                  // RefIds given away
	known     map[object.Value]int // objects of the value under way that are complete
	within    []object.Value       // objects that are not
	typeLists map[string]int
}

// NewCliXML begins a document. Objects nested deeper than depth (2 is
// Export-Clixml's default) are written as text.
func NewCliXML(w io.Writer, depth int) *CliXML {
	return &CliXML{w: bufio.NewWriter(w), depth: depth, typeLists: map[string]int{}}
}

// Add writes one value.
func (c *CliXML) Add(v object.Value) error {
	c.begin()
	// Only within a value is the same object written once: a stream of
	// thousands is not kept for it.
	c.known, c.within = map[object.Value]int{}, nil
	c.value("", v, 0)
	return c.w.Flush()
}

// Close ends the document.
func (c *CliXML) Close() error {
	c.begin()
	c.indent--
	c.line("</Objs>")
	return c.w.Flush()
}

func (c *CliXML) begin() {
	if !c.begun {
		c.begun = true
		c.line(`<Objs Version="` + cliVersion + `" xmlns="` + cliNamespace + `">`)
		c.indent++
	}
}

// line writes a line; the writer keeps its first error until Flush.
func (c *CliXML) line(text string) {
	_, _ = c.w.WriteString(strings.Repeat("  ", c.indent) + text + "\n")
}

// leaf writes an element without children, under a property's name if it has one.
func (c *CliXML) leaf(element, name, text string) {
	if text == "" {
		c.line("<" + element + attribute(name) + " />")
		return
	}
	c.line("<" + element + attribute(name) + ">" + text + "</" + element + ">")
}

func attribute(name string) string {
	if name == "" {
		return ""
	}
	return ` N="` + escapeCli(name) + `"`
}

// nested writes an element around what children writes.
func (c *CliXML) nested(element, attributes string, children func()) {
	c.line("<" + element + attributes + ">")
	c.indent++
	children()
	c.indent--
	c.line("</" + element + ">")
}

func (c *CliXML) value(name string, v object.Value, level int) {
	if element, text, ok := primitive(v); ok {
		c.leaf(element, name, text)
		return
	}
	if level > c.depth || slices.ContainsFunc(c.within, func(o object.Value) bool { return same(o, v) }) {
		c.leaf("S", name, escapeCli(object.Text(v)))
		return
	}
	if shared(v) {
		if ref, ok := c.known[v]; ok {
			c.line(fmt.Sprintf(`<Ref%s RefId="%d" />`, attribute(name), ref))
			return
		}
		c.within = append(c.within, v)
	}
	ref := c.objects
	c.objects++
	c.nested("Obj", attribute(name)+fmt.Sprintf(` RefId="%d"`, ref), func() { c.object(v, level) })
	if shared(v) {
		c.within = c.within[:len(c.within)-1]
		c.known[v] = ref
	}
}

// shared is true of values that have identity.
func shared(v object.Value) bool {
	switch v.(type) {
	case *object.List, *object.Hash, *object.Object, *object.ErrorRecord:
		return true
	}
	return false
}

func same(a, b object.Value) bool { return shared(b) && a == b }

// object writes the inside of an <Obj>.
func (c *CliXML) object(v object.Value, level int) {
	switch v := v.(type) {
	case *object.List:
		c.types(object.TypeName(v), "System.Array", "System.Object")
		c.nested("LST", "", func() {
			for _, item := range v.Items {
				c.value("", item, level+1)
			}
		})
	case *object.Hash:
		c.types("System.Collections.Hashtable", "System.Object")
		c.nested("DCT", "", func() {
			for i, key := range v.Keys {
				c.nested("En", "", func() {
					c.value("Key", key, level+1)
					c.value("Value", v.Values[i], level+1)
				})
			}
		})
	case object.Enum:
		c.types(v.Type, "System.Enum", "System.ValueType", "System.Object")
		c.leaf("ToString", "", escapeCli(v.Name))
	case object.TypedText:
		c.types(v.Type, "System.Object")
		c.leaf("ToString", "", escapeCli(v.Value))
		c.leaf("S", "", escapeCli(v.Value))
	case *object.Object:
		c.properties(v.Types, v.Text, v.Properties, level)
	default:
		c.properties([]string{object.TypeName(v)}, object.Text(v), object.Properties(v), level)
	}
}

func (c *CliXML) properties(types []string, text string, all []object.Property, level int) {
	element := "MS" // added properties, the only ones a custom object has
	if len(types) > 0 && !custom(types[0]) {
		element, types = "Props", slices.Clone(types)
		for i, t := range types {
			if !strings.HasPrefix(t, deserialized) {
				types[i] = deserialized + t
			}
		}
	}
	c.types(types...)
	if text != "" {
		c.leaf("ToString", "", escapeCli(text))
	}
	c.nested(element, "", func() {
		for _, p := range all {
			c.value(p.Name, p.Value, level+1)
		}
	})
}

func custom(typeName string) bool {
	return typeName == customObject || strings.HasPrefix(typeName, "Selected.") || strings.HasPrefix(typeName, deserialized)
}

// types writes a list of type names once and then refers to it.
func (c *CliXML) types(names ...string) {
	if len(names) == 0 {
		return
	}
	key := strings.Join(names, "\x00")
	ref, ok := c.typeLists[key]
	if ok {
		c.line(fmt.Sprintf(`<TNRef RefId="%d" />`, ref))
		return
	}
	ref = len(c.typeLists)
	c.typeLists[key] = ref
	c.nested("TN", fmt.Sprintf(` RefId="%d"`, ref), func() {
		for _, name := range names {
			c.leaf("T", "", escapeCli(name))
		}
	})
}

// primitive is the element and text of a value that needs no <Obj>.
func primitive(v object.Value) (element, text string, ok bool) {
	switch v := v.(type) {
	case nil:
		return "Nil", "", true
	case bool:
		return "B", strconv.FormatBool(v), true
	case int32:
		return "I32", strconv.FormatInt(int64(v), 10), true
	case int64:
		return "I64", strconv.FormatInt(v, 10), true
	case float64:
		return "Db", cliDouble(v), true
	case string:
		return "S", escapeCli(v), true
	case time.Time:
		return "DT", v.Format("2006-01-02T15:04:05.0000000Z07:00"), true
	case time.Duration:
		return "TS", cliDuration(v), true
	case object.GUID:
		return "G", object.Text(v), true
	case object.Bytes:
		return "BA", base64.StdEncoding.EncodeToString(v), true
	case object.Block:
		return "SBK", escapeCli(v.Source()), true
	case object.TypedText:
		if v.Type == "Uri" || v.Type == "System.Uri" {
			return "URI", escapeCli(v.Value), true
		}
	}
	return "", "", false
}

func cliDouble(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "INF"
	case math.IsInf(f, -1):
		return "-INF"
	}
	return strconv.FormatFloat(f, 'G', -1, 64)
}

// cliDuration is the duration of XML Schema: P30DT1H2M3.5S.
func cliDuration(d time.Duration) string {
	if d == 0 {
		return "PT0S"
	}
	n := uint64(d)
	sign := ""
	if d < 0 {
		sign, n = "-", -n // right for the smallest duration, too
	}
	days, n := n/uint64(24*time.Hour), n%uint64(24*time.Hour)
	hours, n := n/uint64(time.Hour), n%uint64(time.Hour)
	minutes, n := n/uint64(time.Minute), n%uint64(time.Minute)
	seconds, nanos := n/uint64(time.Second), n%uint64(time.Second)
	fraction := ""
	if nanos > 0 {
		fraction = strings.TrimRight(fmt.Sprintf(".%09d", nanos), "0")
	}
	return fmt.Sprintf("%sP%dDT%dH%dM%d%sS", sign, days, hours, minutes, seconds, fraction)
}

// escapeCli writes a text for an element or attribute. What XML cannot hold is
// written _xHHHH_ for each UTF-16 unit, and so is an underscore that would look
// like the beginning of that.
func escapeCli(s string) string {
	var b strings.Builder
	runes := []rune(s)
	for i, r := range runes {
		switch {
		case r == '_' && i+1 < len(runes) && (runes[i+1] == 'x' || runes[i+1] == 'X'):
			b.WriteString("_x005F_")
		case r < ' ' || r >= 0x7F && r <= 0x9F || r == 0xFFFE || r == 0xFFFF:
			fmt.Fprintf(&b, "_x%04X_", r)
		default:
			b.WriteRune(r)
		}
	}
	return markup.Replace(b.String())
}

// markup escapes what XML would take for its own, in texts and in attributes.
var markup = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")
