package s2shttp

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
)

// body is a request body that may have to be sent more than once: with the
// empty Bearer of discovery, with a token, and once more with a fresh token.
type body struct {
	first  io.ReadCloser                 // the next copy, if it is at hand already
	again  func() (io.ReadCloser, error) // nil: the body can be sent once only
	length int64                         // -1: unknown
}

// newBody takes over the request's body. Without GetBody it is read into
// memory up to limit bytes; a longer one is sent once, as it streams in.
func newBody(r *http.Request, limit int64) (*body, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return fixed(nil), nil
	}
	if r.GetBody != nil {
		return &body{first: r.Body, again: r.GetBody, length: r.ContentLength}, nil
	}
	head, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if err != nil {
		r.Body.Close()
		return nil, fmt.Errorf("reading the request body: %w", err)
	}
	if int64(len(head)) > limit {
		rest := struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(head), r.Body), r.Body}
		return &body{first: rest, length: r.ContentLength}, nil
	}
	return fixed(head), r.Body.Close()
}

func fixed(content []byte) *body {
	return &body{length: int64(len(content)), again: func() (io.ReadCloser, error) {
		if len(content) == 0 {
			return http.NoBody, nil
		}
		return io.NopCloser(bytes.NewReader(content)), nil
	}}
}

func (b *body) replayable() bool { return b.again != nil }

// attach gives the request a copy of the body. The receiver closes it.
func (b *body) attach(r *http.Request) (err error) {
	r.Body, b.first = b.first, nil
	if r.Body == nil {
		if r.Body, err = b.again(); err != nil {
			return fmt.Errorf("reading the request body again: %w", err)
		}
	}
	r.GetBody, r.ContentLength = b.again, b.length
	return nil
}

// close releases what was never attached.
func (b *body) close() {
	if b.first != nil {
		b.first.Close()
	}
}
