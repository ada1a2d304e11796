package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2shttp"
)

// ucwa is a partner's UCWA service, used for one user.
type ucwa struct {
	http *http.Client
	base *url.URL
	// lines tell what was done.
	lines []string
}

// useMeeting makes, reads and deletes an online meeting for a user at a
// partner: the proof that this role's tokens are accepted there.
func useMeeting(ctx context.Context, client *http.Client, target *url.URL, u directory.User) ([]string, error) {
	ctx = s2shttp.WithUser(ctx, s2s.UserClaims{NameID: string(u.SID), NII: s2s.NIIActiveDirectory, UPN: string(u.UPN), SMTP: string(u.SMTP), SIP: string(u.SIP)})
	c := &ucwa{http: client, base: &url.URL{Scheme: target.Scheme, Host: target.Host}}
	var app struct {
		Embedded struct {
			OnlineMeetings struct {
				Links struct {
					Mine struct{ Href string } `json:"myOnlineMeetings"`
				} `json:"_links"`
			} `json:"onlineMeetings"`
		} `json:"_embedded"`
	}
	if err := c.call(ctx, http.MethodPost, "/ucwa/oauth/v1/applications", map[string]string{"userAgent": "matchseal", "endpointId": "test", "culture": "en-US"}, &app); err != nil {
		return c.lines, err
	}
	type meeting struct {
		ID      string `json:"onlineMeetingId"`
		Subject string `json:"subject"`
		JoinURL string `json:"joinUrl"`
		Links   struct {
			Self struct{ Href string } `json:"self"`
		} `json:"_links"`
	}
	var made, read meeting
	if err := c.call(ctx, http.MethodPost, app.Embedded.OnlineMeetings.Links.Mine.Href, map[string]string{"subject": "Test-OAuthConnectivity"}, &made); err != nil {
		return c.lines, err
	}
	if err := c.call(ctx, http.MethodGet, made.Links.Self.Href, nil, &read); err != nil {
		return c.lines, err
	}
	if read.ID == "" || read.ID != made.ID || read.Subject != "Test-OAuthConnectivity" {
		return c.lines, problem.New(problem.OAuthTestAnswer, "the meeting that was read (%q) is not the one that was made (%q)", read.ID, made.ID)
	}
	c.lines = append(c.lines, fmt.Sprintf("meeting %s made and read for %s: %s", made.ID, u.SMTP, made.JoinURL))
	return c.lines, c.call(ctx, http.MethodDelete, made.Links.Self.Href, nil, nil)
}

// call makes one request; paths come from the service's own links.
func (c *ucwa) call(ctx context.Context, method, path string, in, out any) error {
	ref, err := url.Parse(path)
	if err != nil || path == "" || ref.IsAbs() || ref.Host != "" {
		return problem.New(problem.OAuthTestAnswer, "the partner's answer has no usable link (%q)", path)
	}
	address := c.base.ResolveReference(ref).String()
	var body io.Reader = http.NoBody
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return err
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	start := time.Now()
	resp, err := c.http.Do(req)
	if err != nil {
		return oauthTestFailure(err, method, address)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return problem.Wrap(err, problem.OAuthTestAnswer, "reading the answer of %s", address)
	}
	c.lines = append(c.lines, fmt.Sprintf("%s %s: HTTP %d, %d ms", method, address, resp.StatusCode, time.Since(start).Milliseconds()))
	if resp.StatusCode == http.StatusUnauthorized {
		return problem.New(problem.OAuthTestRefused, "%s refused the token: %s", address, resp.Header.Get("x-ms-diagnostics"))
	}
	if resp.StatusCode >= 300 {
		return problem.New(problem.OAuthTestAnswer, "%s %s: %s %.200s", method, address, outbound.StatusText(resp.StatusCode), data)
	}
	if out == nil {
		return nil
	}
	return problem.Wrap(json.Unmarshal(data, out), problem.OAuthTestAnswer, "the answer of %s is not what UCWA answers", address)
}

// oauthTestFailure tells a token that was not wanted from a wire that failed.
func oauthTestFailure(err error, method, address string) error {
	var denied *s2shttp.Denied
	var target *s2shttp.TargetError
	if errors.As(err, &denied) || errors.As(err, &target) {
		return problem.Wrap(err, problem.OAuthTestRefused, "%s %s", method, address)
	}
	return fmt.Errorf("%s %s: %w", method, address, outbound.Explain(err))
}
