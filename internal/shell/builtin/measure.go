package builtin

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

const (
	genericMeasure = "Microsoft.PowerShell.Commands.GenericMeasureInfo"
	textMeasure    = "Microsoft.PowerShell.Commands.TextMeasureInfo"
)

func measureCommands() []*shell.Command {
	const generic, text = "GenericMeasure", "TextMeasure"
	return []*shell.Command{{
		Name: "Measure-Object", Aliases: []string{"measure"}, Module: utility,
		Synopsis: "Counts objects; sums up, averages and compares their numbers; counts lines, words and characters.",
		Sets:     []string{generic, text}, DefaultSet: generic,
		Parameters: []shell.Parameter{
			at(0, "Property", "String[]", "properties to measure"),
			within(toggle("Sum", "the sum"), generic),
			within(toggle("Average", "the average"), generic),
			within(toggle("Maximum", "the greatest"), generic),
			within(toggle("Minimum", "the least"), generic),
			within(toggle("Line", "how many lines"), text),
			within(toggle("Word", "how many words"), text),
			within(toggle("Character", "how many characters"), text),
			within(toggle("IgnoreWhiteSpace", "do not count blanks as characters"), text),
			input("the objects"),
		},
		Output: properties("Count", "Int32", "Average", "Double", "Sum", "Double", "Maximum", "Object", "Minimum", "Object", "Property", "String"),
		Start:  startMeasure,
	}}
}

// measurement is what is known of one property after the objects so far.
type measurement struct {
	property        string // "" measures the objects themselves
	count           int
	sum             float64
	least, greatest object.Value
	lines, words    int
	characters      int
}

func startMeasure() shell.Handler {
	var all []*measurement
	return shell.Handler{
		Begin: func(_ context.Context, in *shell.Invocation) error {
			for _, name := range in.Strings("Property") {
				all = append(all, &measurement{property: name})
			}
			if len(all) == 0 {
				all = []*measurement{{}}
			}
			return nil
		},
		Process: func(_ context.Context, in *shell.Invocation) error {
			v, ok := incoming(in)
			if !ok || v == nil {
				return nil
			}
			for _, m := range all {
				if err := m.add(in, v); err != nil {
					return err
				}
			}
			return nil
		},
		End: func(_ context.Context, in *shell.Invocation) error {
			for _, m := range all {
				if err := m.report(in); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// add takes an object into account. An object without the property does not
// count.
func (m *measurement) add(in *shell.Invocation, v object.Value) error {
	if m.property != "" {
		value, ok := object.Get(v, m.property)
		if !ok || value == nil {
			return nil
		}
		v = value
	}
	if in.Bool("Line") || in.Bool("Word") || in.Bool("Character") {
		m.count++
		m.read(object.Text(v), in.Bool("IgnoreWhiteSpace"))
		return nil
	}
	if in.Bool("Sum") || in.Bool("Average") {
		n, err := object.Convert(v, "Double", in.Session().Zone())
		if err != nil {
			return in.Fail(about(fault(in, "NonNumericInputObject", "InvalidType", "PSInvalidOperationException",
				"Input object %q is not numeric.", object.Text(v)), object.Text(v), shortType(v)))
		}
		if number, ok := n.(float64); ok {
			m.sum += number
		}
	}
	m.count++
	if m.count == 1 || order(v, m.least) < 0 {
		m.least = v
	}
	if m.count == 1 || order(v, m.greatest) > 0 {
		m.greatest = v
	}
	return nil
}

// read counts a text's lines, words and characters.
func (m *measurement) read(text string, skipBlanks bool) {
	if text != "" {
		m.lines += strings.Count(strings.TrimSuffix(text, "\n"), "\n") + 1
	}
	m.words += len(strings.Fields(text))
	for _, r := range text {
		if !skipBlanks || !unicode.IsSpace(r) {
			m.characters += utf16.RuneLen(r)
		}
	}
}

// report puts out what was measured; what was not asked for is null.
func (m *measurement) report(in *shell.Invocation) error {
	if m.property != "" && m.count == 0 {
		return in.Fail(fault(in, "GenericMeasurePropertyNotFound", "InvalidArgument", "PSArgumentException",
			"The property %q cannot be found in the input for any objects.", m.property))
	}
	when := func(parameter string, v object.Value) object.Value {
		if in.Bool(parameter) {
			return v
		}
		return nil
	}
	var name object.Value
	if m.property != "" {
		name = m.property
	}
	if in.Bool("Line") || in.Bool("Word") || in.Bool("Character") {
		return in.Emit(shell.ObjectOf(textMeasure,
			object.Property{Name: "Lines", Type: "Int32", Value: when("Line", int32(m.lines))},
			object.Property{Name: "Words", Type: "Int32", Value: when("Word", int32(m.words))},
			object.Property{Name: "Characters", Type: "Int32", Value: when("Character", int32(m.characters))},
			object.Property{Name: "Property", Type: "String", Value: name}))
	}
	var average, sum object.Value
	if m.count > 0 {
		average, sum = m.sum/float64(m.count), m.sum
	}
	return in.Emit(shell.ObjectOf(genericMeasure,
		object.Property{Name: "Count", Type: "Int32", Value: int32(m.count)},
		object.Property{Name: "Average", Type: "Double", Value: when("Average", average)},
		object.Property{Name: "Sum", Type: "Double", Value: when("Sum", sum)},
		object.Property{Name: "Maximum", Type: "Object", Value: when("Maximum", m.greatest)},
		object.Property{Name: "Minimum", Type: "Object", Value: when("Minimum", m.least)},
		object.Property{Name: "Property", Type: "String", Value: name}))
}
