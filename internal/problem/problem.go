package problem

import (
	"errors"
	"fmt"
	"strings"
)

// Code names one failure for ever, for example "autodiscover.wrong-document".
// The part before the first dot is the area.
type Code string

// Area returns the part of the code before its first dot.
func (c Code) Area() string {
	area, _, _ := strings.Cut(string(c), ".")
	return area
}

// Severity says how bad a failure is for the deployment.
type Severity string

const (
	Info    Severity = "info"
	Warning Severity = "warning"
	Error   Severity = "error"
)

// Retry says what a durable job does after the failure.
type Retry string

const (
	// Never: the same attempt fails again until somebody changes something.
	Never Retry = "never"
	// Later: a passing fault; try again with back-off.
	Later Retry = "later"
	// Unclear: the peer may have done the work; look before trying again.
	Unclear Retry = "unclear"
)

// Entry is one row of the catalogue.
type Entry struct {
	Code  Code
	Title string // one short line without a full stop
	// Cause says why this happens; Remedy says what the administrator types
	// or changes next. Both are sentences.
	Cause, Remedy string

	Severity Severity // empty means Error
	Retry    Retry    // empty means Never

	HTTPStatus int    // 0 means 500
	EWS        string // EWS ResponseCode, for example "ErrorItemNotFound"
	Event      int    // event id in the event log; 0 means none
	Cmdlet     int    // number in "… exchange operation failed, code=n"; 0 means none
	// CmdletText is what a cmdlet of the products prints, where they have
	// words for it. It may have gaps, such as <host>, that a Failure fills.
	CmdletText string

	DependsOn []Code // causes that, when present, explain this one away
	Public    bool   // whether a remote peer may learn code and title
}

// Failure is an error that has a row in the catalogue. Detail is what
// happened this time, written for the administrator; it never holds a token,
// a password or a key.
type Failure struct {
	Code   Code
	Detail string
	Err    error // what lay below, may be nil
	// CmdletText is the row's text with its gaps filled, or the text that the
	// products have for this very occasion. Empty means the row's.
	CmdletText string
}

// New makes a Failure with a detail of its own.
func New(c Code, format string, args ...any) *Failure {
	return &Failure{Code: c, Detail: fmt.Sprintf(format, args...)}
}

// Wrap makes a Failure around err. It returns nil for a nil err.
func Wrap(err error, c Code, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return &Failure{Code: c, Detail: fmt.Sprintf(format, args...), Err: err}
}

// Error gives the detail (or the row's title) and what lay below.
func (f *Failure) Error() string {
	s := f.Detail
	if s == "" {
		s = f.Entry().Title
	}
	if f.Err != nil {
		s += ": " + f.Err.Error()
	}
	return s
}

func (f *Failure) Unwrap() error { return f.Err }

// CmdletWords is what a cmdlet of the products prints for the failure, to the
// letter; "" where they have no words for it, or words with a gap that nobody
// filled.
func (f *Failure) CmdletWords() string {
	if f.CmdletText != "" {
		return f.CmdletText
	}
	text := f.Entry().CmdletText
	if strings.Contains(text, "<") {
		return ""
	}
	return text
}

// WithCmdletText returns the failure with the words that the products have for
// this very occasion.
func (f *Failure) WithCmdletText(text string) *Failure {
	said := *f
	said.CmdletText = text
	return &said
}

// Entry returns the catalogue row; a code without a row gives the row of
// Internal, so that no surface is ever left without words.
func (f *Failure) Entry() Entry {
	if e, ok := Lookup(f.Code); ok {
		return e
	}
	e, _ := Lookup(Internal)
	return e
}

// Of returns the outermost Failure in err's chain. A foreign error becomes
// Internal with the error below it; nil stays nil.
func Of(err error) *Failure {
	if err == nil {
		return nil
	}
	var f *Failure
	if errors.As(err, &f) {
		return f
	}
	return &Failure{Code: Internal, Err: err}
}

// CodeOf is Of(err).Code, or "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	return Of(err).Code
}

// Is reports whether any Failure in err's tree has the code.
func Is(err error, c Code) bool { return errors.Is(err, coded(c)) }

// coded is a code as the target of errors.Is.
type coded Code

func (c coded) Error() string { return string(c) }

// Is lets errors.Is find a Failure by its code.
func (f *Failure) Is(target error) bool {
	c, ok := target.(coded)
	return ok && f.Code == Code(c)
}
