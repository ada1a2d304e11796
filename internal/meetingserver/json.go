package meetingserver

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/access"
	"github.com/matchseal/matchseal/internal/meetings"
	"github.com/matchseal/matchseal/internal/problem"
)

// jsonTime is a time in the form of .NET's JSON serialiser,
// "\/Date(1436925247778)\/" with milliseconds since 1970. RFC 3339 is read too.
type jsonTime struct{ time.Time }

// MarshalJSON writes the slashes escaped: some .NET readers tell a time from
// a text by just that.
func (t jsonTime) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, `"\/Date(%d)\/"`, t.UnixMilli()), nil
}

var errTime = errors.New(`a time is written "/Date(<milliseconds since 1970>)/" or "2006-01-02T15:04:05Z"`)

// maxMillis is the end of the year 9999.
const maxMillis = 253402300799999

func (t *jsonTime) UnmarshalJSON(data []byte) error {
	var text *string
	if json.Unmarshal(data, &text) != nil {
		return errTime
	}
	if text == nil {
		t.Time = time.Time{}
		return nil
	}
	inner, isDate := strings.CutPrefix(*text, "/Date(")
	inner, closed := strings.CutSuffix(inner, ")/")
	if !isDate || !closed {
		parsed, err := time.Parse(time.RFC3339, *text)
		if err != nil {
			return errTime
		}
		t.Time = parsed
		return nil
	}
	// An offset behind the number says how to show the time, not which it is.
	if i := strings.LastIndexAny(inner, "+-"); i > 0 {
		inner = inner[:i]
	}
	millis, err := strconv.ParseInt(inner, 10, 64)
	if err != nil || millis > maxMillis || millis < -maxMillis {
		return errTime
	}
	t.Time = time.UnixMilli(millis).UTC()
	return nil
}

// fault is an error in UCWA's words.
type fault struct {
	Status  int    `json:"-"`
	Code    string `json:"code"`
	Subcode string `json:"subcode,omitempty"`
	Message string `json:"message"`
	allow   string
}

func (f *fault) Error() string { return f.Code + " " + f.Subcode + ": " + f.Message }

func notFound(message string) error {
	return &fault{Status: http.StatusNotFound, Code: "NotFound", Subcode: "ResourceNotFound", Message: message}
}

func applicationNotFound() error {
	return &fault{Status: http.StatusNotFound, Code: "NotFound", Subcode: "ApplicationNotFound",
		Message: "There is no such application for this user. Create one: POST " + Root}
}

func badParameter(name, why string) error {
	return &fault{Status: http.StatusBadRequest, Code: "BadRequest", Subcode: "ParameterValidationFailure", Message: name + ": " + why}
}

func preconditionFailed() error {
	return &fault{Status: http.StatusPreconditionFailed, Code: "PreconditionFailed", Subcode: "PreconditionFailed",
		Message: "The meeting has changed since it was read. Read it again and repeat the change."}
}

func methodNotAllowed(h handlers) error {
	f := &fault{Status: http.StatusMethodNotAllowed, Code: "MethodNotAllowed", Subcode: "MethodNotAllowed"}
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
		if _, ok := h[method]; ok {
			f.allow += ", " + method
		}
	}
	f.allow = strings.TrimPrefix(f.allow, ", ")
	f.Message = "This resource takes " + f.allow + " only."
	return f
}

// fail writes an error. What is not ours to tell becomes one sentence with the
// request's id in the log.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, caller access.Caller, err error) {
	f := faultOf(err)
	if f.Status >= http.StatusInternalServerError {
		s.log.ErrorContext(r.Context(), "serving online meetings", "request-id", caller.RequestID, "error", err)
	}
	if f.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "10")
	}
	if f.allow != "" {
		w.Header().Set("Allow", f.allow)
	}
	body, err := json.Marshal(f)
	if err != nil {
		http.Error(w, http.StatusText(f.Status), f.Status)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(f.Status)
	_, _ = w.Write(body) // a peer that has gone has no use for an error
}

func faultOf(err error) *fault {
	var f *fault
	if errors.As(err, &f) {
		return f
	}
	entry := problem.Of(err).Entry()
	f = &fault{Status: entry.HTTPStatus, Message: sentence(entry.Title)}
	if entry.Public {
		f.Message = sentence(entry.Title) + " " + entry.Remedy
	}
	switch entry.Code {
	case problem.MeetingsInvalid:
		f.Code, f.Subcode = "BadRequest", "ParameterValidationFailure"
		var field *meetings.InvalidField
		if errors.As(err, &field) {
			f.Message = field.Error()
		}
	case problem.MeetingsNotFound:
		f.Code, f.Subcode = "NotFound", "ResourceNotFound"
	case problem.MeetingsNoSIP, problem.MeetingsNoUser:
		f.Code, f.Subcode = "Forbidden", "OperationNotSupported"
	case problem.MeetingsTooMany:
		f.Code, f.Subcode = "Conflict", "TooManyOnlineMeetings"
	case problem.MeetingsChanged:
		f.Code, f.Subcode = "PreconditionFailed", "PreconditionFailed"
	default:
		f.Status, f.Code, f.Message = http.StatusInternalServerError, "ServiceFailure", "The server could not do this because of an internal error."
		if entry.Code != problem.Internal && entry.Retry == problem.Later {
			f.Status = http.StatusServiceUnavailable
		}
	}
	return f
}

func sentence(title string) string { return strings.ToUpper(title[:1]) + title[1:] + "." }

// readJSON reads one JSON object; an empty body is an empty object, because
// UCWA's samples schedule a meeting with defaults by sending nothing.
func readJSON(c *call, into any) error {
	if given := c.Header.Get("Content-Type"); given != "" {
		if form, _, err := mime.ParseMediaType(given); err != nil || form != "application/json" {
			return &fault{Status: http.StatusUnsupportedMediaType, Code: "UnsupportedMediaType", Subcode: "UnsupportedMediaType",
				Message: "The body has to be application/json."}
		}
	}
	data, err := io.ReadAll(http.MaxBytesReader(c.w, c.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return &fault{Status: http.StatusRequestEntityTooLarge, Code: "EntityTooLarge", Subcode: "EntityTooLarge",
			Message: fmt.Sprintf("The body is larger than %d bytes.", maxBody)}
	case err != nil:
		return unreadable("The body broke off.")
	case len(strings.TrimSpace(string(data))) == 0:
		return nil
	case strings.TrimSpace(string(data))[0] != '{':
		return unreadable("The body is not one JSON object.")
	}
	if err := json.Unmarshal(data, into); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) && kind.Field != "" {
			return badParameter(kind.Field, "it has the wrong type")
		}
		return unreadable("The body is not JSON of the right form.")
	}
	return nil
}

func unreadable(message string) error {
	return &fault{Status: http.StatusBadRequest, Code: "BadRequest", Subcode: "DeserializationFailure", Message: message}
}

func writeJSON(c *call, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encoding the answer: %w", err)
	}
	c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	c.w.WriteHeader(status)
	if c.Method != http.MethodHead {
		_, _ = c.w.Write(body) // a peer that has gone has no use for an error
	}
	return nil
}
