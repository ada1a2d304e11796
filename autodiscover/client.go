package autodiscover

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Client asks the SOAP service at an explicit URL. Its zero value works
// without credentials; it is safe for concurrent use.
type Client struct {
	// HTTP carries the requests; its transport adds credentials. nil means
	// http.DefaultClient. Its own redirect policy is not used.
	HTTP *http.Client
	// RequestedServerVersion is sent with each request; empty means "Exchange2013".
	RequestedServerVersion string
	UserAgent              string
	// Consent is asked before a redirect to another host is followed. nil
	// refuses every such redirect.
	Consent Consent
	// Locate finds the service for an address that the server redirected to.
	// nil means the same endpoint for an address of the same domain, and
	// https://autodiscover.<domain>/ otherwise.
	Locate func(ctx context.Context, address string) (endpoint string, err error)
	// Trace receives requests and responses, headers and bodies.
	Trace func(TraceEvent)
	Now   func() time.Time // for Trace; nil means time.Now
}

// Found is the answer about one user.
type Found struct {
	UserResponse
	Mailbox  string // the address that was answered, after redirects
	Endpoint string // the URL that answered, after redirects
	// External says how to choose between external and internal addresses.
	// It is true unless the endpoint came from a service connection point.
	External bool
	Server   ServerVersion
	Hops     []Hop
}

// EwsURL returns the address of EWS, or an *Error of the kind NoEwsURL.
func (f *Found) EwsURL() (string, error) {
	if u, ok := f.UserResponse.EwsURL(f.External); ok {
		return u, nil
	}
	return "", &Error{Kind: NoEwsURL, URL: f.Endpoint, Mailbox: f.Mailbox,
		Detail: fmt.Sprintf("the answer for %s at %s holds neither ExternalEwsUrl nor InternalEwsUrl", f.Mailbox, f.Endpoint)}
}

// GetUserSettings asks the endpoint, the full URL of autodiscover.svc, for
// settings of one mailbox, and follows redirects. The error is an *Error.
func (c *Client) GetUserSettings(ctx context.Context, endpoint, mailbox string, settings ...SettingName) (*Found, error) {
	a, err := c.pursue(ctx, endpoint, mailbox, func(mailbox string) Call {
		return GetUserSettings{Users: []string{mailbox}, Settings: settings}
	})
	if err != nil {
		return nil, err
	}
	return &Found{UserResponse: a.user, Mailbox: a.subject, Endpoint: a.at.String(), External: true, Server: a.server, Hops: a.hops}, nil
}

// GetDomainSettings asks the endpoint for settings of one domain, and follows
// redirects. The error is an *Error.
func (c *Client) GetDomainSettings(ctx context.Context, endpoint, domain string, settings ...SettingName) (*DomainResponse, error) {
	a, err := c.pursue(ctx, endpoint, domain, func(domain string) Call {
		return GetDomainSettings{Domains: []string{domain}, Settings: settings}
	})
	if err != nil {
		return nil, err
	}
	d := DomainResponse(a.user)
	return &d, nil
}

// pursuit is one question on its way through redirects.
type pursuit struct {
	at      *url.URL
	subject string // the address or domain asked about
	hops    []Hop
	seen    map[string]bool
	user    UserResponse
	server  ServerVersion
}

// pursue asks, follows where it is sent, and stops at an answer or an error.
func (c *Client) pursue(ctx context.Context, endpoint, subject string, call func(string) Call) (*pursuit, error) {
	at, err := CheckEndpoint(endpoint)
	if err != nil {
		return nil, err
	}
	p := &pursuit{at: at, subject: subject, seen: map[string]bool{}}
	for {
		key := strings.ToLower(p.at.String() + " " + p.subject)
		if p.seen[key] {
			return nil, p.fail(&Error{Kind: RedirectLoop, Detail: fmt.Sprintf("the redirects lead back to %s", p.at)})
		}
		p.seen[key] = true
		done, err := c.step(ctx, p, call(p.subject))
		if err != nil {
			return nil, p.fail(err)
		}
		if done {
			return p, nil
		}
		if len(p.hops) > MaxRedirects {
			return nil, p.fail(&Error{Kind: TooManyRedirects, Detail: fmt.Sprintf("more than %d redirects", MaxRedirects)})
		}
	}
}

// fail completes an error with where the pursuit stood.
func (p *pursuit) fail(err error) error {
	e, ok := err.(*Error)
	if !ok {
		e = &Error{Kind: Unreachable, Detail: "no answer from " + p.at.Redacted(), Err: err}
	}
	if e.URL == "" {
		e.URL = p.at.String()
	}
	e.Mailbox, e.Hops = p.subject, p.hops
	return e
}

// step asks once. It reports true for an answer and false after a redirect.
func (c *Client) step(ctx context.Context, p *pursuit, call Call) (bool, error) {
	response, location, err := c.post(ctx, p.at, p.subject, call)
	if err != nil {
		return false, err
	}
	if location != nil {
		return false, c.redirectURL(p, location.why, location.to)
	}
	switch response.ErrorCode {
	case NoError:
	case RedirectURL: // for the whole request; the target is with the first user
		if u, ok := response.first(); ok && u.RedirectTarget != "" {
			return false, c.redirectURL(p, string(RedirectURL), u.RedirectTarget)
		}
		fallthrough
	default:
		return false, &Error{Kind: ResponseError, Code: response.ErrorCode,
			Detail: fmt.Sprintf("%s answered %s: %s", p.at, response.ErrorCode, response.ErrorMessage)}
	}
	user, ok := response.first()
	if !ok {
		return false, &Error{Kind: BadResponse, Detail: fmt.Sprintf("the reply of %s holds no answer for %s", p.at, p.subject)}
	}
	switch user.ErrorCode {
	case NoError:
		p.user, p.server = user, response.Server
		return true, nil
	case RedirectURL:
		return false, c.redirectURL(p, string(RedirectURL), user.RedirectTarget)
	case RedirectAddress:
		return false, c.redirectAddress(ctx, p, user.RedirectTarget)
	case InvalidUser:
		return false, &Error{Kind: UnknownUser, Code: user.ErrorCode, Detail: fmt.Sprintf("%s does not know %s: %s", p.at, p.subject, user.ErrorMessage)}
	}
	return false, &Error{Kind: UserError, Code: user.ErrorCode,
		Detail: fmt.Sprintf("%s answered %s for %s: %s", p.at, user.ErrorCode, p.subject, user.ErrorMessage)}
}

// first returns the answer to a question about one user or one domain.
func (r *Response) first() (UserResponse, bool) {
	switch {
	case len(r.Users) > 0:
		return r.Users[0], true
	case len(r.Domains) > 0:
		return UserResponse(r.Domains[0]), true
	}
	return UserResponse{}, false
}

// redirectURL moves the pursuit to another URL.
func (c *Client) redirectURL(p *pursuit, why, target string) error {
	to, err := p.at.Parse(target)
	if err != nil || to.Host == "" {
		return &Error{Kind: BadResponse, Detail: fmt.Sprintf("%s redirects to %q, which is not a URL", p.at, clip(target)), Err: err}
	}
	if reason := c.Consent.mayFollow(p.at, to); reason != "" {
		return &Error{Kind: RedirectRefused, Detail: reason}
	}
	c.follow(p, Hop{Why: why, From: p.at.String(), To: to.String()})
	p.at = to
	return nil
}

// redirectAddress moves the pursuit to another address, and with it to the
// service that is responsible for that address.
func (c *Client) redirectAddress(ctx context.Context, p *pursuit, address string) error {
	domain := DomainOf(address)
	if domain == "" {
		return &Error{Kind: BadResponse, Detail: fmt.Sprintf("%s redirects to %q, which is not an e-mail address", p.at, clip(address))}
	}
	to := p.at
	switch {
	case c.Locate != nil:
		endpoint, err := c.Locate(ctx, address)
		if err != nil {
			return &Error{Kind: NotLocated, Detail: "the server redirects to " + address + ", whose Autodiscover was not found", Err: err}
		}
		if to, err = CheckEndpoint(endpoint); err != nil {
			return err
		}
	case domain != DomainOf(p.subject):
		var err error
		if to, err = CheckEndpoint(SOAPURL(HostFor(domain))); err != nil {
			return err
		}
	}
	if reason := c.Consent.mayFollow(p.at, to); reason != "" {
		return &Error{Kind: RedirectRefused, Detail: reason}
	}
	c.follow(p, Hop{Why: string(RedirectAddress), From: p.subject, To: address})
	p.at, p.subject = to, address
	return nil
}

func (c *Client) follow(p *pursuit, h Hop) {
	p.hops = append(p.hops, h)
	c.tracer().note(TraceConfiguration, p.at.String(), "following "+h.String())
}

func (c *Client) tracer() tracer { return tracer{listen: c.Trace, now: c.Now} }

// location is where an HTTP redirect points.
type location struct{ why, to string }

// post sends one request and reads the reply, or where an HTTP redirect leads.
func (c *Client) post(ctx context.Context, at *url.URL, subject string, call Call) (*Response, *location, error) {
	version := c.RequestedServerVersion
	if version == "" {
		version = "Exchange2013"
	}
	body := (&Request{RequestedServerVersion: version, To: at.String(), Call: call}).Marshal()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at.String(), bytes.NewReader(body))
	if err != nil {
		return nil, nil, &Error{Kind: InvalidURL, Detail: fmt.Sprintf("%q is not a URL that can be asked", clip(at.String())), Err: err}
	}
	req.Header.Set("Content-Type", ContentTypeXML)
	req.Header.Set("Accept", "text/xml")
	req.Header.Set("SOAPAction", `"`+call.Operation().Action()+`"`)
	if DomainOf(subject) != "" {
		req.Header.Set("X-AnchorMailbox", subject) // a hint for load balancers
	}
	if c.UserAgent != "" {
		req.Header.Set("User-Agent", c.UserAgent)
	}
	t := c.tracer()
	t.request(req)
	t.note(TraceRequest, at.String(), string(body))
	resp, data, err := exchange(manual(c.HTTP), req, MaxResponse)
	if resp != nil {
		t.response(at.String(), resp)
		t.note(TraceResponse, at.String(), string(data))
	}
	if err != nil {
		return nil, nil, err
	}
	if isRedirect(resp.StatusCode) {
		if to := resp.Header.Get("Location"); to != "" {
			return nil, &location{why: fmt.Sprintf("HTTP %d", resp.StatusCode), to: to}, nil
		}
	}
	answer, err := readReply(at.String(), resp, data)
	return answer, nil, err
}

// exchange sends a request and reads the body up to a limit.
func exchange(c *http.Client, req *http.Request, limit int64) (*http.Response, []byte, error) {
	resp, err := c.Do(req)
	if err != nil {
		return nil, nil, &Error{Kind: Unreachable, Detail: "no answer from " + req.URL.Redacted(), Err: err}
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	switch {
	case err != nil:
		return resp, data, &Error{Kind: Unreachable, Status: resp.StatusCode, Detail: "the answer of " + req.URL.Redacted() + " broke off", Err: err}
	case int64(len(data)) > limit:
		return resp, data[:limit], &Error{Kind: BadResponse, Status: resp.StatusCode, Detail: fmt.Sprintf("the answer of %s is larger than %d bytes", req.URL.Redacted(), limit)}
	}
	return resp, data, nil
}

// readReply turns an HTTP answer into a reply or an *Error.
func readReply(at string, resp *http.Response, data []byte) (*Response, error) {
	if resp.StatusCode != http.StatusOK {
		return nil, statusError(at, resp, data)
	}
	media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")) // unreadable means unknown
	if media == "text/html" || looksLikeHTML(data) {
		return nil, withStatus(&Error{Kind: HTMLPage, Detail: at + " answers with a web page instead of Autodiscover"}, resp)
	}
	switch media {
	case "text/xml", "application/xml", "application/soap+xml":
	default:
		return nil, withStatus(&Error{Kind: WrongContentType,
			Detail: fmt.Sprintf("%s: Client found response content type of '%s', but expected 'text/xml'.", at, clip(resp.Header.Get("Content-Type")))}, resp)
	}
	r, err := DecodeResponse(data)
	if err != nil {
		return nil, withStatus(decodeFailure(at, err), resp)
	}
	return r, nil
}

// decodeFailure classifies what DecodeResponse refused.
func decodeFailure(at string, err error) *Error {
	switch d := err.(type) {
	case *Fault:
		return &Error{Kind: SOAPFault, Fault: d, Detail: at + " answered with a SOAP fault", Err: d}
	case *DecodeError:
		if d.Reason == IsPOX {
			return &Error{Kind: WrongDocument, Detail: at + " answers with a POX document; the URL of the SOAP service ends in .svc", Err: d}
		}
	}
	return &Error{Kind: BadResponse, Detail: "the answer of " + at + " is not an Autodiscover reply", Err: err}
}

// statusError turns a status other than 200 into an *Error.
func statusError(at string, resp *http.Response, data []byte) *Error {
	e := &Error{Detail: fmt.Sprintf("%s answered %s", at, resp.Status)}
	switch resp.StatusCode {
	case http.StatusUnauthorized:
		e.Kind = Unauthorized
	case http.StatusForbidden:
		e.Kind = Forbidden
	case http.StatusNotFound:
		e.Kind = NotFound
	default:
		e.Kind = BadStatus
		if _, err := DecodeResponse(data); err != nil {
			if f, ok := err.(*Fault); ok {
				e.Kind, e.Fault, e.Err = SOAPFault, f, f
			}
		}
	}
	return withStatus(e, resp)
}

// withStatus keeps what the answer's headers tell about a failure.
func withStatus(e *Error, resp *http.Response) *Error {
	e.Status = resp.StatusCode
	e.RequestID = resp.Header.Get("Request-Id")
	e.Diagnostics = resp.Header.Values("X-Ms-Diagnostics")
	e.Challenges = resp.Header.Values("WWW-Authenticate")
	return e
}

// GetV2 asks the JSON form on a host (which may carry a port) where a protocol
// such as "Ews" is for an address. The question is asked without following
// redirects; a server answers it without credentials. The error is an *Error.
func (c *Client) GetV2(ctx context.Context, host string, question V2Request) (*V2Answer, error) {
	at := question.URL(host)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, &Error{Kind: InvalidURL, URL: at, Detail: fmt.Sprintf("%q is not a host that can be asked", clip(host)), Err: err}
	}
	t := c.tracer()
	t.request(req)
	resp, data, err := exchange(manual(c.HTTP), req, MaxRequest)
	if resp != nil {
		t.response(at, resp)
		t.note(TraceResponse, at, string(data))
	}
	if err != nil {
		return nil, err
	}
	answer, err := DecodeV2Answer(data)
	if v, ok := err.(*V2Error); ok {
		return nil, withStatus(&Error{Kind: UserError, URL: at, Mailbox: question.Email, Detail: at + " answered " + v.Code, Err: v}, resp)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, statusError(at, resp, nil)
	}
	if err != nil {
		return nil, withStatus(decodeFailure(at, err), resp)
	}
	return answer, nil
}
