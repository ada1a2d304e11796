package authmeta

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
)

const (
	fetchTimeout = 10 * time.Second
	maxRedirects = 3
	maxETag      = 256
	maxReason    = 300 // bytes of a server's own words that are repeated
)

// Fetcher gets documents over https.
type Fetcher struct {
	// HTTP makes the requests; its transport decides which servers are
	// trusted. Redirects are the Fetcher's own matter.
	HTTP *http.Client
	// Now is the clock for certificates; nil means time.Now.
	Now func() time.Time
	// Agent gives the User-Agent of each request, see [Introduction]; nil, or
	// text that no header can carry, leaves it to HTTP.
	Agent func(context.Context) string
}

// Fetched is the outcome of one fetch.
type Fetched struct {
	Document    *Document // nil when NotModified
	ETag        string    // to be given to the next fetch; may be empty
	NotModified bool      // the document is still the one of the given ETag
	Raw         []byte    // the document as it came
	// Refresh is how soon the server would like to be asked again; zero when it
	// does not say.
	Refresh time.Duration
}

// Fetch gets and parses the document at an https URL. It takes at most ten
// seconds and 256 KiB and follows at most three redirects, none to another
// host. A non-empty etag of an earlier fetch makes the server answer "not
// modified" when it can. The error is always a *[FetchError].
func (f Fetcher) Fetch(ctx context.Context, address string, o ParseOptions, etag string) (*Fetched, error) {
	target, err := checkURL(address, o)
	if err != nil {
		return nil, err
	}
	if o.Now.IsZero() && f.Now != nil {
		o.Now = f.Now()
	}
	limited, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	resp, err := f.get(limited, target, etag)
	if err != nil {
		return nil, explainCall(ctx, err, target)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNotModified && etag != "" {
		return &Fetched{ETag: etag, NotModified: true, Refresh: refreshHint(resp.Header)}, nil
	}
	if resp.StatusCode != http.StatusOK {
		return nil, explainStatus(resp, target, o)
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, MaxBytes+1))
	if err != nil {
		return nil, explainCall(ctx, err, target)
	}
	d, err := Parse(raw, o)
	if err != nil {
		return nil, explainParse(err, raw, target, o)
	}
	return &Fetched{Document: d, ETag: acceptETag(resp), Raw: raw, Refresh: refreshHint(resp.Header)}, nil
}

func (f Fetcher) get(ctx context.Context, target *url.URL, etag string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/json")
	f.introduce(ctx, r)
	if etag != "" {
		r.Header.Set("If-None-Match", etag)
	}
	var client http.Client
	if f.HTTP != nil {
		client = *f.HTTP
	}
	client.Jar = nil // the document is for everybody; no cookie goes along
	client.CheckRedirect = sameHost
	return client.Do(r)
}

// sameHost stops at a redirect that leaves the place an administrator chose.
// The answer then is the redirect itself.
func sameHost(next *http.Request, via []*http.Request) error {
	first := via[0].URL
	if next.URL.Scheme != "https" || !strings.EqualFold(origin(next.URL), origin(first)) || len(via) > maxRedirects {
		return http.ErrUseLastResponse
	}
	return nil
}

func origin(u *url.URL) string { return strings.TrimSuffix(u.Host, ":443") }

// checkURL reads the URL and explains what people get wrong in it.
func checkURL(address string, o ParseOptions) (*url.URL, error) {
	refuse := func(what, remedy string) error {
		return &FetchError{Reason: BadURL, URL: shown(address), What: what, Remedy: remedy}
	}
	trimmed := strings.TrimSpace(address)
	u, err := url.Parse(trimmed)
	example := "write it like " + expected(o).URL("server.contoso.com")
	switch {
	case trimmed == "":
		return nil, refuse("the URL is empty", example)
	case strings.ContainsAny(trimmed, "‘’“”′″\"'"):
		return nil, refuse("the URL has quotation marks in it", "type it again by hand: text copied from a web page carries curly quotes along")
	case err != nil || u.Host == "" && u.Scheme != "http" && u.Scheme != "https":
		return nil, refuse("this is not an https URL", example)
	case u.Scheme == "http":
		return nil, refuse("the document is fetched over https only", "write https:// in front")
	case u.Scheme != "https" || u.Host == "":
		return nil, refuse("this is not an https URL", example)
	case u.User != nil:
		return nil, refuse("the URL has a user name in it", "the document needs no log-on; leave the name out")
	}
	u.Fragment = ""
	return u, nil
}

func expected(o ParseOptions) Product {
	app := o.Application
	if app == "" {
		app = o.Pinned.App
	}
	if p, ok := productOf(app); ok {
		return p
	}
	return Skype
}

// explainCall says why there is no answer. The caller's context is looked at
// to tell a stop from our own limit.
func explainCall(ctx context.Context, err error, target *url.URL) error {
	e := &FetchError{URL: target.Redacted(), Err: err}
	host := target.Hostname()
	var (
		dns *net.DNSError
		op  *net.OpError
	)
	fault, what, remedy := explainTLS(err, host)
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		e.Reason, e.What = Stopped, "the fetch was stopped"
	case errors.As(err, &dns):
		e.Reason, e.What = DNS, "the host name "+host+" cannot be resolved"
		e.Remedy = "check its spelling, and look it up from this computer: nslookup " + host
	case fault != "":
		e.Reason, e.TLSFault, e.What, e.Remedy = TLS, fault, what, remedy
	case isTimeout(err):
		e.Reason, e.What = Timeout, host+" did not answer in time"
		e.Remedy = "check that the server runs and that no firewall swallows connections to it"
	case errors.As(err, &op) && op.Op == "dial":
		e.Reason, e.What = Connect, "no connection to "+host
		e.Remedy = "check that the server runs and listens on the port of the URL"
	default:
		e.Reason, e.What = Connect, "the connection to "+host+" broke off: "+shown(innermost(err).Error())
		e.Remedy = "look at the server's log, and at what stands between"
	}
	return e
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &n) && n.Timeout()
}

// explainStatus says what an answer without a document means.
func explainStatus(resp *http.Response, target *url.URL, o ParseOptions) error {
	e := &FetchError{Reason: Status, URL: target.Redacted(), Status: resp.StatusCode}
	e.What = fmt.Sprintf("the server answers %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	switch code := resp.StatusCode; {
	case code == http.StatusNotFound:
		e.Reason = NotFound
		e.Suggestion, e.Remedy = suggest(target, o)
	case code >= 300 && code < 400:
		e.Reason = Redirect
		e.What = fmt.Sprintf("the server redirects to %s, which is not followed", quote(resp.Header.Get("Location")))
		e.Remedy = "enter the final URL; if it is a log-on page, exempt the path from pre-authentication"
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		e.Remedy = "the document is for everybody: exempt " + target.Path + " from authentication and from IP filters"
	case code >= 500:
		e.Remedy = "check the signing certificate of that server first: one without a valid certificate publishes no document"
		if own := ownWords(resp); own != "" {
			e.What += ": " + own
		}
	}
	return e
}

// ownWords repeats what the server says about itself, if it is plain text.
func ownWords(resp *http.Response) string {
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") {
		return ""
	}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxReason))
	return strings.TrimSuffix(shown(strings.TrimSpace(string(body))), ".")
}

func explainParse(err error, raw []byte, target *url.URL, o ParseOptions) error {
	var p *ParseError
	if !errors.As(err, &p) {
		return err
	}
	e := &FetchError{Reason: p.Reason, URL: target.Redacted(), Status: http.StatusOK, What: p.What, Remedy: p.Remedy, Raw: raw, Err: err}
	if p.Reason == HTML {
		e.Suggestion, _ = suggest(target, o)
	}
	return e
}

// acceptETag takes the server's tag if it can be sent back as it is.
func acceptETag(resp *http.Response) string {
	tag := resp.Header.Get("ETag")
	if len(tag) > maxETag {
		return ""
	}
	return tag
}

// shown makes foreign text fit for a terminal and a log line.
func shown(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > maxReason {
		return string(runes[:maxReason]) + "…"
	}
	return s
}
