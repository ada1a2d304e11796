package node

import (
	"net/http"
	"strings"
)

// routes dispatches by path as the products' web server does: without regard
// to case and to a final slash.
type routes struct {
	exact  map[string]http.Handler
	prefix []prefixRoute
}

type prefixRoute struct {
	prefix  string
	owns    func(path string) bool // nil: the prefix decides
	handler http.Handler
}

func (rt *routes) handle(path string, h http.Handler) {
	if rt.exact == nil {
		rt.exact = map[string]http.Handler{}
	}
	rt.exact[canonicalPath(path)] = h
}

func (rt *routes) handlePrefix(prefix string, h http.Handler) {
	rt.prefix = append(rt.prefix, prefixRoute{prefix: strings.ToLower(prefix), handler: h})
}

func (rt *routes) handleOwned(owns func(path string) bool, h http.Handler) {
	rt.prefix = append(rt.prefix, prefixRoute{owns: owns, handler: h})
}

// ServeHTTP finds the handler; an unknown path is a plain 404, as a mistyped
// metadata path gets it (002-39).
func (rt *routes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := canonicalPath(r.URL.Path)
	if h, ok := rt.exact[path]; ok {
		h.ServeHTTP(w, r)
		return
	}
	for _, p := range rt.prefix {
		if p.owns != nil && p.owns(r.URL.Path) || p.owns == nil && strings.HasPrefix(path, p.prefix) {
			p.handler.ServeHTTP(w, r)
			return
		}
	}
	http.Error(w, "404 - File or directory not found.", http.StatusNotFound)
}

func canonicalPath(path string) string {
	path = strings.ToLower(path)
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/")
	}
	return path
}

// secured adds the headers that every answer of a role carries.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Strict-Transport-Security", "max-age=31536000")
		next.ServeHTTP(w, r)
	})
}
