package autodiscover_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"

	"github.com/matchseal/matchseal/autodiscover"
)

// exchange stands in for an Exchange server.
func exchange() *httptest.Server {
	return httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		autodiscover.Endpoints{SOAP: true, OAuth: true}.Announce(w.Header())
		if r.Method != http.MethodPost {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		reply := autodiscover.Response{
			Operation: autodiscover.OpGetUserSettings,
			Server:    autodiscover.ServerVersion{Major: 15, Minor: 1, MajorBuild: 2507, MinorBuild: 6, Name: "Exchange2016"},
			ErrorCode: autodiscover.NoError,
			Users: []autodiscover.UserResponse{{
				ErrorCode: autodiscover.NoError,
				Settings: []autodiscover.Setting{
					{Name: autodiscover.ExternalEwsURL, Value: "https://mail.example.com/EWS/Exchange.asmx"},
				},
			}},
		}
		w.Header().Set("Content-Type", reply.SOAP.ContentType())
		_, _ = w.Write(reply.Marshal())
	}))
}

// Ask the service at a configured URL where a mailbox's web services are.
func ExampleClient_GetUserSettings() {
	server := exchange()
	defer server.Close()

	c := autodiscover.Client{HTTP: server.Client()}
	found, err := c.GetUserSettings(context.Background(), server.URL+autodiscover.PathSOAP,
		"kim@example.com", autodiscover.InternalEwsURL, autodiscover.ExternalEwsURL)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(found.EwsURL())
	// Output: https://mail.example.com/EWS/Exchange.asmx <nil>
}

// A URL that was copied from the wrong place is refused with the right one.
func ExampleCheckEndpoint() {
	_, err := autodiscover.CheckEndpoint("https://autodiscover.example.com/autodiscover/autodiscover.xml")
	fmt.Println(err)
	// Output: autodiscover: the URL ends in .xml, which is another document; the SOAP service is at https://autodiscover.example.com/autodiscover/autodiscover.svc
}

// Find the service of a domain and show what was tried.
func ExampleLocator_Locate() {
	server := exchange()
	defer server.Close()

	l := autodiscover.Locator{HTTP: server.Client(), Resolver: documentation{}}
	report, err := l.Locate(context.Background(), autodiscover.Search{Domain: "kim@example.com"})
	if err != nil {
		fmt.Println(err)
	}
	fmt.Print(report)
	// Output:
	// 1. the domain (https://example.com/autodiscover/autodiscover.xml): no name: the name example.com has no address record; lookup example.com: no such host
	// 2. autodiscover host (https://autodiscover.example.com/autodiscover/autodiscover.xml): found: https://autodiscover.example.com/autodiscover/autodiscover.xml answers 401 Unauthorized and offers the SOAP service; autodiscover.example.com is an alias of ex1.example.com; addresses 192.0.2.10
	// 3. http redirect (http://autodiscover.example.com/autodiscover/autodiscover.xml): not tried: not needed: an earlier candidate works
	// 4. SRV record (_autodiscover._tcp.example.com): not tried: not needed: an earlier candidate works
}

// documentation is a resolver for the example; a *net.Resolver will do.
type documentation struct{}

func (documentation) LookupHost(_ context.Context, host string) ([]string, error) {
	if host == "autodiscover.example.com" {
		return []string{"192.0.2.10"}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

func (documentation) LookupCNAME(context.Context, string) (string, error) {
	return "ex1.example.com.", nil
}

func (documentation) LookupSRV(context.Context, string, string, string) (string, []*net.SRV, error) {
	return "", nil, &net.DNSError{Err: "no such host", IsNotFound: true}
}

// Allow redirects into the organisation and into the cloud, and nowhere else.
func ExampleAllowDomains() {
	allow := autodiscover.AllowDomains("*.example.com;*.outlook.com")
	for _, to := range []string{"https://autodiscover-s.outlook.com/", "https://example.net/"} {
		u, _ := url.Parse(to)
		fmt.Println(to, allow(nil, u))
	}
	// Output:
	// https://autodiscover-s.outlook.com/ true
	// https://example.net/ false
}

// Read a request as a server does and answer it.
func ExampleDecodeRequest() {
	body := (&autodiscover.Request{Call: autodiscover.GetUserSettings{
		Users:    []string{"kim@example.com"},
		Settings: []autodiscover.SettingName{autodiscover.ExternalEwsURL},
	}}).Marshal()

	request, err := autodiscover.DecodeRequest(body)
	if err != nil {
		fmt.Println(err)
		return
	}
	switch call := request.Call.(type) {
	case autodiscover.GetUserSettings:
		fmt.Println(call.Operation(), call.Users, call.Settings)
	}
	// Output: GetUserSettings [kim@example.com] [ExternalEwsUrl]
}

// Ask without credentials where a protocol is.
func ExampleV2Request_URL() {
	q := autodiscover.V2Request{Email: "kim@example.com", Protocol: "Ews"}
	fmt.Println(q.URL("autodiscover.example.com"))
	// Output: https://autodiscover.example.com/autodiscover/autodiscover.json?Email=kim%40example.com&Protocol=Ews
}
