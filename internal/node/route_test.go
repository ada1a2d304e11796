package node

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestRoutesAreFoundWithoutCase(t *testing.T) {
	var rt routes
	rt.handle("/EWS/Exchange.asmx", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	rt.handlePrefix("/ucwa/", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }))
	for path, want := range map[string]int{
		"/EWS/Exchange.asmx": 200, "/ews/exchange.asmx": 200, "/ews/Exchange.asmx/": 200,
		"/UCWA/oauth/v1":   202,
		"/metadata/jaon/1": 404, "/ews": 404, "/": 404, // 002-39: a wrong path answers 404
	} {
		w := httptest.NewRecorder()
		rt.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != want {
			t.Errorf("GET %s: %d, want %d", path, w.Code, want)
		}
	}
}
