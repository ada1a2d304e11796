package problem

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
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
	Diagnostic int    // x-ms-diagnostics code, 2000000 to 2000008; 0 means none
	Event      int    // event id in the event log; 0 means none
	Cmdlet     int    // number in "… exchange operation failed, code=n"; 0 means none
	CmdletText string // text an Exchange or Skype cmdlet prints, where the products have one

	DependsOn []Code // causes that, when present, explain this one away
	Public    bool   // whether a remote peer may learn code and title
}

// Lookup finds a row by its code.
func Lookup(c Code) (Entry, bool) {
	for _, rows := range catalogue() {
		for _, e := range rows {
			if e.Code == c {
				return e.withDefaults(), true
			}
		}
	}
	return Entry{}, false
}

// All returns every row, sorted by code.
func All() []Entry {
	var all []Entry
	for _, rows := range catalogue() {
		for _, e := range rows {
			all = append(all, e.withDefaults())
		}
	}
	slices.SortFunc(all, func(a, b Entry) int { return strings.Compare(string(a.Code), string(b.Code)) })
	return all
}

func (e Entry) withDefaults() Entry {
	if e.Severity == "" {
		e.Severity = Error
	}
	if e.Retry == "" {
		e.Retry = Never
	}
	if e.HTTPStatus == 0 {
		e.HTTPStatus = http.StatusInternalServerError
	}
	return e
}

// Failure is an error that has a row in the catalogue. Detail is what
// happened this time, written for the administrator; it never holds a token,
// a password or a key.
type Failure struct {
	Code   Code
	Detail string
	Err    error // what lay below, may be nil
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

// Is reports whether any Failure in err's chain has the code.
func Is(err error, c Code) bool {
	for err != nil {
		var f *Failure
		if !errors.As(err, &f) {
			return false
		}
		if f.Code == c {
			return true
		}
		err = f.Err
	}
	return false
}
