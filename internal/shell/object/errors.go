package object

import "fmt"

// Error is a failure of a value's operator, conversion or member.
type Error struct {
	// ID is FullyQualifiedErrorId as the language gives it: "MethodNotFound".
	ID string
	// Category is the first word of CategoryInfo: "InvalidOperation".
	Category string
	// Message is in the shell's own words.
	Message string
	// Reason is the exception's type, the last word of CategoryInfo; empty
	// means RuntimeException.
	Reason string
}

func (e *Error) Error() string { return e.Message }

// Categories of errors.
const (
	invalidOperation = "InvalidOperation"
	invalidArgument  = "InvalidArgument"
	notSpecified     = "NotSpecified"
)

func failure(id, category, format string, args ...any) *Error {
	return &Error{ID: id, Category: category, Message: fmt.Sprintf(format, args...)}
}

// tooLarge refuses what would need memory without end.
func tooLarge(what string) *Error {
	return failure("LimitExceeded", "LimitsExceeded", "The %s is larger than this shell allows.", what)
}

// Limits of what one operation may make.
const (
	maxText  = 64 << 20 // bytes of a text
	maxItems = 1 << 20  // members of a collection
	maxDepth = 64       // nesting that is followed when a value is shown, copied or flattened
	maxFile  = 64 << 10 // bytes of a certificate file
)

func divideByZero() *Error {
	return failure("RuntimeException", notSpecified, "Attempted to divide by zero.")
}

// methodMissing is also what operators say, because they are methods named
// op_Addition and so on.
func methodMissing(v Value, name string) *Error {
	return failure("MethodNotFound", invalidOperation,
		"Method invocation failed because [%s] does not contain a method named '%s'.", TypeName(v), name)
}

func propertyMissing(name string) *Error {
	return failure("PropertyNotFound", invalidOperation,
		"The property '%s' cannot be found on this object. Verify that the property exists and can be set.", name)
}

func typeMissing(name string) *Error {
	return failure("TypeNotFound", invalidOperation, "Unable to find type [%s].", name)
}

// castFailed is a conversion that a reader of text refused.
func castFailed(id string, v Value, full, why string) *Error {
	return failure(id, invalidArgument, "Cannot convert value \"%s\" to type \"%s\". Error: \"%s\"", Text(v), full, why)
}

// castImpossible is a conversion between types that have none.
func castImpossible(v Value, full string) *Error {
	if v == nil {
		return failure("NullToValueType", invalidArgument, "Cannot convert null to type \"%s\".", full)
	}
	return failure("ConvertToFinalInvalidCastException", invalidArgument,
		"Cannot convert the \"%s\" value of type \"%s\" to type \"%s\".", Text(v), TypeName(v), full)
}

// raised is an exception that a method threw.
func raised(method string, count int, id, why string) *Error {
	e := failure(id, notSpecified, "Exception calling \"%s\" with \"%d\" argument(s): \"%s\"", method, count, why)
	e.Reason = "MethodInvocationException"
	return e
}
