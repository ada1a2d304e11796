package autodiscover

import (
	"fmt"
	"net"
	"strings"
)

// Source says where a candidate comes from.
type Source string

// The sources, in the order in which they count.
const (
	SourceSCP          Source = "service connection point"
	SourceDomain       Source = "the domain"
	SourceHost         Source = "autodiscover host"
	SourceHTTPRedirect Source = "http redirect"
	SourceSRV          Source = "SRV record"
)

// Outcome says what became of a candidate.
type Outcome string

// The outcomes of a candidate.
const (
	OutcomeFound           Outcome = "found"            // a SOAP service is there
	OutcomeNotTried        Outcome = "not tried"        // not needed, or not possible
	OutcomeNoName          Outcome = "no name"          // the name does not resolve
	OutcomeNoRecord        Outcome = "no record"        // no usable SRV record
	OutcomeUnreachable     Outcome = "unreachable"      // no answer: connection or TLS
	OutcomeNoRedirect      Outcome = "no redirect"      // the http host does not redirect
	OutcomeRedirectRefused Outcome = "redirect refused" // consent was not given
	OutcomeNoSOAP          Outcome = "no SOAP"          // an answer without X-SOAP-Enabled
	OutcomeFailed          Outcome = "failed"           // anything else; see Detail
)

// Candidate is one place where the service may be, and what became of it.
type Candidate struct {
	Source    Source
	URL       string // what was asked: a URL, or the name of an SRV record
	Outcome   Outcome
	Endpoint  string // URL of the SOAP service, for OutcomeFound
	Detail    string // a sentence for people
	Host      string // the last name that was resolved
	CNAME     string // the name that Host is an alias of, if it is one
	Addresses []string
	SRV       []net.SRV
	Status    int // HTTP status of the probe
	Endpoints Endpoints
	Hops      []Hop
	Err       error // what lay below, may be nil
}

// String says in one line what became of the candidate.
func (c Candidate) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): %s", c.Source, c.URL, c.Outcome)
	if c.Detail != "" {
		b.WriteString(": " + c.Detail)
	}
	for _, r := range c.SRV {
		fmt.Fprintf(&b, "; SRV priority %d weight %d port %d target %s", r.Priority, r.Weight, r.Port, strings.TrimSuffix(r.Target, "."))
	}
	if c.CNAME != "" {
		fmt.Fprintf(&b, "; %s is an alias of %s", c.Host, c.CNAME)
	}
	if len(c.Addresses) > 0 {
		b.WriteString("; addresses " + strings.Join(c.Addresses, ", "))
	}
	for _, h := range c.Hops {
		b.WriteString("; " + h.String())
	}
	if c.Err != nil && c.Outcome != OutcomeFailed {
		b.WriteString("; " + c.Err.Error())
	}
	return b.String()
}

func (c *Candidate) fail(o Outcome, detail string, err error) {
	c.Outcome, c.Detail, c.Err = o, detail, err
}
