package format

import (
	"bufio"
	"encoding/json"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/matchseal/matchseal/internal/shell/object"
)

// JSON writes v as ConvertTo-Json of Windows PowerShell 5.1 does, without a
// line feed at the end. Values nested deeper than depth (2 is the command's
// default) are written as text.
//
// It differs from 5.1 in two things, which nobody would read on purpose: dates
// are ISO 8601 and not "\/Date(1767603888000)\/", and members of enumerations
// are their names and not their numbers, which this shell does not have.
func JSON(w io.Writer, v object.Value, depth int, compress bool) error {
	b := bufio.NewWriter(w)
	j := jsonWriter{Writer: b, depth: depth, compress: compress}
	j.value(v, 0, 0)
	return b.Flush()
}

// JSONArray writes values as they come as the members of one JSON array, one
// per line and complete; it is the command line's -o json.
type JSONArray struct {
	w     *bufio.Writer
	begun bool
}

// allDepth is what counts as complete: nothing real is nested deeper.
const allDepth = 32

// NewJSONArray begins an array. Nothing is written before Add or Close.
func NewJSONArray(w io.Writer) *JSONArray { return &JSONArray{w: bufio.NewWriter(w)} }

// Add writes one member; of a record of Format-List or Format-Table the object
// with the properties that were asked for.
func (a *JSONArray) Add(v object.Value) error {
	if r, ok := v.(*Record); ok {
		v = r.object()
	}
	front := ",\n"
	if !a.begun {
		a.begun, front = true, "[\n"
	}
	_, _ = a.w.WriteString(front) // Flush has the error
	j := jsonWriter{Writer: a.w, depth: allDepth, compress: true}
	j.value(v, 0, 0)
	return a.w.Flush()
}

// Close ends the array; without any Add it writes [].
func (a *JSONArray) Close() error {
	back := "\n]\n"
	if !a.begun {
		back = "[]\n"
	}
	_, _ = a.w.WriteString(back)
	return a.w.Flush()
}

type jsonWriter struct {
	*bufio.Writer // keeps its first error until Flush
	depth         int
	compress      bool
	within        []object.Value // what the value under way is inside of
}

// value writes v. Level counts what it is nested in; column is where it begins,
// for the product indents by the place of the bracket and not by the level.
func (j *jsonWriter) value(v object.Value, level, column int) {
	switch v := v.(type) {
	case nil:
		j.put("null")
	case bool:
		j.put(strconv.FormatBool(v))
	case int32:
		j.put(strconv.FormatInt(int64(v), 10))
	case int64:
		j.put(strconv.FormatInt(v, 10))
	case float64:
		j.number(v)
	case time.Time:
		j.text(v.Format(time.RFC3339Nano))
	case string, object.TypedText, object.Enum, object.GUID, object.Type, object.Secure, object.Block:
		j.text(object.Text(v))
	default:
		if level > j.depth {
			j.text(object.Text(v))
			return
		}
		j.nested(v, level, column)
	}
}

func (j *jsonWriter) nested(v object.Value, level, column int) {
	switch v.(type) {
	case *object.List, *object.Hash, *object.Object:
		for _, outer := range j.within {
			if outer == v {
				j.put("null") // it would never end
				return
			}
		}
		j.within = append(j.within, v)
		defer func() { j.within = j.within[:len(j.within)-1] }()
	}
	switch v := v.(type) {
	case *object.List, object.Bytes:
		items := object.Items(v)
		j.bracket('[', ']', len(items), column, func(i, column int) { j.value(items[i], level+1, column) })
	case *object.Hash:
		j.bracket('{', '}', len(v.Keys), column, func(i, column int) {
			j.member(object.Text(v.Keys[i]), v.Values[i], level, column)
		})
	default:
		properties := object.Properties(v)
		if len(properties) == 0 && object.Text(v) != "" {
			j.text(object.Text(v))
			return
		}
		j.bracket('{', '}', len(properties), column, func(i, column int) {
			j.member(properties[i].Name, properties[i].Value, level, column)
		})
	}
}

// bracket writes n things in brackets, each on a line of its own.
func (j *jsonWriter) bracket(open, end byte, n, column int, thing func(i, column int)) {
	const indent = 4
	_ = j.WriteByte(open)
	for i := range n {
		if i > 0 {
			j.put(",")
		}
		j.newline(column + indent)
		thing(i, column+indent)
	}
	if n == 0 {
		j.newline(0) // the product leaves a line where nothing is
	}
	j.newline(column)
	_ = j.WriteByte(end)
}

func (j *jsonWriter) newline(column int) {
	if !j.compress {
		j.put("\n" + strings.Repeat(" ", column))
	}
}

func (j *jsonWriter) member(name string, v object.Value, level, column int) {
	quoted := quoteJSON(name)
	colon := ":  "
	if j.compress {
		colon = ":"
	}
	j.put(quoted + colon)
	j.value(v, level+1, column+utf8.RuneCountInString(quoted)+len(colon))
}

func (j *jsonWriter) number(f float64) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		j.text(object.Text(f)) // JSON has no such number
		return
	}
	text, err := json.Marshal(f)
	if err != nil {
		text = []byte("null")
	}
	j.put(string(text))
}

func (j *jsonWriter) text(s string) { j.put(quoteJSON(s)) }
func (j *jsonWriter) put(s string)  { _, _ = j.WriteString(s) }

// quoteJSON escapes what the product escapes (quotation marks, control
// characters, and < > & ' for the sake of HTML) and what Visible would.
func quoteJSON(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case strings.ContainsRune("\b\f\n\r\t", r):
			b.WriteByte('\\')
			b.WriteByte("btn_fr"[r-'\b'])
		case strings.ContainsRune("<>&'", r) || !shows(r):
			for _, unit := range utf16.AppendRune(nil, r) {
				b.WriteString(`\u` + hex4(unit))
			}
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func hex4(unit uint16) string {
	text := strconv.FormatUint(uint64(unit), 16)
	return strings.Repeat("0", 4-len(text)) + text
}
