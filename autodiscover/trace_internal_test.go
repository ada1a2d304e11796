package autodiscover

import (
	"net/http"
	"testing"
)

func TestHeaderTextHidesCredentials(t *testing.T) {
	h := http.Header{
		"Authorization": {"Bearer eyJ"}, "Proxy-Authorization": {"Basic eA=="}, "Cookie": {"a=b"}, "Set-Cookie": {"c=d", "e=f"},
		"Www-Authenticate": {"Bearer realm=x"},
	}
	const want = "Authorization: [redacted]\nCookie: [redacted]\nProxy-Authorization: [redacted]\nSet-Cookie: [redacted]\nSet-Cookie: [redacted]\nWww-Authenticate: Bearer realm=x\n"
	if got := headerText(h); got != want {
		t.Errorf("got\n%s", got)
	}
}
