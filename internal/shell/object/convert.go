package object

import (
	"fmt"
	"math"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// Convert casts v to a type, as [type]v does and as parameters of that type
// do. The type is named with or without its namespace or by its abbreviation:
//
//	Boolean, Switch, Byte … UInt64, Single, Double, Decimal, Char, String,
//	DateTime, TimeSpan, Guid, Uri, Version, SecureString, Hashtable,
//	PSCustomObject, Type, ScriptBlock, X509Certificate2
//	T[], List[T], MultiValuedProperty, MultiValuedProperty<T>, Nullable[T]
//	Object, PSObject: v as it is
//
// A type that is not known here takes the value's text, unless v already is of
// that type. Dates without a zone are in zone; nil is the machine's. Unsigned
// and short integers are kept as Int32 or Int64 after a check of their range.
// Errors are *Error in the shell's words.
func Convert(v Value, typeName string, zone *time.Location) (Value, error) {
	s := spell(typeName)
	switch {
	case s.nullable && (v == nil || v == ""):
		return nil, nil
	case s.nullable && strings.EqualFold(Text(v), "unlimited"):
		return Enum{Type: "Unlimited", Name: "Unlimited"}, nil
	case s.array && strings.EqualFold(s.name, "byte"), s.array && strings.EqualFold(s.name, "system.byte"):
		return toBytes(v)
	case s.array:
		return toList(v, s.name, arrayType(typeName), zone)
	case s.list:
		return toList(v, s.name, strings.TrimSpace(typeName), zone)
	case s.nullable:
		typeName = s.name
	}
	full, known := KnownType(typeName)
	if !known {
		return toUnknown(v, typeName), nil
	}
	return convertKnown(v, full, zone)
}

// arrayType is the name of an array's type without a namespace that is
// understood, because a list's Type is shown to people.
func arrayType(name string) string {
	full := fullOr(name, name)
	return strings.TrimPrefix(full, "System.")
}

// toUnknown gives the text for a type that is not known, or v itself when it
// is of that type.
func toUnknown(v Value, name string) Value {
	switch x := v.(type) {
	case nil:
		return nil
	case TypedText:
		if strings.EqualFold(x.Type, name) {
			return v
		}
	case Enum:
		if strings.EqualFold(x.Type, name) {
			return v
		}
	case *Object:
		if isType(v, name) {
			return v
		}
	}
	return Text(v)
}

func convertKnown(v Value, full string, zone *time.Location) (Value, error) {
	switch short := full[strings.LastIndexByte(full, '.')+1:]; short {
	case "Object", "PSObject":
		return v, nil
	case "String":
		return Text(v), nil
	case "Boolean", "SwitchParameter":
		return Truth(v), nil
	case "Byte", "SByte", "Int16", "UInt16", "Int32", "UInt32", "Int64", "UInt64":
		return toWhole(v, full, short)
	case "Single", "Double", "Decimal":
		return toDouble(v, full)
	case "Char":
		return toChar(v)
	case "DateTime":
		return toDate(v, zone)
	case "TimeSpan":
		return toSpan(v)
	case "Guid":
		return toGUID(v)
	case "Uri":
		return toURI(v)
	case "Array":
		return toList(v, "Object", "Object[]", zone)
	case "ArrayList", "MultiValuedProperty":
		return toList(v, "Object", short, zone)
	case "Hashtable", "IDictionary":
		return toHash(v, full)
	case "PSCustomObject":
		return toCustom(v), nil
	case "SecureString":
		return toSecure(v, full)
	case "Type":
		return toType(v)
	case "X509Certificate", "X509Certificate2":
		return toCertificate(v, full, zone)
	case "ScriptBlock", "PSCredential", "ErrorRecord":
		return ofItsType(v, full)
	}
	return toUnknown(v, full), nil
}

// ofItsType passes nil and values of the type; nothing else becomes one.
func ofItsType(v Value, full string) (Value, error) {
	if v == nil || isType(v, full) {
		return v, nil
	}
	return nil, castImpossible(v, full)
}

// ranges are the limits of the whole numbers.
var ranges = map[string][2]float64{
	"Byte": {0, math.MaxUint8}, "SByte": {math.MinInt8, math.MaxInt8},
	"Int16": {math.MinInt16, math.MaxInt16}, "UInt16": {0, math.MaxUint16},
	"Int32": {math.MinInt32, math.MaxInt32}, "UInt32": {0, math.MaxUint32},
	"Int64": {math.MinInt64, math.MaxInt64}, "UInt64": {0, math.MaxUint64},
}

func toWhole(v Value, full, short string) (Value, error) {
	text, fromText := v.(string)
	n, ok := number(v)
	switch {
	case !ok && fromText:
		return nil, castFailed("InvalidCastFromStringToInteger", text, full, "Input string was not in a correct format.")
	case !ok:
		return nil, castImpossible(v, full)
	}
	limits := ranges[short]
	f := math.RoundToEven(toFloat(n))
	// A double has no exact neighbour of the largest Int64, so it has to stay below.
	_, float := n.(float64)
	if math.IsNaN(f) || f < limits[0] || f > limits[1] || float && short == "Int64" && f >= math.MaxInt64 {
		id := "InvalidCastIConvertible"
		if fromText {
			id = "InvalidCastFromStringToInteger"
		}
		article := "a"
		if strings.HasPrefix(short, "I") {
			article = "an"
		}
		if short == "Byte" || short == "SByte" {
			short = map[string]string{"Byte": "unsigned byte", "SByte": "signed byte"}[short]
			if short == "unsigned byte" {
				article = "an"
			}
		}
		return nil, castFailed(id, v, full, fmt.Sprintf("Value was either too large or too small for %s %s.", article, short))
	}
	return inWidth(n, f, short), nil
}

// inWidth keeps a whole number in the type that stands for it here.
func inWidth(n Value, f float64, short string) Value {
	i, exact := toInt(n)
	if !exact {
		if f >= math.MaxInt64 {
			return f // a UInt64 beyond Int64
		}
		i = int64(f)
	}
	switch short {
	case "Int64", "UInt64", "UInt32":
		return i
	}
	return int32(i)
}

func toDouble(v Value, full string) (Value, error) {
	text, fromText := v.(string)
	switch strings.TrimSpace(strings.ToLower(text)) {
	case "nan":
		return math.NaN(), nil
	case "infinity", "∞":
		return math.Inf(1), nil
	case "-infinity", "-∞":
		return math.Inf(-1), nil
	}
	n, ok := number(v)
	switch {
	case ok:
		return toFloat(n), nil
	case fromText:
		return nil, castFailed("InvalidCastFromStringToDoubleOrSingle", text, full, "Input string was not in a correct format.")
	}
	return nil, castImpossible(v, full)
}

func toChar(v Value) (Value, error) {
	if n, ok := toInt(v); ok && n >= 0 && n <= 0xFFFF {
		return string(rune(n)), nil
	}
	s := Text(v)
	if utf8.RuneCountInString(s) != 1 {
		return nil, castFailed("InvalidCastParseTargetInvocation", v, "System.Char", "String must be exactly one character long.")
	}
	return s, nil
}

func toDate(v Value, zone *time.Location) (Value, error) {
	const full = "System.DateTime"
	switch v := v.(type) {
	case time.Time:
		return v, nil
	case string, TypedText:
		t, err := ParseDate(Text(v), zone)
		if err != nil {
			return nil, castFailed("InvalidCastParseTargetInvocationWithFormatProvider", v, full, err.Error())
		}
		return t, nil
	case int32, int64:
		n, _ := toInt(v)
		const last = 3_155_378_975_999_999_999
		if n < 0 || n > last {
			return nil, castFailed("InvalidCastConstructorException", v, full,
				"Ticks must be between DateTime.MinValue.Ticks and DateTime.MaxValue.Ticks.\nParameter name: ticks")
		}
		return timeOfTicks(n, localZone(zone)), nil
	}
	return nil, castImpossible(v, full)
}

func toSpan(v Value) (Value, error) {
	const full = "System.TimeSpan"
	switch v := v.(type) {
	case time.Duration:
		return v, nil
	case string, TypedText:
		d, err := parseSpan(Text(v))
		if err != nil {
			return nil, castFailed("InvalidCastParseTargetInvocationWithFormatProvider", v, full, err.Error())
		}
		return d, nil
	case int32, int64:
		n, _ := toInt(v)
		if n > math.MaxInt64/100 || n < math.MinInt64/100 {
			return nil, castFailed("InvalidCastIConvertible", v, full, spanOverflow().Message)
		}
		return time.Duration(n * 100), nil
	}
	return nil, castImpossible(v, full)
}

func toGUID(v Value) (Value, error) {
	const full = "System.Guid"
	switch v := v.(type) {
	case GUID:
		return v, nil
	case string, TypedText:
		g, err := ParseGUID(Text(v))
		if err != nil {
			return nil, castFailed("InvalidCastParseTargetInvocation", v, full, err.Error())
		}
		return g, nil
	case Bytes:
		if len(v) == 16 {
			return guidOfBytes(v), nil
		}
	}
	return nil, castImpossible(v, full)
}

func toURI(v Value) (Value, error) {
	switch x := v.(type) {
	case nil:
		return nil, nil
	case TypedText:
		if strings.EqualFold(x.Type, "Uri") {
			return v, nil
		}
	}
	s := Text(v)
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Scheme != "" && u.Opaque == "" && u.Host == "" && u.Path == "" {
		return nil, castFailed("InvalidCastParseTargetInvocation", v, "System.Uri", "Invalid URI: The URI could not be parsed.")
	}
	return TypedText{Type: "Uri", Value: s}, nil
}

func toHash(v Value, full string) (Value, error) {
	if _, ok := v.(*Hash); ok || v == nil {
		return v, nil
	}
	return nil, castImpossible(v, full)
}

// toCustom makes an object from a hashtable, and leaves everything else alone.
func toCustom(v Value) Value {
	h, ok := v.(*Hash)
	if !ok {
		return v
	}
	o := &Object{Types: []string{customObject}}
	for i, key := range h.Keys {
		o.Properties = append(o.Properties, Property{Name: Text(key), Value: h.Values[i]})
	}
	return o
}

func toSecure(v Value, full string) (Value, error) {
	switch v := v.(type) {
	case nil, Secure:
		return v, nil
	}
	return nil, castImpossible(v, full)
}

func toType(v Value) (Value, error) {
	if _, ok := v.(Type); ok || v == nil {
		return v, nil
	}
	full, ok := KnownType(Text(v))
	if !ok {
		return nil, castFailed("InvalidCastFromStringToType", v, "System.Type", "Unable to find type ["+Text(v)+"].")
	}
	return Type{Name: full}, nil
}

func toCertificate(v Value, full string, zone *time.Location) (Value, error) {
	data, ok := v.(Bytes)
	if !ok {
		return ofItsType(v, full)
	}
	c, err := Certificate(data, zone)
	if err != nil {
		return nil, castFailed("InvalidCastConstructorException", "System.Byte[]", full, err.Error())
	}
	return c, nil
}
