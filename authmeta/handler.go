package authmeta

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Handler serves the document that source gives, in the form of a product, to
// GET and HEAD without authentication. It answers every path: which one is
// the product's, and in what letter case, is the caller's to match.
//
// Answers carry an ETag, honour If-None-Match and may be cached for 300
// seconds, so that peers notice a new key within minutes. When source fails or
// gives no key the answer is 503 with a sentence for the administrator; source
// does the logging. There is never a redirect.
//
// read is told of each reading, when it is over: of a GET that got the whole
// document, or was told that the one it has is still the one of now.
func Handler(source func(ctx context.Context) (Document, error), p Product, read ...func(*http.Request, Document)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "The metadata document is only there to be read.", http.StatusMethodNotAllowed)
			return
		}
		d, body, err := write(r.Context(), source, p)
		if err != nil {
			unavailable(w, err)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "application/json; charset=utf-8")
		h.Set("Cache-Control", "max-age=300")
		h.Set("X-Content-Type-Options", "nosniff")
		if d.Refresh > 0 {
			h.Set(RefreshHeader, wish(d.Refresh))
		}
		h.Set("ETag", etag(body))
		watched := &outcome{ResponseWriter: w}
		http.ServeContent(watched, r, "", time.Time{}, bytes.NewReader(body))
		// "*" asks whether there is any document, and says of none that it is known.
		if r.Method != http.MethodGet || !watched.read() || r.Header.Get("If-None-Match") == "*" {
			return
		}
		for _, tell := range read {
			tell(r, d)
		}
	})
}

// outcome is an answer whose status, and whether it could be written, is seen.
type outcome struct {
	http.ResponseWriter
	status int
	failed bool
}

func (o *outcome) WriteHeader(status int) {
	o.status = status
	o.ResponseWriter.WriteHeader(status)
}

func (o *outcome) Write(b []byte) (int, error) {
	n, err := o.ResponseWriter.Write(b)
	o.failed = o.failed || err != nil
	return n, err
}

func (o *outcome) read() bool {
	return !o.failed && (o.status == http.StatusOK || o.status == http.StatusNotModified)
}

func write(ctx context.Context, source func(context.Context) (Document, error), p Product) (Document, []byte, error) {
	d, err := source(ctx)
	if err != nil {
		return d, nil, err
	}
	body, err := d.Marshal(p)
	return d, body, err
}

// unavailable tells what can be told to anybody: that there is no key, but
// not what else failed.
func unavailable(w http.ResponseWriter, err error) {
	reason := "The metadata document cannot be made at the moment; the reason is in this server's log."
	if errors.Is(err, ErrNoKey) {
		reason = "This server has no usable signing certificate, so it publishes no metadata document. Assign one that is valid today."
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Retry-After", "60")
	http.Error(w, reason, http.StatusServiceUnavailable)
}

func etag(body []byte) string {
	sum := sha256.Sum256(body)
	return fmt.Sprintf(`"%x"`, sum[:16])
}
