package autodiscover

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Resolver answers the DNS questions of the locator. *net.Resolver is one.
type Resolver interface {
	LookupHost(ctx context.Context, host string) ([]string, error)
	LookupCNAME(ctx context.Context, host string) (string, error)
	LookupSRV(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)
}

// Locator finds the Autodiscover service of a domain. It asks each candidate
// without credentials and reads from the headers of the answer (usually a 401)
// whether a SOAP service is there.
type Locator struct {
	// HTTP carries the probes. Its transport must add no credentials. nil
	// means http.DefaultClient.
	HTTP *http.Client
	// Resolver tells a missing name from a silent server. nil leaves names to
	// HTTP and skips the SRV record.
	Resolver Resolver
	// Consent is asked before a host outside the domain is probed that a
	// redirect or an SRV record named. nil refuses every such host.
	Consent Consent
	Trace   func(TraceEvent)
	Now     func() time.Time // for Trace; nil means time.Now
}

// Search says what to look for.
type Search struct {
	// Domain to look for, or an e-mail address of that domain.
	Domain string
	// SCP holds the values of service connection points, best first.
	SCP []string
	// All probes every candidate; otherwise the search ends with the first
	// that works.
	All bool
	// Accept, when set, has the last word on a candidate that offers SOAP:
	// the search goes on when it returns an error.
	Accept func(ctx context.Context, c Candidate) error
}

// Report says what became of each candidate, in the order in which they count.
type Report struct {
	Domain     string
	Candidates []Candidate
}

// Endpoint returns the URL of the first candidate that works.
func (r *Report) Endpoint() (string, bool) {
	for _, c := range r.Candidates {
		if c.Outcome == OutcomeFound {
			return c.Endpoint, true
		}
	}
	return "", false
}

// String prints one line for each candidate.
func (r *Report) String() string {
	var b strings.Builder
	for i, c := range r.Candidates {
		fmt.Fprintf(&b, "%d. %s\n", i+1, c)
	}
	return b.String()
}

// Locate searches in the canonical order: service connection points, the
// domain, autodiscover.<domain>, the redirect that http://autodiscover.<domain>
// gives, the SRV record. The report is complete also when there is an error,
// which is then an *Error of the kind NotLocated.
func (l *Locator) Locate(ctx context.Context, s Search) (*Report, error) {
	domain := strings.ToLower(strings.TrimSuffix(s.Domain, "."))
	if strings.Contains(domain, "@") {
		domain = DomainOf(domain)
	}
	report := &Report{Domain: domain}
	if domain == "" || strings.ContainsAny(domain, " /@") {
		return report, &Error{Kind: NotLocated, Detail: fmt.Sprintf("%q is neither a domain nor an e-mail address", clip(s.Domain))}
	}
	found := false
	for _, c := range candidates(domain, s.SCP) {
		if found && !s.All {
			c.Outcome, c.Detail = OutcomeNotTried, "not needed: an earlier candidate works"
			report.Candidates = append(report.Candidates, c)
			continue
		}
		l.try(ctx, domain, &c)
		if c.Outcome == OutcomeFound && s.Accept != nil {
			if err := s.Accept(ctx, c); err != nil {
				c.Outcome, c.Err = OutcomeFailed, err
				c.Detail = "offers Autodiscover, but the question failed: " + err.Error()
			}
		}
		found = found || c.Outcome == OutcomeFound
		report.Candidates = append(report.Candidates, c)
		l.tracer().note(TraceConfiguration, c.URL, c.String())
		if err := ctx.Err(); err != nil {
			return report, &Error{Kind: NotLocated, Detail: "the search for " + domain + " was cut short", Err: err}
		}
	}
	if !found {
		return report, &Error{Kind: NotLocated, Detail: fmt.Sprintf("no Autodiscover service was found for %s (%d places tried)", domain, len(report.Candidates))}
	}
	return report, nil
}

// Discover locates the service of a mailbox and asks the first candidate that
// answers. The report says what became of the others; it is never nil.
func Discover(ctx context.Context, l *Locator, c *Client, mailbox string, scp []string, settings ...SettingName) (*Found, *Report, error) {
	var found *Found
	report, err := l.Locate(ctx, Search{Domain: mailbox, SCP: scp, Accept: func(ctx context.Context, at Candidate) error {
		answer, err := c.GetUserSettings(ctx, at.Endpoint, mailbox, settings...)
		if err != nil {
			return err
		}
		answer.External = at.Source != SourceSCP
		found = answer
		return nil
	}})
	return found, report, err
}

func (l *Locator) tracer() tracer { return tracer{listen: l.Trace, now: l.Now} }

// candidates lists the places to look at, in order.
func candidates(domain string, scp []string) []Candidate {
	var list []Candidate
	for _, value := range scp {
		list = append(list, Candidate{Source: SourceSCP, URL: value})
	}
	return append(list,
		Candidate{Source: SourceDomain, URL: POXURL(domain)},
		Candidate{Source: SourceHost, URL: POXURL(HostFor(domain))},
		Candidate{Source: SourceHTTPRedirect, URL: "http://" + HostFor(domain) + PathPOX},
		Candidate{Source: SourceSRV, URL: "_autodiscover._tcp." + domain},
	)
}

// try fills in what becomes of one candidate.
func (l *Locator) try(ctx context.Context, domain string, c *Candidate) {
	switch c.Source {
	case SourceSCP:
		u, err := url.Parse(strings.TrimSpace(c.URL))
		if err != nil || u.Host == "" {
			c.fail(OutcomeFailed, fmt.Sprintf("the service connection point %q is not a URL", clip(c.URL)), err)
			return
		}
		l.probe(ctx, domain, c, u.Host)
	case SourceDomain:
		l.probe(ctx, domain, c, domain)
	case SourceHost:
		l.probe(ctx, domain, c, HostFor(domain))
	case SourceHTTPRedirect:
		l.tryRedirect(ctx, domain, c)
	case SourceSRV:
		l.trySRV(ctx, domain, c)
	}
}

// tryRedirect asks over plain http, without credentials, to be sent elsewhere.
func (l *Locator) tryRedirect(ctx context.Context, domain string, c *Candidate) {
	if !l.resolve(ctx, c, HostFor(domain)) {
		return
	}
	resp, err := l.get(ctx, c.URL)
	if err != nil {
		c.fail(OutcomeUnreachable, "nobody answers at "+c.URL, err)
		return
	}
	c.Status = resp.StatusCode
	target, err := url.Parse(resp.Header.Get("Location"))
	if !isRedirect(resp.StatusCode) || err != nil || target.Host == "" {
		c.fail(OutcomeNoRedirect, fmt.Sprintf("%s answers %s and does not redirect", c.URL, resp.Status), nil)
		return
	}
	from := &url.URL{Scheme: "http", Host: HostFor(domain), Path: PathPOX}
	if l.mayVisit(domain, from, target, c) {
		c.Hops = append(c.Hops, Hop{Why: fmt.Sprintf("HTTP %d", resp.StatusCode), From: c.URL, To: target.String()})
		l.probe(ctx, domain, c, target.Host)
	}
}

// trySRV asks for the SRV record and probes its best target.
func (l *Locator) trySRV(ctx context.Context, domain string, c *Candidate) {
	if l.Resolver == nil {
		c.fail(OutcomeNotTried, "there is no resolver to ask for SRV records", nil)
		return
	}
	_, records, err := l.Resolver.LookupSRV(ctx, "autodiscover", "tcp", domain)
	if err != nil || len(records) == 0 {
		c.fail(OutcomeNoRecord, "there is no SRV record "+c.URL, err)
		return
	}
	for _, r := range records {
		c.SRV = append(c.SRV, *r)
	}
	slices.SortStableFunc(records, func(a, b *net.SRV) int { return int(a.Priority) - int(b.Priority) })
	i := slices.IndexFunc(records, func(r *net.SRV) bool { return r.Port == 443 })
	if i < 0 {
		c.fail(OutcomeNoRecord, "no SRV record "+c.URL+" names port 443, which https needs", nil)
		return
	}
	host := strings.TrimSuffix(records[i].Target, ".")
	target := &url.URL{Scheme: "https", Host: host, Path: PathPOX}
	if l.mayVisit(domain, &url.URL{Scheme: "https", Host: domain}, target, c) {
		l.probe(ctx, domain, c, host)
	}
}

// mayVisit asks for consent to leave the domain. Hosts of the domain itself
// need none: whoever could forge them would still need their certificate.
func (l *Locator) mayVisit(domain string, from, to *url.URL, c *Candidate) bool {
	host := strings.ToLower(to.Hostname())
	if to.Scheme == "https" && to.User == nil && (host == domain || strings.HasSuffix(host, "."+domain)) {
		return true
	}
	if reason := l.Consent.mayFollow(from, to); reason != "" {
		c.fail(OutcomeRedirectRefused, reason, nil)
		return false
	}
	return true
}

// probe asks a host whether it offers SOAP, and the hosts it redirects to.
func (l *Locator) probe(ctx context.Context, domain string, c *Candidate, host string) {
	for hop := 0; hop <= MaxRedirects; hop++ {
		if !l.resolve(ctx, c, hostname(host)) {
			return
		}
		at := POXURL(host)
		resp, err := l.get(ctx, at)
		if err != nil {
			c.fail(OutcomeUnreachable, "nobody answers at "+at, err)
			return
		}
		c.Status = resp.StatusCode
		from := resp.Request.URL
		target, err := from.Parse(resp.Header.Get("Location"))
		if isRedirect(resp.StatusCode) && err == nil && !sameHost(from, target) {
			if !l.mayVisit(domain, from, target, c) {
				return
			}
			c.Hops = append(c.Hops, Hop{Why: fmt.Sprintf("HTTP %d", resp.StatusCode), From: at, To: target.String()})
			host = target.Host
			continue
		}
		c.Endpoints = EndpointsOf(resp.Header)
		if !c.Endpoints.SOAP {
			c.fail(OutcomeNoSOAP, fmt.Sprintf("%s answers %s without the header %s: no SOAP service is there", at, resp.Status, HeaderSOAP), nil)
			return
		}
		c.Outcome, c.Endpoint = OutcomeFound, SOAPURL(host)
		c.Detail = fmt.Sprintf("%s answers %s and offers the SOAP service", at, resp.Status)
		return
	}
	c.fail(OutcomeFailed, fmt.Sprintf("more than %d redirects", MaxRedirects), nil)
}

// resolve looks a name up, so that a missing record is told from a server
// that does not answer. It reports whether to go on.
func (l *Locator) resolve(ctx context.Context, c *Candidate, host string) bool {
	if l.Resolver == nil || net.ParseIP(host) != nil {
		return true
	}
	addresses, err := l.Resolver.LookupHost(ctx, host)
	if err != nil {
		c.fail(OutcomeNoName, "the name "+host+" has no address record", err)
		return false
	}
	c.Host, c.Addresses, c.CNAME = host, addresses, ""
	if name, err := l.Resolver.LookupCNAME(ctx, host); err == nil { // without an alias there is nothing to add
		if name = strings.TrimSuffix(name, "."); !strings.EqualFold(name, host) {
			c.CNAME = name
		}
	}
	return true
}

// get sends one probe and drops the body.
func (l *Locator) get(ctx context.Context, at string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, err
	}
	l.tracer().request(req)
	resp, err := manual(l.HTTP).Do(req)
	if err != nil {
		return nil, err
	}
	resp.Body.Close()
	l.tracer().response(at, resp)
	return resp, nil
}

// hostname drops a port.
func hostname(hostport string) string {
	return (&url.URL{Host: hostport}).Hostname()
}
