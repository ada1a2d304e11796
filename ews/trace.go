package ews

import (
	"net/http"
	"net/url"
	"strings"
)

// TraceEvent tells of one call. Requests and responses are copies without
// bodies and without secrets: Authorization keeps its scheme only, cookies
// their names.
type TraceEvent struct {
	Operation string
	// Request is the request as it was sent last, with the headers a
	// RoundTripper added where it makes them known.
	Request *http.Request
	// Response is nil when there was none.
	Response                  *http.Response
	RequestBody, ResponseBody []byte
	// Err is what the call failed with. A failed response message is no
	// failure of the call.
	Err error
}

func (t *TraceEvent) redact() {
	if t.Response != nil {
		if t.Response.Request != nil {
			t.Request = t.Response.Request
		}
		reply := *t.Response
		reply.Body, reply.Request, reply.Header = http.NoBody, nil, redactHeader(t.Response.Header)
		t.Response = &reply
	}
	request := t.Request.Clone(t.Request.Context())
	request.Body, request.GetBody, request.Header = nil, nil, redactHeader(t.Request.Header)
	if request.URL.User != nil {
		request.URL.User = url.User(request.URL.User.Username())
	}
	t.Request = request
}

func redactHeader(h http.Header) http.Header {
	h = h.Clone()
	for name, values := range h {
		for i, v := range values {
			switch name {
			case "Authorization", "Proxy-Authorization":
				scheme, _, _ := strings.Cut(v, " ")
				values[i] = scheme + " [redacted]"
			case "Cookie", "Set-Cookie":
				cookie, _, _ := strings.Cut(v, "=")
				values[i] = cookie + "=[redacted]"
			}
		}
	}
	return h
}
