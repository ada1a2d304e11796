package ewsserver

import (
	"bytes"
	"compress/gzip"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/access"
	"github.com/matchseal/matchseal/internal/telemetry"
)

// contentType is compared byte by byte by DavMail, which silently ignores a
// body of any other type.
const contentType = "text/xml; charset=utf-8"

// page is what a browser sees that opens the URL to try it.
const page = `<!DOCTYPE html>
<html><head><title>Service</title></head><body>
<h1>Service</h1>
<p>You have created a service.</p>
<p>This is Exchange Web Services. It takes SOAP requests by POST.</p>
</body></html>
`

func servePage(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, page)
}

// setHeaders writes the headers every answer has.
func (s *server) setHeaders(h http.Header, r *http.Request, caller access.Caller) {
	if h.Get(access.RequestIDHeader) == "" { // the door has set it already
		id := caller.RequestID
		if id == "" {
			id = telemetry.NewRequestID()
		}
		h.Set(access.RequestIDHeader, id)
	}
	if id := clientRequestID(r); id != "" && strings.EqualFold(r.Header.Get("return-client-request-id"), "true") {
		h.Set("client-request-id", id)
	}
	if s.Name != "" {
		h.Set("X-FEServer", s.Name)
		h.Set("X-BEServer", s.Name)
		h.Set("X-CalculatedBETarget", s.Name)
		h.Set("X-DiagInfo", s.Name)
		if strings.EqualFold(r.Header.Get("X-PreferServerAffinity"), "true") {
			http.SetCookie(headerWriter{h}, &http.Cookie{
				Name: "X-BackEndOverrideCookie", Value: s.Name, Path: "/", Secure: true, HttpOnly: true,
			})
		}
	}
	h.Set("Cache-Control", "private")
	h.Set("X-Content-Type-Options", "nosniff")
}

// headerWriter lets SetCookie write into a header alone.
type headerWriter struct{ h http.Header }

func (w headerWriter) Header() http.Header       { return w.h }
func (headerWriter) Write(p []byte) (int, error) { return len(p), nil }
func (headerWriter) WriteHeader(int)             {}

// clientRequestID is the id a client gave its request, "" when it is not one
// that could be repeated safely.
func clientRequestID(r *http.Request) string {
	id := r.Header.Get("client-request-id")
	if len(id) > 128 {
		return ""
	}
	for i := range len(id) {
		if id[i] < 0x21 || id[i] > 0x7e {
			return ""
		}
	}
	return id
}

// openBody checks what HTTP says of the body and unpacks it. The limits on its
// size are the decoder's; a body that is packed is bounded packed as well.
func (e *exchange) openBody() (io.Reader, *ews.Fault) {
	mediaType, _, err := mime.ParseMediaType(e.r.Header.Get("Content-Type"))
	// Only an XML type: a page in a browser can send other ones without the
	// user's doing.
	if err != nil || mediaType != "text/xml" && mediaType != "application/xml" && mediaType != "application/soap+xml" {
		return nil, &ews.Fault{SOAPCode: "Client", Text: "Send the request with Content-Type " + contentType + ".", Status: http.StatusUnsupportedMediaType}
	}
	if e.r.ContentLength > e.Limits.Bytes {
		e.w.Header().Set("Connection", "close")
		return nil, &ews.Fault{Code: ews.ErrorMessageSizeExceeded, Text: ews.ErrorMessageSizeExceeded.Text(), Status: http.StatusRequestEntityTooLarge}
	}
	body := io.Reader(http.MaxBytesReader(e.w, e.r.Body, e.Limits.Bytes+1))
	switch strings.ToLower(strings.TrimSpace(e.r.Header.Get("Content-Encoding"))) {
	case "", "identity":
		return body, nil
	case "gzip":
		unpacked, err := gzip.NewReader(body)
		if err != nil {
			return nil, &ews.Fault{SOAPCode: "Client", Text: "The request is not in the gzip format it claims.", Status: http.StatusBadRequest}
		}
		return unpacked, nil
	}
	return nil, &ews.Fault{SOAPCode: "Client", Text: "The only Content-Encoding known is gzip.", Status: http.StatusUnsupportedMediaType}
}

// worthPacking is the size from which an answer is compressed.
const worthPacking = 1 << 10

// send writes an answer, packed if the client takes it so.
func (e *exchange) send(status int, body []byte) {
	h := e.w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Vary", "Accept-Encoding")
	if len(body) >= worthPacking && acceptsGzip(e.r) {
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, _ = z.Write(body) // to memory: cannot fail
		_ = z.Close()
		body = packed.Bytes()
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	e.w.WriteHeader(status)
	_, _ = e.w.Write(body) // a client that went away misses it
}

func acceptsGzip(r *http.Request) bool {
	for _, line := range r.Header.Values("Accept-Encoding") {
		for _, part := range strings.Split(line, ",") {
			name, weight, _ := strings.Cut(part, ";")
			refused := strings.HasPrefix(strings.ReplaceAll(weight, " ", "")+".", "q=0.") && strings.Trim(weight, " q=0.") == ""
			if strings.EqualFold(strings.TrimSpace(name), "gzip") && !refused {
				return true
			}
		}
	}
	return false
}

// clip bounds a text of the client for the log.
func clip(s string) string { return s[:min(len(s), 64)] }
