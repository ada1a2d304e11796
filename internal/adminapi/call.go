package adminapi

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/problem"
)

// Prefix is where every call lives.
const Prefix = "/admin/v1/"

// MaxBody bounds a request and a response.
const MaxBody = 4 << 20

// Call is one management operation.
type Call[Req, Resp any] struct {
	// Name is <role or area>/<noun>/<verb>, for example
	// "skype/partner-application/new".
	Name string
}

// Path is where the call is posted to.
func (c Call[Req, Resp]) Path() string { return Prefix + c.Name }

// Empty is the request or response of a call that needs none.
type Empty struct{}

// Fault is a failure on the wire. It carries everything a person needs, so
// that a client with an older catalogue still prints the right words.
type Fault struct {
	Code       problem.Code `json:"code"`
	Title      string       `json:"title,omitempty"`
	Detail     string       `json:"detail"`
	Cause      string       `json:"cause,omitempty"`
	Remedy     string       `json:"remedy,omitempty"`
	Cmdlet     int          `json:"cmdlet,omitempty"`     // "… failed, code=n"
	CmdletText string       `json:"cmdletText,omitempty"` // the product's own words
	Record     *ErrorRecord `json:"record,omitempty"`     // what a shell prints below them
	Question   string       `json:"question,omitempty"`   // set when the call wants to be confirmed with Force
	RequestID  string       `json:"requestId,omitempty"`
	Trace      []string     `json:"trace,omitempty"` // what was done before it failed
}

// ErrorRecord is the part of a shell's error that scripts look at.
type ErrorRecord struct {
	CategoryInfo          string `json:"categoryInfo"`
	FullyQualifiedErrorID string `json:"fullyQualifiedErrorId"`
}

// Error gives the product's own words, where it has any, and behind them ours.
// The words of a failure with a number go with the number ("… failed, code=5"),
// so they are left out here.
func (f *Fault) Error() string {
	detail := cmp.Or(f.Detail, f.Title)
	if f.CmdletText == "" || f.Cmdlet != 0 {
		return detail
	}
	return f.CmdletText + " (" + detail + ")"
}

// Unwrap lets problem.Of and problem.Is see the code.
func (f *Fault) Unwrap() error {
	return &problem.Failure{Code: f.Code, Detail: f.Detail, CmdletText: f.CmdletText}
}

// Client speaks to one node's management API. It is for one goroutine at a time
// while it logs on or off.
type Client struct {
	http  *http.Client
	base  string
	token string
}

// NewClient returns a client for the node at base, "https://host:port" or,
// with an *http.Client that dials a socket file, "http://local".
func NewClient(base string, h *http.Client) *Client {
	return &Client{http: h, base: strings.TrimRight(base, "/")}
}

// LogOn opens an operator's session. Over the socket file no password is
// asked for: who may open the file may act for any operator. The operator's
// group memberships are read now and stay as they are until the next log-on
// (003-13).
func (c *Client) LogOn(ctx context.Context, account, password string) (Session, error) {
	s, err := Do(ctx, c, LogOn, LogOnRequest{Account: account, Password: password})
	if err != nil {
		return Session{}, err
	}
	c.token = s.Token
	return s, nil
}

// LogOff ends the session, if there is one; the client can log on again.
func (c *Client) LogOff(ctx context.Context) error {
	if c.token == "" {
		return nil
	}
	_, err := Do(ctx, c, LogOff, Empty{})
	c.token = ""
	return err
}

// Do makes the call. A failure of the operation is a *Fault; everything else
// is an error that says what was tried: with the codes of package outbound when
// TLS or the network was in the way, manage.unreachable when nothing answers or
// the answer is none of ours.
func Do[Req, Resp any](ctx context.Context, c *Client, call Call[Req, Resp], req Req) (Resp, error) {
	var resp Resp
	body, err := json.Marshal(req)
	if err != nil {
		return resp, fmt.Errorf("encoding the request of %s: %w", call.Name, err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+call.Path(), bytes.NewReader(body))
	if err != nil {
		return resp, fmt.Errorf("management call %s: %w", call.Name, err)
	}
	r.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		r.Header.Set("Authorization", "Session "+c.token)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return resp, unreached(err, c.base)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(io.LimitReader(answer.Body, MaxBody+1))
	if err != nil {
		return resp, problem.Wrap(err, problem.ManageUnreachable, "reading the answer of %s", call.Name)
	}
	if len(data) > MaxBody {
		return resp, problem.New(problem.ManageUnreachable, "the answer of %s is larger than %d bytes", call.Name, MaxBody)
	}
	if answer.StatusCode != http.StatusOK {
		return resp, readFault(answer, data)
	}
	if err := json.Unmarshal(data, &resp); err != nil {
		return resp, problem.Wrap(err, problem.ManageUnreachable, "the answer of %s is not what this version of matchseal understands", call.Name)
	}
	return resp, nil
}

// unreached says why there is no answer. Where nothing listens no node is
// running, and the remedy is to start one; all else that happens on the way has
// a remedy of its own.
func unreached(err error, base string) error {
	f := outbound.Explain(err)
	switch f.Code {
	case problem.NetRefused, problem.NetClosed, problem.NetFailed:
		return problem.Wrap(err, problem.ManageUnreachable, "the node's management API at %s does not answer", base)
	}
	return &wayError{f, base}
}

// wayError is a failure on the way to a node, told once.
type wayError struct {
	*problem.Failure
	base string
}

func (e *wayError) Error() string { return "the management API at " + e.base + ": " + e.Detail }
func (e *wayError) Unwrap() error { return e.Failure }

func readFault(answer *http.Response, data []byte) error {
	var f Fault
	if json.Unmarshal(data, &f) == nil && f.Code != "" {
		return &f
	}
	return problem.New(problem.ManageUnreachable, "the management API answered HTTP %d without saying why", answer.StatusCode)
}

// AsFault finds the Fault in err's chain.
func AsFault(err error) (*Fault, bool) {
	var f *Fault
	return f, errors.As(err, &f)
}
