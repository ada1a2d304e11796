package format

import (
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/shell/object"
)

// cliObject is an <Obj> as it is read.
type cliObject struct {
	types      []string
	text       string
	hasText    bool
	properties []object.Property
	list       *object.List
	hash       *object.Hash
	base       object.Value // the value that the object only decorates
	weight     int
}

// object reads an <Obj>. References to it are good from its end on: none of our
// values contains itself.
func (c *cliReader) object(e xml.StartElement) (weighed, error) {
	o := cliObject{weight: 1}
	if err := c.children(func(e xml.StartElement) error { return c.part(&o, e) }); err != nil {
		return weighed{}, err
	}
	w := weighed{o.value(), o.weight}
	if id := attr(e, "RefId"); id != "" {
		c.objects[id] = w
	}
	return w, nil
}

func (c *cliReader) part(o *cliObject, e xml.StartElement) error {
	switch e.Name.Local {
	case "TN":
		return c.typeNames(o, attr(e, "RefId"))
	case "TNRef":
		types, ok := c.types[attr(e, "RefId")]
		if !ok {
			return fmt.Errorf("the reference to type names %q leads nowhere", attr(e, "RefId"))
		}
		o.types = types
		_, err := c.content()
		return err
	case "ToString":
		var err error
		o.text, err = c.content()
		o.hasText = true
		return err
	case "Props", "MS":
		return c.children(func(e xml.StartElement) error {
			w, err := c.weigh(o, e)
			o.properties = append(o.properties, object.Property{Name: name(e), Value: w})
			return err
		})
	case "LST", "IE", "QUE", "STK":
		o.list = &object.List{}
		return c.children(func(e xml.StartElement) error {
			w, err := c.weigh(o, e)
			o.list.Items = append(o.list.Items, w)
			return err
		})
	case "DCT":
		o.hash = &object.Hash{}
		return c.children(func(e xml.StartElement) error { return c.entry(o, e) })
	default:
		var err error
		o.base, err = c.weigh(o, e)
		return err
	}
}

// weigh reads a value inside of o.
func (c *cliReader) weigh(o *cliObject, e xml.StartElement) (object.Value, error) {
	w, err := c.value(e)
	if o.weight += w.weight; err == nil && o.weight > cliMaxElements {
		return nil, errTooMany
	}
	return w.v, err
}

func (c *cliReader) typeNames(o *cliObject, id string) error {
	o.types = nil
	err := c.children(func(xml.StartElement) error {
		text, err := c.content()
		o.types = append(o.types, text)
		return err
	})
	c.types[id] = o.types
	return err
}

// entry reads an <En> with its two values.
func (c *cliReader) entry(o *cliObject, e xml.StartElement) error {
	if e.Name.Local != "En" {
		return fmt.Errorf("<%s> stands in a <DCT>", e.Name.Local)
	}
	var key, value object.Value
	err := c.children(func(e xml.StartElement) error {
		v, err := c.weigh(o, e)
		if name(e) == "Key" {
			key = v
		} else {
			value = v
		}
		return err
	})
	if err == nil {
		o.hash.Keys, o.hash.Values = append(o.hash.Keys, key), append(o.hash.Values, value)
	}
	return err
}

// value decides what the parts amount to.
func (o *cliObject) value() object.Value {
	typeName := ""
	if len(o.types) > 0 {
		typeName = o.types[0]
	}
	switch {
	case o.hash != nil:
		return o.hash
	case o.list != nil:
		// A list names its type as the language does: Object[], String[].
		short := strings.TrimPrefix(typeName, "System.")
		if short == "Object[]" {
			short = ""
		}
		if !strings.Contains(short, ".") {
			typeName = short
		}
		o.list.Type = typeName
		return o.list
	case slices.Contains(o.types, "System.Enum"):
		return object.Enum{Type: typeName, Name: o.text}
	case o.base != nil && len(o.properties) == 0:
		if text, ok := o.base.(string); ok && typeName != "" && typeName != "System.String" {
			return object.TypedText{Type: typeName, Value: text}
		}
		return o.base
	}
	return &object.Object{Types: slices.Clone(o.types), Properties: o.properties, Text: o.text}
}

// parsePrimitive reads the value of an element without children.
func parsePrimitive(element, text string) (object.Value, error) {
	switch element {
	case "Nil":
		return nil, nil
	case "S", "XD", "SBK":
		return text, nil
	case "B":
		return strconv.ParseBool(text)
	case "By", "SB", "I16", "U16", "I32":
		n, err := strconv.ParseInt(text, 10, 32)
		return int32(n), err
	case "U32", "I64":
		return strconv.ParseInt(text, 10, 64)
	case "U64", "Db", "Sg", "D":
		return parseDouble(text)
	case "C":
		n, err := strconv.ParseUint(text, 10, 16)
		return string(rune(n)), err
	case "DT":
		return parseTime(text)
	case "TS":
		return parseDuration(text)
	case "G":
		return object.ParseGUID(text)
	case "BA":
		data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		return object.Bytes(data), err
	case "URI":
		return object.TypedText{Type: "Uri", Value: text}, nil
	case "Version":
		return object.TypedText{Type: "Version", Value: text}, nil
	case "SS":
		return object.Secure{}, nil // encrypted for the account and machine it came from
	default:
		return nil, fmt.Errorf("<%s> is no value", element)
	}
}

func parseDouble(text string) (object.Value, error) {
	switch text {
	case "INF":
		return math.Inf(1), nil
	case "-INF":
		return math.Inf(-1), nil
	}
	return strconv.ParseFloat(text, 64)
}

// parseTime reads a date; one without a zone was local where it was written.
func parseTime(text string) (object.Value, error) {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t, err = time.ParseInLocation("2006-01-02T15:04:05.999999999", text, time.Local)
	}
	return t, err
}

var errDuration = errors.New("that is no duration")

// parseDuration reads P1DT2H3M4.5S with any of its parts.
func parseDuration(text string) (object.Value, error) {
	rest, negative := strings.CutPrefix(text, "-")
	rest, ok := strings.CutPrefix(rest, "P")
	date, clock, _ := strings.Cut(rest, "T")
	if !ok || rest == "" {
		return nil, errDuration
	}
	var sum uint64 // the smallest duration is one larger than the largest
	for _, part := range []struct {
		text *string
		unit string
		size time.Duration
	}{{&date, "D", 24 * time.Hour}, {&clock, "H", time.Hour}, {&clock, "M", time.Minute}, {&clock, "S", time.Second}} {
		number, after, found := strings.Cut(*part.text, part.unit)
		if !found {
			continue
		}
		*part.text = after
		n, ok := times(number, uint64(part.size))
		if !ok || n > longestDuration-sum {
			return nil, errDuration
		}
		sum += n
	}
	if date != "" || clock != "" || !negative && sum == longestDuration {
		return nil, errDuration
	}
	if negative {
		sum = -sum
	}
	return time.Duration(sum), nil
}

const longestDuration = 1 << 63

// times is number units in nanoseconds; the number may have a fraction.
func times(number string, unit uint64) (uint64, bool) {
	whole, fraction, _ := strings.Cut(number, ".")
	n, err := strconv.ParseUint(whole, 10, 63)
	if err != nil || len(fraction) > 9 || n > longestDuration/unit {
		return 0, false
	}
	f, err := strconv.ParseUint((fraction + "000000000")[:9], 10, 32)
	return n*unit + f*(unit/1e9), err == nil
}
