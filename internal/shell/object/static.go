package object

import (
	"crypto/rand"
	"io"
	"math"
	"strings"
	"time"
)

// Static gets a static property of a type, or calls a static method when call
// is set; the method "new" is the constructor. Types and members compare
// without case. Errors are *Error: TypeNotFound, MethodNotFound,
// MethodCountCouldNotFindBest, or the exception that was thrown. A static
// property that does not exist is nil.
func Static(rt Runtime, typ, member string, call bool, args []Value) (Value, error) {
	full, known := KnownType(typ)
	if !call {
		if v, ok := enumMember(typ, member); ok {
			return v, nil
		}
		if !known {
			return nil, typeMissing(typ)
		}
		return staticProperty(rt, full, member)
	}
	if strings.EqualFold(member, "new") {
		return Create(rt, typ, args)
	}
	if !known {
		return nil, typeMissing(typ)
	}
	return callStatic(rt, full, member, args)
}

func callStatic(rt Runtime, full, member string, args []Value) (Value, error) {
	for _, m := range staticMethods(full) {
		if !strings.EqualFold(m.name, member) {
			continue
		}
		if len(args) < m.min || len(args) > m.max {
			return nil, failure("MethodCountCouldNotFindBest", notSpecified,
				"Cannot find an overload for \"%s\" and the argument count: \"%d\".", m.name, len(args))
		}
		return m.run(&call{rt: rt, recv: Type{full}, name: m.name, args: args})
	}
	e := methodMissing(nil, member)
	e.Message = "Method invocation failed because [" + full + "] does not contain a method named '" + member + "'."
	return nil, e
}

// staticMethods are the methods of a type by its full name.
func staticMethods(full string) []method {
	switch strings.TrimPrefix(full, "System.") {
	case "String":
		return stringStatics
	case "Convert":
		return convertStatics
	case "Math":
		return mathStatics
	case "DateTime":
		return dateStatics
	case "TimeSpan":
		return spanStatics
	case "Guid":
		return guidStatics
	case "IO.File":
		return fileStatics
	case "IO.Path":
		return pathStatics
	case "Uri":
		return uriStatics
	case "Text.RegularExpressions.Regex":
		return regexStatics
	case "Byte", "SByte", "Int16", "UInt16", "Int32", "UInt32", "Int64", "UInt64", "Single", "Double", "Decimal", "Boolean":
		return parseStatics
	case "Char":
		return charStatics
	}
	return nil
}

// enumerations are the .NET enumerations that arguments of methods here use.
var enumerations = map[string][]string{
	"dayofweek":          {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	"datetimekind":       {"Unspecified", "Utc", "Local"},
	"stringsplitoptions": {"None", "RemoveEmptyEntries"},
	"stringcomparison": {"CurrentCulture", "CurrentCultureIgnoreCase", "InvariantCulture", "InvariantCultureIgnoreCase",
		"Ordinal", "OrdinalIgnoreCase"},
	"midpointrounding": {"ToEven", "AwayFromZero"},
	"security.cryptography.x509certificates.x509contenttype":     {"Unknown", "Cert", "SerializedCert", "Pfx", "Pkcs12", "SerializedStore", "Pkcs7", "Authenticode"},
	"security.cryptography.x509certificates.x509keystorageflags": {"DefaultKeySet", "UserKeySet", "MachineKeySet", "Exportable", "UserProtected", "PersistKeySet"},
}

func enumMember(typ, member string) (Value, bool) {
	key := strings.TrimPrefix(strings.ToLower(typ), "system.")
	for _, name := range enumerations[key] {
		if strings.EqualFold(name, member) {
			return Enum{Type: fullOr(typ, typ), Name: name}, true
		}
	}
	return nil, false
}

func staticProperty(rt Runtime, full, member string) (Value, error) {
	switch strings.ToLower(strings.TrimPrefix(full, "System.") + "::" + member) {
	case "datetime::now":
		return rt.now(), nil
	case "datetime::utcnow":
		return rt.now().UTC(), nil
	case "datetime::today":
		t := rt.now()
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location()), nil
	case "datetime::minvalue":
		return timeOfTicks(0, localZone(rt.Zone)), nil
	case "datetime::maxvalue":
		return time.Date(9999, 12, 31, 23, 59, 59, 999_999_900, localZone(rt.Zone)), nil
	case "timespan::zero":
		return time.Duration(0), nil
	case "guid::empty":
		return GUID{}, nil
	case "string::empty":
		return "", nil
	case "math::pi":
		return math.Pi, nil
	case "math::e":
		return math.E, nil
	case "environment::newline":
		return "\r\n", nil
	case "io.path::directoryseparatorchar":
		return `\`, nil
	}
	if v, ok := limitOf(full, member); ok {
		return v, nil
	}
	if full == "System.Text.Encoding" {
		if e, ok := encodingNamed(member); ok {
			return e, nil
		}
	}
	return nil, nil
}

// limitOf is MaxValue or MinValue of a number's type.
func limitOf(full, member string) (Value, bool) {
	short := strings.TrimPrefix(full, "System.")
	lower := strings.ToLower(member)
	if short == "Double" {
		values := map[string]float64{"maxvalue": math.MaxFloat64, "minvalue": -math.MaxFloat64, "nan": math.NaN(),
			"positiveinfinity": math.Inf(1), "negativeinfinity": math.Inf(-1), "epsilon": math.SmallestNonzeroFloat64}
		v, ok := values[lower]
		return v, ok
	}
	limits, ok := ranges[short]
	if !ok || lower != "maxvalue" && lower != "minvalue" {
		return nil, false
	}
	switch {
	case short == "Int64" && lower == "maxvalue":
		return int64(math.MaxInt64), true // no double is exactly this
	case lower == "maxvalue":
		return inWidth(limits[1], limits[1], short), true
	}
	return inWidth(limits[0], limits[0], short), true
}

// newGUID is a random GUID of version 4.
func newGUID(rt Runtime) (Value, error) {
	source := rt.Random
	if source == nil {
		source = rand.Reader
	}
	var g GUID
	if _, err := io.ReadFull(source, g[:]); err != nil {
		return nil, failure("CryptographicException", notSpecified, "The source of random numbers failed: %v", err)
	}
	g[6], g[8] = g[6]&0x0f|0x40, g[8]&0x3f|0x80
	return g, nil
}

var guidStatics = []method{
	{"NewGuid", "", 0, 0, func(c *call) (Value, error) { return newGUID(c.rt) }},
	{"Parse", "", 1, 1, func(c *call) (Value, error) {
		g, err := ParseGUID(c.text(0))
		if err != nil {
			return nil, c.rethrow(err)
		}
		return g, nil
	}},
}
