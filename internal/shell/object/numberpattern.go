package object

import (
	"strconv"
	"strings"
)

// customNumber is a pattern of 0, #, point, comma, %, E+0, ; and texts that
// stand for themselves.
func customNumber(v Value, format string) string {
	d := decimalOf(v)
	sections := splitSections(format)
	section := sections[0]
	switch {
	case d.zero() && len(sections) > 2:
		section = sections[2]
	case d.negative && len(sections) > 1 && sections[1] != "":
		section, d.negative = sections[1], false
	}
	p := readNumberPattern(section)
	d.point += p.shift
	if p.exponent > 0 {
		return p.writeScientific(d)
	}
	rounded := d.round(p.places)
	if rounded.zero() && len(sections) > 2 && section != sections[2] {
		p = readNumberPattern(sections[2])
	}
	return p.write(rounded)
}

// splitSections cuts at each ; that is not quoted.
func splitSections(format string) []string {
	var sections []string
	start := 0
	for i := 0; i < len(format); i++ {
		switch c := format[i]; c {
		case '\\':
			i++
		case '\'', '"':
			if end := strings.IndexByte(format[i+1:], c); end >= 0 {
				i += end + 1
			}
		case ';':
			sections = append(sections, format[start:i])
			start = i + 1
		}
	}
	return append(sections, format[start:])
}

// numberPattern is one section of a custom pattern.
type numberPattern struct {
	tokens   []string // each one placeholder (0 or #), "." or a text after \x00
	before   int      // placeholders before the point
	needed   int      // digits before the point that are always there
	places   int      // placeholders after the point
	required int      // digits after the point that are always there
	group    bool
	shift    int // of the point: 2 for a per cent sign, -3 for a comma at the end
	exponent int // digits of E+000
	letter   byte
	plus     bool
}

const ownText = "\x00"

func readNumberPattern(s string) numberPattern {
	var p numberPattern
	point := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '0', '#':
			p.placeholder(c, point)
		case '.':
			if !point {
				p.tokens = append(p.tokens, ".")
			}
			point = true
		case ',':
			p.comma(s[i+1:], point)
		case '%':
			p.shift += 2
			p.tokens = append(p.tokens, ownText+"%")
		case '\\':
			if i++; i < len(s) {
				p.tokens = append(p.tokens, ownText+s[i:i+1])
			}
		case '\'', '"':
			end := strings.IndexByte(s[i+1:], c)
			if end < 0 {
				end = len(s) - i - 1
			}
			p.tokens = append(p.tokens, ownText+s[i+1:i+1+end])
			i += end + 1
		case 'E', 'e':
			if n := p.readExponent(s[i:]); n > 0 {
				i += n - 1
				continue
			}
			p.tokens = append(p.tokens, ownText+string(c))
		default:
			p.tokens = append(p.tokens, ownText+s[i:i+1])
		}
	}
	return p
}

func (p *numberPattern) placeholder(c byte, point bool) {
	p.tokens = append(p.tokens, string(c))
	switch {
	case point:
		p.places++
		if c == '0' {
			p.required = p.places
		}
	case c == '0' || p.needed > 0:
		p.needed++ // everything after the first 0 is written
		fallthrough
	default:
		p.before++
	}
}

// comma asks for groups between placeholders, and divides by a thousand at
// the end of them.
func (p *numberPattern) comma(rest string, point bool) {
	if point || p.before == 0 {
		return
	}
	next := strings.TrimLeft(rest, ",")
	if next != "" && (next[0] == '0' || next[0] == '#') {
		p.group = true
		return
	}
	p.shift -= 3
}

// readExponent reads E0, E+0 or E-0 and gives its length, 0 for none.
func (p *numberPattern) readExponent(s string) int {
	n := 1
	if n < len(s) && (s[n] == '+' || s[n] == '-') {
		n++
	}
	zeros := len(s[n:]) - len(strings.TrimLeft(s[n:], "0"))
	if zeros == 0 || p.exponent > 0 {
		return 0
	}
	p.exponent, p.letter, p.plus = min(zeros, 10), s[0], s[1] == '+'
	p.tokens = append(p.tokens, "E")
	return n + zeros
}

// write fills the placeholders with the digits of d, which is rounded.
func (p numberPattern) write(d decimal) string {
	before, after := d.fixed(p.places)
	if before == "0" {
		before = ""
	}
	before = strings.Repeat("0", max(p.needed-len(before), 0)) + before
	for len(after) > p.required && strings.HasSuffix(after, "0") {
		after = after[:len(after)-1]
	}
	var b strings.Builder
	if d.negative && !d.zero() {
		b.WriteByte('-')
	}
	p.fill(&b, before, after, "")
	return b.String()
}

func (p numberPattern) writeScientific(d decimal) string {
	exponent := 0
	if !d.zero() {
		whole := max(p.before, 1)
		rounded := decimal{digits: d.digits, point: whole}.round(p.places)
		exponent = d.point - whole + rounded.point - whole
		d.digits, d.point = rounded.digits, whole
	}
	before, after := decimal{digits: d.digits, point: d.point}.fixed(p.places)
	for len(after) > p.required && strings.HasSuffix(after, "0") {
		after = after[:len(after)-1]
	}
	power := strconv.Itoa(max(exponent, -exponent))
	power = strings.Repeat("0", max(p.exponent-len(power), 0)) + power
	if exponent < 0 {
		power = "-" + power
	} else if p.plus {
		power = "+" + power
	}
	var b strings.Builder
	if d.negative && !d.zero() {
		b.WriteByte('-')
	}
	p.fill(&b, before, after, string(p.letter)+power)
	return b.String()
}

// fill writes the tokens. Digits that have no placeholder stand at the first.
func (p numberPattern) fill(b *strings.Builder, before, after, power string) {
	left, places := p.before, 0
	for _, token := range p.tokens {
		switch {
		case strings.HasPrefix(token, ownText):
			b.WriteString(token[1:])
		case token == "E":
			b.WriteString(power)
		case token == ".":
			if left > 0 || p.before == 0 {
				p.digitsTo(b, &before, 0)
			}
			if after != "" {
				b.WriteByte('.')
			}
			left = 0
		case left > 0:
			left--
			p.digitsTo(b, &before, left)
		case places < len(after):
			b.WriteByte(after[places])
			places++
		}
	}
}

// digitsTo writes digits until only left of them remain.
func (p numberPattern) digitsTo(b *strings.Builder, digits *string, left int) {
	for len(*digits) > left {
		b.WriteByte((*digits)[0])
		*digits = (*digits)[1:]
		if n := len(*digits); p.group && n > 0 && n%3 == 0 {
			b.WriteByte(',')
		}
	}
}
