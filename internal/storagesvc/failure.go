package storagesvc

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/matchseal/matchseal/autodiscover"
	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2shttp"
)

// failure is a fault of the path, with the detail that its event carries in
// the product's words.
type failure struct {
	*problem.Failure
	event string
}

// EventDetail is the text behind the event's first line.
func (f *failure) EventDetail() string { return f.event }

func (f *failure) Unwrap() error { return f.Failure }

func asDetailed(err error, target *interface{ EventDetail() string }) bool {
	return errors.As(err, target)
}

// fail makes a failure whose event has the given detail.
func fail(code problem.Code, err error, event, format string, args ...any) error {
	return &failure{&problem.Failure{Code: code, Detail: fmt.Sprintf(format, args...), Err: err}, event}
}

// autodiscoverFailure gives a failed GetUserSettings its code. The reason has
// the form that administrators know from event 32053 (001-03).
func autodiscoverFailure(err error, u directory.User, endpoint string) error {
	reason := fmt.Sprintf("GetUserSettings failed, smtpAddress=%s, Autodiscover Uri=%s, Autodiscover WebProxy=<NULL>", u.SMTP, endpoint)
	net := netText(err)
	event := fmt.Sprintf("ExchangeAutodiscoverException: code=ErrorEwsAutodiscover, reason=%s ---> Microsoft.Exchange.WebServices.Data.ServiceRequestException: The request failed. %s ---> System.Net.WebException: %s ---> %v", reason, net, net, err)
	if oauth := oauthFailure(err, endpoint); oauth != nil {
		return oauth
	}
	var ae *autodiscover.Error
	if !errors.As(err, &ae) {
		return fail(problem.StorageAutodiscover, err, event, "%s", reason)
	}
	switch ae.Kind {
	case autodiscover.NotConfigured, autodiscover.InvalidURL, autodiscover.PlainHTTP, autodiscover.WrongDocument:
		return fail(problem.StorageAutodiscoverURL, err, event, "%s", reason)
	case autodiscover.UnknownUser:
		return fail(problem.StorageNoMailbox, err, event, "%s", reason)
	case autodiscover.Unreachable:
		if isTrust(err) {
			return fail(problem.StorageTrust, err, event, "%s: %s", reason, net)
		}
	}
	return fail(problem.StorageAutodiscover, err, event, "%s: %s", reason, net)
}

// oauthFailure recognises that no token could be made, wherever that showed.
func oauthFailure(err error, resource string) error {
	code := problem.CodeOf(err)
	if !errors.Is(err, s2shttp.ErrNoPartner) && !errors.Is(err, s2shttp.ErrNotTrusted) && !errors.Is(err, s2shttp.ErrOtherResource) && code.Area() != "keyring" {
		return nil
	}
	event := fmt.Sprintf("CreateAppActAsToken failed, ex=OAuthConfigException: code=ErrorOAuthConfiguration, reason=%v, resource=%s/%s", err, s2s.ExchangeApp, hostOf(resource))
	return fail(problem.StorageOAuth, err, event, "CreateAppActAsToken failed, resource=%s/%s", s2s.ExchangeApp, hostOf(resource))
}

// ewsFailure gives a failed EWS call its code.
func ewsFailure(err error, m *mailbox) error {
	if oauth := oauthFailure(err, m.url); oauth != nil {
		return oauth
	}
	net := netText(err)
	event := fmt.Sprintf("StoreWebException: code=ErrorEws, reason=%v, EWS Url=%s ---> System.Net.WebException: %s", err, m.url, net)
	var httpErr *ews.HTTPError
	var denied *s2shttp.Denied
	var respErr *ews.ResponseError
	var fault *ews.Fault
	switch {
	case errors.As(err, &denied):
		return fail(problem.StorageUnauthorized, err, event, "%s refused the token for %s: %s", m.url, m.user.SMTP, net)
	case errors.As(err, &httpErr):
		return httpFailure(httpErr, err, m, event)
	case errors.As(err, &respErr):
		return responseFailure(respErr.Code, err, m)
	case errors.As(err, &fault):
		return responseFailure(fault.Code, err, m)
	case isTrust(err):
		return fail(problem.StorageTrust, err, event, "EWS at %s: %s", m.url, net)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), !neverSent(err):
		return problem.Wrap(err, problem.StorageUnclear, "EWS at %s did not finish its answer", m.url)
	}
	return problem.Wrap(err, problem.StorageEWS, "EWS at %s: %s", m.url, net)
}

func httpFailure(h *ews.HTTPError, err error, m *mailbox, event string) error {
	switch {
	case h.Status == http.StatusUnauthorized:
		return fail(problem.StorageUnauthorized, err, event, "EWS at %s for %s: %s", m.url, m.user.SMTP, outbound.StatusText(h.Status))
	case h.Status == http.StatusServiceUnavailable || h.Status == http.StatusTooManyRequests:
		return problem.Wrap(err, problem.StorageBusy, "EWS at %s", m.url)
	case h.Status == http.StatusOK:
		return problem.Wrap(err, problem.StorageContentType, "EWS at %s", m.url)
	}
	return problem.Wrap(err, problem.StorageEWS, "EWS at %s: %s", m.url, outbound.StatusText(h.Status))
}

func responseFailure(code ews.ResponseCode, err error, m *mailbox) error {
	switch code {
	case ews.ErrorNonExistentMailbox:
		return problem.Wrap(err, problem.StorageNoMailbox, "%s", m.user.SMTP)
	case ews.ErrorAccessDenied:
		return problem.Wrap(err, problem.StorageDenied, "EWS at %s for %s", m.url, m.user.SMTP)
	case ews.ErrorServerBusy:
		return problem.Wrap(err, problem.StorageBusy, "EWS at %s", m.url)
	}
	return problem.Wrap(err, problem.StorageEWS, "EWS at %s for %s", m.url, m.user.SMTP)
}

// netText is the sentence .NET prints for the failure.
func netText(err error) string {
	var ae *autodiscover.Error
	if errors.As(err, &ae) && ae.Status != 0 && ae.Status != http.StatusOK {
		return outbound.StatusText(ae.Status)
	}
	var denied *s2shttp.Denied
	if errors.As(err, &denied) {
		return outbound.StatusText(denied.Status)
	}
	return outbound.DotNetText(err)
}

func isTrust(err error) bool {
	var h *outbound.HandshakeError
	return errors.As(err, &h)
}

// neverSent reports whether the request can not have reached the server.
func neverSent(err error) bool {
	switch outbound.Explain(err).Code {
	case problem.NetDNS, problem.NetRefused:
		return true
	}
	return false
}
