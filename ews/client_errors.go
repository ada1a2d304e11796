package ews

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// ResponseError is a response message of class Error.
type ResponseError struct {
	Operation string
	// Index is the place of the message in the response, counted from zero.
	Index int
	Code  ResponseCode
	Text  string
	// BackOff is how long the server asks to wait, zero when it does not.
	BackOff time.Duration
	// RequestID is the request-id header of the server.
	RequestID string
}

func (e *ResponseError) Error() string {
	return fmt.Sprintf("%s: %s: %s", e.Operation, e.Code, e.Text)
}

// HTTPError is an answer that is no SOAP envelope, with a status that is not
// 200.
type HTTPError struct {
	Status int
	// Diagnostics is x-ms-diagnostics: why a token was not accepted.
	Diagnostics string
	// Challenges are the WWW-Authenticate headers.
	Challenges []string
	// RetryAfter is how long the server asks to wait, zero when it does not.
	RetryAfter time.Duration
	// RequestID is the request-id header of the server.
	RequestID string
	// Body is the beginning of the answer, at most 2 KiB.
	Body string
}

func (e *HTTPError) Error() string {
	s := "The request failed with HTTP status " + strconv.Itoa(e.Status) + ": " + http.StatusText(e.Status) + "."
	if e.Diagnostics != "" {
		s += " x-ms-diagnostics: " + e.Diagnostics
	}
	return s
}

const excerpt = 2 << 10

func newHTTPError(reply *http.Response, body []byte) *HTTPError {
	if len(body) > excerpt {
		body = body[:excerpt]
	}
	return &HTTPError{
		Status:      reply.StatusCode,
		Diagnostics: strings.Join(reply.Header.Values("X-Ms-Diagnostics"), " "),
		Challenges:  reply.Header.Values("WWW-Authenticate"),
		RetryAfter:  retryAfter(reply.Header),
		RequestID:   requestID(reply.Header),
		Body:        strings.ToValidUTF8(string(body), "\uFFFD"),
	}
}

// retryAfter reads Retry-After in either form. A date counts from the Date the
// server says it is, so that the clock here does not matter.
func retryAfter(h http.Header) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.ParseInt(value, 10, 32); err == nil {
		return max(0, time.Duration(seconds)*time.Second)
	}
	until, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	return max(0, until.Sub(now))
}

// ContentTypeError is an answer with status 200 that is not XML, often a web
// page. Its text is the one .NET clients print.
type ContentTypeError struct {
	ContentType string
	RequestID   string
}

func (e *ContentTypeError) Error() string {
	return "Client found response content type of '" + e.ContentType + "', but expected 'text/xml'."
}
