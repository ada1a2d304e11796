package ews

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Client calls an EWS endpoint. It may be used by several goroutines once its
// fields are set. Authentication is the RoundTripper's of HTTP.
//
// Each operation has a method. It returns the response and nil, or the response
// and a [*ResponseError] for the first part that failed, or nil and a [*Fault],
// an [*HTTPError], a [*ContentTypeError], a [*SyntaxError] or the error of the
// transport. Nothing is retried: [BackOff] tells how long a server asks to
// wait.
type Client struct {
	HTTP *http.Client
	// URL is the endpoint, https://host/EWS/Exchange.asmx.
	URL string
	// Version is the schema requests are written against; empty means
	// [Exchange2013SP1], the oldest one that has all this package writes.
	Version Version
	// Impersonation is sent with every request unless nil.
	Impersonation *Impersonation
	// AnchorMailbox is the SMTP address a front end routes by, sent as
	// X-AnchorMailbox unless empty.
	AnchorMailbox string
	// UserAgent is sent unless empty.
	UserAgent string
	// Limits apply to responses.
	Limits Limits
	// Trace, unless nil, is told of every call after it ended.
	Trace func(TraceEvent)
}

// Do sends a request and reads the response. It looks at the response as a
// whole only; the methods named after operations also look at its messages.
func (c *Client) Do(ctx context.Context, body Payload) (*Response, error) {
	var buf bytes.Buffer
	header := Header{Version: c.version(), Impersonation: c.Impersonation}
	if err := EncodeRequest(&buf, header, body); err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL, bytes.NewReader(buf.Bytes()))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", body.Operation(), err)
	}
	c.setHeaders(request, body.Operation())
	event := TraceEvent{Operation: body.Operation(), Request: request, RequestBody: buf.Bytes()}
	response, err := c.send(request, &event)
	if c.Trace != nil {
		event.Err = err
		event.redact()
		c.Trace(event)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", body.Operation(), err)
	}
	return response, nil
}

func (c *Client) version() Version {
	if c.Version == "" {
		return Exchange2013SP1
	}
	return c.Version
}

func (c *Client) setHeaders(r *http.Request, operation string) {
	h := r.Header
	h.Set("Content-Type", ContentType)
	h.Set("Accept", "text/xml")
	h.Set("Accept-Encoding", "gzip")
	h.Set("SOAPAction", `"`+messagesURI+"/"+operation+`"`)
	h.Set("Client-Request-Id", newGUID())
	h.Set("Return-Client-Request-Id", "true")
	if c.AnchorMailbox != "" {
		h.Set("X-AnchorMailbox", c.AnchorMailbox)
	}
	if c.UserAgent != "" {
		h.Set("User-Agent", c.UserAgent)
	}
}

// send does the exchange and fills in what a trace tells of it.
func (c *Client) send(request *http.Request, event *TraceEvent) (*Response, error) {
	reply, err := c.HTTP.Do(request)
	if err != nil {
		return nil, err
	}
	defer reply.Body.Close()
	event.Response = reply
	data, err := readBody(reply, c.Limits.withDefaults().Bytes)
	event.ResponseBody = data
	if err != nil {
		return nil, err
	}
	if reply.StatusCode != http.StatusOK && reply.StatusCode != http.StatusInternalServerError {
		return nil, newHTTPError(reply, data)
	}
	if !isXML(reply.Header) {
		if reply.StatusCode == http.StatusInternalServerError {
			return nil, newHTTPError(reply, data)
		}
		return nil, &ContentTypeError{ContentType: reply.Header.Get("Content-Type"), RequestID: requestID(reply.Header)}
	}
	response, err := DecodeResponse(bytes.NewReader(data), c.Limits)
	if fault, ok := errors.AsType[*Fault](err); ok {
		fault.Status, fault.RequestID = reply.StatusCode, requestID(reply.Header)
		return nil, fault
	}
	switch {
	case err != nil && reply.StatusCode != http.StatusOK:
		return nil, newHTTPError(reply, data)
	case err != nil:
		return nil, fmt.Errorf("read the response: %w", err)
	}
	response.RequestID = requestID(reply.Header)
	return response, nil
}

// readBody reads at most limit bytes of what the server sent, unpacked. A
// longer body is cut one byte after the limit, for the decoder to notice.
func readBody(reply *http.Response, limit int64) ([]byte, error) {
	var r io.Reader = io.LimitReader(reply.Body, limit+1)
	if strings.EqualFold(reply.Header.Get("Content-Encoding"), "gzip") {
		unpacked, err := gzip.NewReader(r)
		if err != nil {
			return nil, fmt.Errorf("unpack the response: %w", err)
		}
		r = io.LimitReader(unpacked, limit+1)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return data, fmt.Errorf("read the response: %w", err)
	}
	return data, nil
}

func isXML(h http.Header) bool {
	mediaType, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	return strings.EqualFold(strings.TrimSpace(mediaType), "text/xml")
}

func requestID(h http.Header) string { return h.Get("Request-Id") }

// newGUID returns a random GUID for client-request-id.
func newGUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0F|0x40, b[8]&0x3F|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// sized is a request that asks for a number of things at once, outcomer a
// response that answers each of them.
type (
	sized    interface{ parts() int }
	outcomer interface{ outcomes() []ResponseMessage }
)

// call is the body of every operation's method.
func call[R Payload](ctx context.Context, c *Client, request Payload) (R, error) {
	var none R
	response, err := c.Do(ctx, request)
	if err != nil {
		return none, err
	}
	body, ok := response.Body.(R)
	if !ok {
		return none, fmt.Errorf("%s: the server answered with a response to %s", request.Operation(), response.Operation)
	}
	outcomes := any(body).(outcomer).outcomes()
	for i, m := range outcomes {
		if !m.OK() {
			return body, &ResponseError{
				Operation: request.Operation(), Index: i, Code: m.Code, Text: m.Text,
				BackOff: backOff(m.Details), RequestID: response.RequestID,
			}
		}
	}
	if want := request.(sized).parts(); len(outcomes) != want {
		return none, fmt.Errorf("%s: the server sent %d response messages for %d parts of the request",
			request.Operation(), len(outcomes), want)
	}
	return body, nil
}

// BackOff returns how long the server behind an error of a [Client] asks to
// wait before the next request, zero when it does not.
func BackOff(err error) time.Duration {
	if fault, ok := errors.AsType[*Fault](err); ok {
		return fault.BackOff()
	}
	if failed, ok := errors.AsType[*ResponseError](err); ok {
		return failed.BackOff
	}
	if status, ok := errors.AsType[*HTTPError](err); ok {
		return status.RetryAfter
	}
	return 0
}
