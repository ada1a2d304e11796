package builtin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// What ConvertFrom-Json takes: text of not more than maxJSON bytes, nested not
// deeper than maxJSONDepth.
const (
	maxJSON      = 64 << 20
	maxJSONDepth = 100
)

func jsonCommands() []*shell.Command {
	return []*shell.Command{
		{
			Name: "ConvertTo-Json", Module: utility,
			Synopsis: "Writes objects as JSON.",
			Parameters: []shell.Parameter{
				empty(required(piped(at(0, "InputObject", "PSObject", "the objects")))),
				defaulting(named("Depth", "Int32", "how deep objects within objects are written; deeper ones are texts"), "2"),
				toggle("Compress", "without blanks and line breaks"),
			},
			Start: gather(toJSON),
		},
		{
			Name: "ConvertFrom-Json", Module: utility,
			Synopsis:   "Makes objects from JSON.",
			Parameters: []shell.Parameter{empty(required(piped(at(0, "InputObject", "String", "the text, in one piece or line by line"))))},
			Start:      gather(fromJSON),
		},
	}
}

func toJSON(_ context.Context, in *shell.Invocation, all []object.Value) error {
	depth := 2
	if in.Has("Depth") {
		depth = in.Int("Depth")
	}
	var v object.Value
	switch len(all) {
	case 0:
		return nil
	case 1:
		v = all[0]
	default:
		v = &object.List{Items: all}
	}
	var b strings.Builder
	if err := format.JSON(&b, v, depth, in.Bool("Compress")); err != nil {
		return err
	}
	return in.Emit(b.String())
}

func fromJSON(_ context.Context, in *shell.Invocation, all []object.Value) error {
	var lines []string
	for _, v := range all {
		lines = append(lines, object.Text(v))
	}
	text := strings.Join(lines, "\n")
	if strings.TrimSpace(text) == "" {
		return nil
	}
	v, err := parseJSON(text)
	if err != nil {
		return fault(in, "System.ArgumentException", "NotSpecified", "ArgumentException", "%s", err)
	}
	return in.Emit(v)
}

// parseJSON reads one JSON value. Objects keep the order of their members.
func parseJSON(text string) (object.Value, error) {
	if len(text) > maxJSON {
		return nil, errors.New("Error during serialization or deserialization using the JSON JavaScriptSerializer. The length of the string exceeds the value set on the maxJsonLength property.")
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	v, err := jsonValue(d, maxJSONDepth)
	at := d.InputOffset()
	if err == nil {
		if _, after := d.Token(); !errors.Is(after, io.EOF) {
			err = errors.New("there is more text after the value")
		}
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the text ends before the value does")
	}
	if err != nil {
		return nil, fmt.Errorf("Invalid JSON primitive: %s. (%w, from character %d on)", excerpt(text, at), err, at+1)
	}
	return v, nil
}

// excerpt is the word of the text at an offset, for messages.
func excerpt(text string, offset int64) string {
	rest := strings.TrimSpace(text[min(int(offset), len(text)):])
	if i := strings.IndexAny(rest, " \t\r\n,:]}"); i > 0 {
		rest = rest[:i]
	}
	if len(rest) > 40 {
		rest = rest[:40]
	}
	return strings.ToValidUTF8(rest, "")
}

func jsonValue(d *json.Decoder, depth int) (object.Value, error) {
	if depth == 0 {
		return nil, fmt.Errorf("nested deeper than %d", maxJSONDepth)
	}
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			return jsonObject(d, depth)
		}
		return jsonArray(d, depth)
	case json.Number:
		return jsonNumber(t)
	case string:
		return jsonText(t), nil
	}
	return token, nil // true, false and null
}

func jsonObject(d *json.Decoder, depth int) (object.Value, error) {
	o := shell.ObjectOf(customObject)
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		v, err := jsonValue(d, depth-1)
		if err != nil {
			return nil, err
		}
		o.Properties = append(o.Properties, object.Property{Name: fmt.Sprint(name), Value: v})
	}
	_, err := d.Token()
	return o, err
}

func jsonArray(d *json.Decoder, depth int) (object.Value, error) {
	l := &object.List{}
	for d.More() {
		v, err := jsonValue(d, depth-1)
		if err != nil {
			return nil, err
		}
		l.Items = append(l.Items, v)
	}
	_, err := d.Token()
	return l, err
}

func jsonNumber(n json.Number) (object.Value, error) {
	if i, err := n.Int64(); err == nil {
		if i >= math.MinInt32 && i <= math.MaxInt32 {
			return int32(i), nil
		}
		return i, nil
	}
	return n.Float64()
}

// jsonText takes a date for a date: \/Date(milliseconds)\/ as Windows
// PowerShell writes it, and ISO 8601 with a time and a zone, which is what
// ConvertTo-Json writes here.
func jsonText(s string) object.Value {
	if inner, ok := strings.CutPrefix(s, "/Date("); ok {
		if inner, ok = strings.CutSuffix(inner, ")/"); ok {
			if ms, err := strconv.ParseInt(inner, 10, 64); err == nil {
				return time.UnixMilli(ms).UTC()
			}
		}
	}
	if isoDate().MatchString(s) {
		if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
			return t
		}
	}
	return s
}

func isoDate() *regexp.Regexp {
	return regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`)
}
