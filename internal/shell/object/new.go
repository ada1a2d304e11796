package object

import (
	"strings"
	"time"
)

// New makes an object as New-Object does, when that needs no file and no
// clock; Create does it with both.
func New(typeName string, args []Value) (Value, error) { return Create(Runtime{}, typeName, args) }

// Create makes an object as New-Object and [type]::new(…) do: Object, PSObject,
// PSCustomObject, Hashtable, ArrayList, List[T], DateTime, TimeSpan, Guid, Uri,
// String, PSCredential, SecureString, X509Certificate, X509Certificate2 and
// Exception. Errors are *Error: TypeNotFound, ConstructorInvokedThrowException
// or MethodCountCouldNotFindBest.
func Create(rt Runtime, typeName string, args []Value) (Value, error) {
	full, known := KnownType(typeName)
	if !known {
		return nil, failure("TypeNotFound", "InvalidType",
			"Cannot find type [%s]: verify that the assembly containing this type is loaded.", typeName)
	}
	c := &call{rt: rt, name: ".ctor", args: args}
	v, err := c.construct(full)
	if e, ok := err.(*Error); ok && strings.HasPrefix(e.Message, "Exception calling \".ctor\"") { // ours, never wrapped
		e.Reason = "MethodInvocationException"
		e.ID = "ConstructorInvokedThrowException"
	}
	return v, err
}

// maxArguments are how many arguments the constructors of a type take.
var maxArguments = map[string]int{
	"Object": 0, "PSObject": 1, "PSCustomObject": 0, "Hashtable": 1, "ArrayList": 1, "MultiValuedProperty": 1,
	"DateTime": 8, "TimeSpan": 5, "Guid": 1, "Uri": 2, "String": 2, "PSCredential": 2, "SecureString": 0,
	"X509Certificate": 3, "X509Certificate2": 3, "Exception": 1, "NetworkCredential": 3, "Version": 1,
}

func (c *call) construct(full string) (Value, error) {
	if spell(full).list {
		return c.newList(full)
	}
	short := full[strings.LastIndexByte(full, '.')+1:]
	most, known := maxArguments[short]
	if !known || len(c.args) > most {
		return nil, failure("ConstructorInvokedThrowException", invalidOperation,
			"A constructor was not found. Cannot find an appropriate constructor for type %s.", full)
	}
	switch short {
	case "Object", "PSObject", "PSCustomObject":
		if len(c.args) == 1 {
			return c.args[0], nil
		}
		return &Object{Types: []string{customObject}}, nil
	case "Hashtable":
		return c.newHash(), nil
	case "ArrayList", "MultiValuedProperty":
		return c.newList(short)
	case "DateTime":
		return c.newDate()
	case "TimeSpan":
		return c.newSpan()
	case "String":
		return c.newString()
	case "SecureString":
		return Secure{}, nil
	case "PSCredential", "NetworkCredential":
		return c.newCredential(short)
	case "X509Certificate", "X509Certificate2":
		return c.newCertificate(full)
	case "Exception":
		return &Object{Types: []string{full, "System.Object"}, Text: full + ": " + c.text(0),
			Properties: []Property{{Name: "Message", Type: "String", Value: c.text(0)}}}, nil
	}
	if len(c.args) == 0 {
		if short == "Guid" {
			return GUID{}, nil
		}
		return nil, failure("ConstructorInvokedThrowException", invalidOperation,
			"A constructor was not found. Cannot find an appropriate constructor for type %s.", full)
	}
	return c.convert(0, full)
}

func (c *call) newHash() *Hash {
	h := &Hash{}
	if len(c.args) == 1 {
		if from, ok := c.args[0].(*Hash); ok {
			h.Keys, h.Values = append(h.Keys, from.Keys...), append(h.Values, from.Values...)
		}
	}
	return h
}

// newList makes an empty list, or one of what is given; a number is a
// capacity.
func (c *call) newList(typ string) (Value, error) {
	if len(c.args) == 0 || isNumber(c.args[0]) {
		return &List{Type: typ}, nil
	}
	converted, err := toList(&List{Items: Items(c.args[0])}, elementOf(typ), typ, c.rt.Zone)
	if err != nil {
		return nil, err
	}
	return converted, nil
}

func elementOf(typ string) string {
	if s := spell(typ); s.list {
		return s.name
	}
	return "Object"
}

// numbers are all arguments as whole numbers.
func (c *call) numbers() ([]int, error) {
	ns := make([]int, len(c.args))
	for i := range c.args {
		n, err := c.int(i)
		if err != nil {
			return nil, err
		}
		ns[i] = n
	}
	return ns, nil
}

// newDate takes year, month, day[, hour, minute, second[, millisecond]][,
// kind], or ticks.
func (c *call) newDate() (Value, error) {
	zone := localZone(c.rt.Zone)
	if len(c.args) == 0 {
		return timeOfTicks(0, zone), nil
	}
	if len(c.args) == 1 {
		return c.convert(0, "System.DateTime")
	}
	last := len(c.args) - 1
	if kind := strings.ToLower(c.text(last)); kind == "utc" || kind == "local" || kind == "unspecified" {
		if kind == "utc" {
			zone = time.UTC
		}
		c.args = c.args[:last]
	}
	n, err := c.numbers()
	if err != nil {
		return nil, err
	}
	if len(n) != 3 && len(n) != 6 && len(n) != 7 {
		return nil, failure("ConstructorInvokedThrowException", invalidOperation,
			"A constructor was not found. Cannot find an appropriate constructor for type System.DateTime.")
	}
	n = append(n, make([]int, 7-len(n))...)
	t, ok := exactDate(n[0], n[1], n[2], n[3], n[4], n[5], n[6]*1_000_000, zone)
	if !ok || n[6] < 0 || n[6] > 999 {
		return nil, c.raise("ArgumentOutOfRangeException", "Year, Month, and Day parameters describe an un-representable DateTime.")
	}
	return t, nil
}

// newSpan takes ticks; hours, minutes, seconds; and with days before and
// milliseconds after them.
func (c *call) newSpan() (Value, error) {
	if len(c.args) == 1 {
		return c.convert(0, "System.TimeSpan")
	}
	n, err := c.numbers()
	if err != nil {
		return nil, err
	}
	if len(n) == 3 {
		n = append([]int{0}, n...)
	}
	if len(n) == 2 {
		return nil, failure("ConstructorInvokedThrowException", invalidOperation,
			"A constructor was not found. Cannot find an appropriate constructor for type System.TimeSpan.")
	}
	n = append(n, make([]int, 5-len(n))...)
	total := float64(n[0])*86400 + float64(n[1])*3600 + float64(n[2])*60 + float64(n[3]) + float64(n[4])/1000
	if _, ok := span(total, time.Second); !ok {
		return nil, c.raise("ArgumentOutOfRangeException", "TimeSpan overflowed because the duration is too long.")
	}
	return time.Duration(n[0])*24*time.Hour + time.Duration(n[1])*time.Hour + time.Duration(n[2])*time.Minute +
		time.Duration(n[3])*time.Second + time.Duration(n[4])*time.Millisecond, nil
}

// newString takes a text, or a character and how often.
func (c *call) newString() (Value, error) {
	switch len(c.args) {
	case 1:
		if list, ok := c.args[0].(*List); ok {
			return join(list, "")
		}
		return c.text(0), nil
	case 2:
		return multiply(c.text(0), c.args[1])
	}
	return "", nil
}

func (c *call) newCredential(short string) (Value, error) {
	if len(c.args) < 2 {
		return nil, failure("ConstructorInvokedThrowException", invalidOperation,
			"A constructor was not found. Cannot find an appropriate constructor for type System.Management.Automation.%s.", short)
	}
	password, ok := c.args[1].(Secure)
	if short == "NetworkCredential" {
		return &Object{Types: []string{"System.Net.NetworkCredential"}, Properties: []Property{
			{Name: "UserName", Value: c.text(0)}, {Name: "Password", Value: c.password(1)},
			{Name: "SecurePassword", Value: Secure{c.password(1)}}, {Name: "Domain", Value: c.text(2)},
		}}, nil
	}
	if !ok {
		return nil, castImpossible(c.args[1], "System.Security.SecureString")
	}
	if c.text(0) == "" {
		return nil, c.raise("PSArgumentException", "Cannot process argument because the value of argument \"userName\" is not valid. Change the value of the \"userName\" argument and run the operation again.")
	}
	return NewCredential(c.text(0), password), nil
}

// newCertificate makes an empty certificate, or one of bytes or a file.
func (c *call) newCertificate(full string) (Value, error) {
	o := &Object{Types: []string{full}, Properties: []Property{
		{Name: "Issuer", Type: "String", Value: ""}, {Name: "Subject", Type: "String", Value: ""},
	}}
	if strings.HasSuffix(full, "2") {
		o.Types = append(o.Types, certificateType)
	}
	if len(c.args) == 0 {
		return o, nil
	}
	data, err := c.content(0)
	if err != nil {
		return nil, err
	}
	if err := o.load(data, c.password(1), c.rt.Zone); err != nil {
		return nil, c.rethrow(err)
	}
	return o, nil
}
