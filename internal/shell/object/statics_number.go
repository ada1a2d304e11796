package object

import (
	"math"
	"strings"
)

var mathStatics = []method{
	{"Abs", "", 1, 1, func(c *call) (Value, error) {
		n, err := c.number(0)
		if err != nil {
			return nil, err
		}
		if compareNumbers(n, int32(0)) < 0 {
			return arithmetic("-", int32(0), n)
		}
		return n, nil
	}},
	{"Ceiling", "", 1, 1, func(c *call) (Value, error) { return c.real(math.Ceil) }},
	{"Exp", "", 1, 1, func(c *call) (Value, error) { return c.real(math.Exp) }},
	{"Floor", "", 1, 1, func(c *call) (Value, error) { return c.real(math.Floor) }},
	{"Log", "", 1, 1, func(c *call) (Value, error) { return c.real(math.Log) }},
	{"Log10", "", 1, 1, func(c *call) (Value, error) { return c.real(math.Log10) }},
	{"Max", "", 2, 2, func(c *call) (Value, error) { return c.choose(1) }},
	{"Min", "", 2, 2, func(c *call) (Value, error) { return c.choose(-1) }},
	{"Pow", "", 2, 2, func(c *call) (Value, error) {
		x, err := c.float(0)
		if err != nil {
			return nil, err
		}
		y, err := c.float(1)
		return math.Pow(x, y), err
	}},
	{"Round", "", 1, 3, func(c *call) (Value, error) { return c.round() }},
	{"Sign", "", 1, 1, func(c *call) (Value, error) {
		n, err := c.number(0)
		if err != nil {
			return nil, err
		}
		return int32(compareNumbers(n, int32(0))), nil
	}},
	{"Sqrt", "", 1, 1, func(c *call) (Value, error) { return c.real(math.Sqrt) }},
	{"Truncate", "", 1, 1, func(c *call) (Value, error) { return c.real(math.Trunc) }},
}

// number is an argument as a number of its own type.
func (c *call) number(i int) (Value, error) {
	if n, ok := number(c.args[i]); ok {
		return n, nil
	}
	return c.convert(i, "System.Double")
}

func (c *call) real(f func(float64) float64) (Value, error) {
	x, err := c.float(0)
	return f(x), err
}

// choose gives the larger number for 1, the smaller for -1.
func (c *call) choose(sign int) (Value, error) {
	a, err := c.number(0)
	if err != nil {
		return nil, err
	}
	b, err := c.number(1)
	if err != nil {
		return nil, err
	}
	if compareNumbers(a, b)*sign < 0 {
		a, b = b, a
	}
	if _, float := b.(float64); float {
		return toFloat(a), nil // both become the wider type
	}
	return a, nil
}

// round rounds halves to even unless AwayFromZero is asked for.
func (c *call) round() (Value, error) {
	x, err := c.float(0)
	if err != nil {
		return nil, err
	}
	places, away := 0, false
	for i := 1; i < len(c.args); i++ {
		switch mode := strings.ToLower(c.text(i)); mode {
		case "awayfromzero":
			away = true
		case "toeven":
		default:
			if places, err = c.int(i); err != nil {
				return nil, err
			}
		}
	}
	if places < 0 || places > 15 {
		return nil, c.raise("ArgumentOutOfRangeException", "Rounding digits must be between 0 and 15, inclusive.\nParameter name: digits")
	}
	scale := math.Pow10(places)
	if math.Abs(x) > math.MaxInt64/scale || math.IsNaN(x) {
		return x, nil
	}
	if away {
		return math.Round(x*scale) / scale, nil
	}
	return math.RoundToEven(x*scale) / scale, nil
}

// parseStatics are Parse of the numbers and of Boolean.
var parseStatics = []method{
	{"Parse", "", 1, 2, func(c *call) (Value, error) {
		t, _ := c.recv.(Type)
		s := strings.TrimSpace(c.text(0))
		if t.Name == "System.Boolean" {
			switch strings.ToLower(s) {
			case "true":
				return true, nil
			case "false":
				return false, nil
			}
			return nil, c.raise("FormatException", "String was not recognized as a valid Boolean.")
		}
		v, err := Convert(s, t.Name, nil)
		whole := !strings.HasSuffix(t.Name, "Double") && !strings.HasSuffix(t.Name, "Single") && !strings.HasSuffix(t.Name, "Decimal")
		if err != nil || s == "" || whole && !isDigits(strings.TrimLeft(s, "+-")) {
			return nil, c.raise("FormatException", "Input string was not in a correct format.")
		}
		return v, nil
	}},
}
