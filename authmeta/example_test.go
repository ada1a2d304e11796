package authmeta_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/wirevectors"
)

// A Skype for Business server publishes its document, and an Exchange server
// that is to trust it reads the document.
func Example() {
	key, err := wirevectors.LoadKey("sfb-a")
	if err != nil {
		panic(err)
	}
	now := time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)
	issuer := s2s.Principal{App: s2s.SkypeApp, Realm: "contoso.com"}

	mux := http.NewServeMux()
	mux.Handle(authmeta.Skype.Path(), authmeta.Handler(func(context.Context) (authmeta.Document, error) {
		return authmeta.New(authmeta.Skype, issuer, "", now, key.Certificate), nil
	}, authmeta.Skype))
	pool := httptest.NewTLSServer(mux)
	defer pool.Close()

	fetcher := authmeta.Fetcher{HTTP: pool.Client(), Now: func() time.Time { return now }}
	options := authmeta.ParseOptions{Application: s2s.SkypeApp}
	got, err := fetcher.Fetch(context.Background(), pool.URL+"/metadata/json/1", options, "")
	if err != nil {
		panic(err)
	}
	fmt.Println(got.Document.Issuer)
	fmt.Println(got.Document.Keys[0].Thumbprint)

	_, err = fetcher.Fetch(context.Background(), pool.URL+"/metadata/jason/1", options, "")
	fmt.Println(err.(*authmeta.FetchError).Suggestion == pool.URL+"/metadata/json/1")
	// Output:
	// 00000004-0000-0ff1-ce00-000000000000@contoso.com
	// E17C6DB8DF78ABCCC9737317F7A8E1F9B596C9C4
	// true
}

func ExampleParse() {
	_, err := authmeta.Parse([]byte("<html>Sign in</html>"), authmeta.ParseOptions{})
	fmt.Println(err)
	// Output:
	// metadata document: it is a web page and not JSON; a log-on page stands in front of it, or the URL leads to another virtual directory: exempt the path from pre-authentication and check the URL
}

func ExampleDiff() {
	read := func(name string) *authmeta.Document {
		raw, err := wirevectors.File("synthetic/metadata/" + name)
		if err != nil {
			panic(err)
		}
		d, err := authmeta.Parse(raw, authmeta.ParseOptions{Now: time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)})
		if err != nil {
			panic(err)
		}
		return d
	}
	fmt.Println(authmeta.Diff(read("exchange.1-steady.json"), read("exchange.2-staged.json")))
	fmt.Println(authmeta.Diff(read("exchange.2-staged.json"), read("exchange.3-active.json")))
	// Output:
	// key BA9C0CE5AE6E0A97D6F32AA14CED8327689A2310 added (CN=Microsoft Exchange Server Auth Certificate, until 2046-01-01)
	// the keys come in another order
}
