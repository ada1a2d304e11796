package ews

import (
	"strconv"
	"strings"
)

// decodeRestriction reads a Restriction element.
func decodeRestriction(e element) *Restriction {
	operands := decodeExpressions(e)
	if len(operands) != 1 {
		e.fail("A Restriction holds exactly one search expression")
		return nil
	}
	return &operands[0]
}

func decodeExpressions(e element) (list []Restriction) {
	for c := range e.in(nsTypes) {
		if r, ok := decodeExpression(c); ok {
			list = append(list, r)
		}
	}
	return list
}

func decodeExpression(e element) (Restriction, bool) {
	r := Restriction{Op: Operator(e.name())}
	switch r.Op {
	case And, Or, Not:
		r.Operands = decodeExpressions(e)
		if len(r.Operands) == 0 || r.Op == Not && len(r.Operands) > 1 {
			e.fail("The search expression '%s' has the wrong number of operands", r.Op)
		}
	case Exists:
		r.Field = onlyPath(e)
	case Excludes:
		r.Field = onlyPath(e)
		r.Bitmask = decodeBitmask(e)
	case Contains:
		r.Field = onlyPath(e)
		r.Value = decodeConstant(e)
		r.Mode, r.Comparison = decodeContainment(e)
	case IsEqualTo, IsNotEqualTo, IsGreaterThan, IsGreaterThanOrEqualTo, IsLessThan, IsLessThanOrEqualTo:
		r.Field = onlyPath(e)
		decodeOperand(e, &r)
	default:
		e.fail("The search expression '%s' is not known", brief(string(r.Op)))
		return r, false
	}
	return r, true
}

// decodeOperand reads the constant or second property of a comparison.
func decodeOperand(e element, r *Restriction) {
	operand, ok := e.child(nsTypes, "FieldURIOrConstant")
	if !ok {
		e.fail("The search expression '%s' has nothing to compare with", r.Op)
		return
	}
	if _, constant := operand.child(nsTypes, "Constant"); constant {
		r.Value = decodeConstant(operand)
		return
	}
	other := onlyPath(operand)
	r.Other = &other
}

func decodeConstant(e element) string {
	c, ok := e.child(nsTypes, "Constant")
	if !ok {
		e.fail("The element '%s' has no Constant", e.name())
		return ""
	}
	return c.need("Value")
}

func decodeBitmask(e element) uint32 {
	c, ok := e.child(nsTypes, "Bitmask")
	if !ok {
		e.fail("The search expression 'Excludes' has no Bitmask")
		return 0
	}
	digits, base := c.need("Value"), 10
	if rest, hex := strings.CutPrefix(strings.ToLower(digits), "0x"); hex {
		digits, base = rest, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil {
		c.fail("The bit mask '%s' is not a number of 32 bits", brief(digits))
	}
	return uint32(n)
}

func decodeContainment(e element) (ContainmentMode, ContainmentComparison) {
	mode, comparison := FullString, Exact
	if s, ok := e.find("ContainmentMode"); ok {
		mode = enum(e, s, FullString, Prefixed, Substring, PrefixOnWords, ExactPhrase)
	}
	if s, ok := e.find("ContainmentComparison"); ok {
		comparison = enum(e, s, Exact, IgnoreCase, IgnoreNonSpacingCharacters, Loose, LooseAndIgnoreCase,
			LooseAndIgnoreNonSpace, LooseAndIgnoreCaseAndIgnoreNonSpace, IgnoreCaseAndNonSpacingCharacters)
	}
	return mode, comparison
}

func encodeRestriction(w *writer, r *Restriction) {
	if r == nil {
		return
	}
	w.open("m:Restriction")
	r.encode(w)
	w.close("m:Restriction")
}

func (r *Restriction) encode(w *writer) {
	name := "t:" + string(r.Op)
	var attrs []string
	if r.Op == Contains {
		attrs = []string{"ContainmentMode", string(r.Mode), "ContainmentComparison", string(r.Comparison)}
	}
	w.open(name, attrs...)
	switch r.Op {
	case And, Or, Not:
		for i := range r.Operands {
			r.Operands[i].encode(w)
		}
	case Exists:
		r.Field.encode(w)
	case Excludes:
		r.Field.encode(w)
		w.empty("t:Bitmask", "Value", strconv.FormatUint(uint64(r.Bitmask), 10))
	case Contains:
		r.Field.encode(w)
		w.constant(r.Value)
	default:
		r.Field.encode(w)
		w.open("t:FieldURIOrConstant")
		if r.Other != nil {
			r.Other.encode(w)
		} else {
			w.constant(r.Value)
		}
		w.close("t:FieldURIOrConstant")
	}
	w.close(name)
}

// constant writes a Constant, whose Value may be empty but not absent.
func (w *writer) constant(value string) {
	w.buf = append(w.buf, `<t:Constant Value="`...)
	w.buf = appendEscaped(w.buf, value, true)
	w.buf = append(w.buf, `"/>`...)
}
