package object

import (
	"encoding/base64"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf16"
)

var stringStatics = []method{
	{"Compare", "", 2, 3, func(c *call) (Value, error) {
		ignore := len(c.args) > 2 && (strings.EqualFold(c.text(2), "True") || strings.HasSuffix(strings.ToLower(c.text(2)), "ignorecase"))
		return int32(compareText(c.text(0), c.text(1), !ignore)), nil
	}},
	{"Concat", "", 1, 16, func(c *call) (Value, error) { return join(c.rest(0), "") }},
	{"Equals", "", 2, 3, func(c *call) (Value, error) {
		if len(c.args) > 2 && strings.HasSuffix(strings.ToLower(c.text(2)), "ignorecase") {
			return strings.EqualFold(c.text(0), c.text(1)), nil
		}
		return c.text(0) == c.text(1), nil
	}},
	{"Format", "", 1, 16, func(c *call) (Value, error) {
		s, err := Format(c.text(0), c.rest(1).Items, nil)
		if err != nil {
			return nil, c.rethrow(err)
		}
		return s, nil
	}},
	{"IsNullOrEmpty", "", 1, 1, func(c *call) (Value, error) { return c.text(0) == "", nil }},
	{"IsNullOrWhiteSpace", "", 1, 1, func(c *call) (Value, error) { return strings.TrimFunc(c.text(0), isBlank) == "", nil }},
	{"Join", "", 1, 16, func(c *call) (Value, error) { return join(c.rest(1), c.text(0)) }},
}

// rest are the arguments from i on; a list that is the last of them is them.
func (c *call) rest(i int) *List {
	if len(c.args) == i+1 {
		if items, ok := collection(c.args[i]); ok {
			return &List{Items: items}
		}
	}
	return &List{Items: c.args[min(i, len(c.args)):]}
}

var convertStatics = append([]method{
	{"ToBase64String", "", 1, 2, func(c *call) (Value, error) {
		v, err := c.bytes(0)
		if err != nil {
			return nil, err
		}
		return base64.StdEncoding.EncodeToString(v), nil
	}},
	{"FromBase64String", "", 1, 1, func(c *call) (Value, error) {
		s := strings.Join(strings.Fields(c.text(0)), "")
		data, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			return nil, c.raise("FormatException", "The input is not a valid Base-64 string as it contains a non-base 64 character, more than two padding characters, or an illegal character among the padding characters. ")
		}
		return Bytes(data), nil
	}},
}, conversions("Boolean", "Byte", "Int16", "Int32", "Int64", "UInt16", "UInt32", "UInt64", "Double", "Decimal", "Single", "String", "DateTime", "Char")...)

// conversions are ToInt32 and its kin. A second argument is the base of a text.
func conversions(names ...string) []method {
	var all []method
	for _, name := range names {
		all = append(all, method{"To" + name, "", 1, 2, func(c *call) (Value, error) {
			if v, ok := readBase(c, name); ok {
				return v, nil
			}
			return c.convert(0, "System."+name)
		}})
	}
	return all
}

// readBase reads [Convert]::ToInt32("ff", 16).
func readBase(c *call, name string) (Value, bool) {
	s, text := c.args[0].(string)
	if !text || len(c.args) < 2 || !strings.Contains(name, "Int") || c.text(1) != "16" {
		return nil, false
	}
	return readHex("", strings.TrimPrefix(strings.ToLower(s), "0x"))
}

// bytes is an argument as a Byte[].
func (c *call) bytes(i int) (Bytes, error) {
	if c.args[i] == nil {
		return nil, c.raise("ArgumentNullException", "Value cannot be null.\nParameter name: inArray")
	}
	v, err := c.convert(i, "Byte[]")
	b, _ := v.(Bytes)
	return b, err
}

// encodingNamed is [Text.Encoding]::UTF8 and its kin.
func encodingNamed(name string) (*Object, bool) {
	switch strings.ToLower(name) {
	case "utf8", "default":
		return &Object{Types: []string{"System.Text.UTF8Encoding"}}, true
	case "ascii":
		return &Object{Types: []string{"System.Text.ASCIIEncoding"}}, true
	case "unicode":
		return &Object{Types: []string{"System.Text.UnicodeEncoding"}}, true
	}
	return nil, false
}

var encodingMethods = []method{
	{"GetBytes", "byte[] GetBytes(string s)", 1, 1, func(c *call) (Value, error) { return encode(TypeName(c.recv), c.text(0)), nil }},
	{"GetString", "string GetString(byte[] bytes)", 1, 1, func(c *call) (Value, error) {
		b, err := c.bytes(0)
		if err != nil {
			return nil, err
		}
		return decode(TypeName(c.recv), b), nil
	}},
}

func encode(encoding, s string) Bytes {
	switch encoding {
	case "System.Text.ASCIIEncoding":
		b := make(Bytes, 0, len(s))
		for _, r := range s {
			if r > unicode.MaxASCII {
				r = '?'
			}
			b = append(b, byte(r))
		}
		return b
	case "System.Text.UnicodeEncoding":
		units := utf16.Encode([]rune(s))
		b := make(Bytes, 0, 2*len(units))
		for _, u := range units {
			b = append(b, byte(u), byte(u>>8))
		}
		return b
	}
	return Bytes(s)
}

func decode(encoding string, b Bytes) string {
	switch encoding {
	case "System.Text.ASCIIEncoding":
		return strings.Map(func(r rune) rune {
			if r > unicode.MaxASCII {
				return '?'
			}
			return r
		}, string(b))
	case "System.Text.UnicodeEncoding":
		units := make([]uint16, 0, len(b)/2)
		for i := 0; i+1 < len(b); i += 2 {
			units = append(units, uint16(b[i])|uint16(b[i+1])<<8)
		}
		return string(utf16.Decode(units))
	}
	return strings.ToValidUTF8(string(b), "\ufffd")
}

var uriStatics = []method{
	{"EscapeDataString", "", 1, 1, func(c *call) (Value, error) {
		return strings.ReplaceAll(url.QueryEscape(c.text(0)), "+", "%20"), nil
	}},
	{"UnescapeDataString", "", 1, 1, func(c *call) (Value, error) {
		s, err := url.PathUnescape(c.text(0))
		if err != nil {
			return c.text(0), nil // what is no escape stays as it is
		}
		return s, nil
	}},
}

var charStatics = []method{
	{"IsDigit", "", 1, 1, func(c *call) (Value, error) { return c.isChar(unicode.IsDigit) }},
	{"IsLetter", "", 1, 1, func(c *call) (Value, error) { return c.isChar(unicode.IsLetter) }},
	{"IsWhiteSpace", "", 1, 1, func(c *call) (Value, error) { return c.isChar(unicode.IsSpace) }},
}

func (c *call) isChar(is func(rune) bool) (Value, error) {
	v, err := c.convert(0, "System.Char")
	if err != nil {
		return nil, err
	}
	for _, r := range Text(v) {
		return is(r), nil
	}
	return false, nil
}

var regexStatics = []method{
	{"Escape", "", 1, 1, func(c *call) (Value, error) { return escapeRegex(c.text(0)), nil }},
	{"IsMatch", "", 2, 3, func(c *call) (Value, error) {
		e, err := c.expression()
		if err != nil {
			return nil, err
		}
		return e.re.MatchString(c.text(0)), nil
	}},
	{"Match", "", 2, 3, func(c *call) (Value, error) {
		e, err := c.expression()
		if err != nil {
			return nil, err
		}
		return e.match(c.text(0), e.re.FindStringSubmatchIndex(c.text(0))), nil
	}},
	{"Matches", "", 2, 3, func(c *call) (Value, error) {
		e, err := c.expression()
		if err != nil {
			return nil, err
		}
		all, err := e.all(c.text(0))
		list := &List{}
		for _, at := range all {
			list.Items = append(list.Items, e.match(c.text(0), at))
		}
		return list, err
	}},
	{"Replace", "", 3, 4, func(c *call) (Value, error) {
		e, err := compile(c.text(1), len(c.args) < 4 || !strings.Contains(strings.ToLower(c.text(3)), "ignorecase"))
		if err != nil {
			return nil, err
		}
		return asValue(e.replace(c.text(0), c.text(2)))
	}},
	{"Split", "", 2, 3, func(c *call) (Value, error) {
		e, err := c.expression()
		if err != nil {
			return nil, err
		}
		items, err := e.split(c.text(0), 0)
		return &List{Type: "String[]", Items: items}, err
	}},
}

// expression compiles the second argument; the third may say IgnoreCase.
func (c *call) expression() (*expression, error) {
	return compile(c.text(1), !strings.Contains(strings.ToLower(c.text(2)), "ignorecase"))
}

// match is a Match of .NET; at is nil when nothing matched.
func (e *expression) match(s string, at []int) *Object {
	o := &Object{Types: []string{"System.Text.RegularExpressions.Match"}}
	if at == nil {
		o.Properties = []Property{{Name: "Groups", Value: &Hash{}}, {Name: "Success", Value: false}, {Name: "Value", Value: ""}}
		return o
	}
	groups := e.groups(s, at)
	for i, text := range groups.Values {
		groups.Values[i] = &Object{Types: []string{"System.Text.RegularExpressions.Group"}, Text: Text(text),
			Properties: []Property{{Name: "Success", Value: true}, {Name: "Value", Value: text}}}
	}
	o.Text = s[at[0]:at[1]]
	o.Properties = []Property{
		{Name: "Groups", Value: groups},
		{Name: "Success", Value: true},
		{Name: "Index", Value: runesBefore(s, at[0])},
		{Name: "Length", Value: runesBefore(o.Text, len(o.Text))},
		{Name: "Value", Value: o.Text},
	}
	return o
}

// escapeRegex escapes what .NET escapes: not - or ], but # and white space.
func escapeRegex(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case strings.ContainsRune(`\*+?|{[()^$.# `, r):
			b.WriteString(`\` + string(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
