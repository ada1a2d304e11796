package storagesvc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/matchseal/matchseal/autodiscover"
	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2shttp"
)

// failure is a fault of the path to a mailbox: a row of the catalogue, and
// what the event log says about it.
type failure struct {
	*problem.Failure
	// about says whose fault it is, so that the success of somebody else is
	// not taken for its end: everybody's, an EWS host's, or a user's.
	about string
	// event is the text behind the event's first line; a failure without one
	// is not logged as an event.
	event string
}

func (f *failure) Unwrap() error { return f.Failure }

func fail(code problem.Code, about string, err error, event, format string, args ...any) error {
	return &failure{&problem.Failure{Code: code, Detail: fmt.Sprintf(format, args...), Err: err}, about, event}
}

// autodiscoverFailure gives a failed GetUserSettings its code. The reason has
// the form that administrators know from event 32053 (001-03).
func autodiscoverFailure(err error, u directory.User, endpoint string) error {
	if f := tokenFailure(err, everybody, endpoint); f != nil {
		return f
	}
	var ae *autodiscover.Error
	if !errors.As(err, &ae) {
		ae = &autodiscover.Error{Kind: autodiscover.Unreachable, Detail: "no answer from " + endpoint, Err: err}
	}
	code, ofUser := autodiscoverCode(ae)
	about := everybody
	if ofUser {
		about = string(u.SMTP)
	}
	reason := fmt.Sprintf("GetUserSettings failed, smtpAddress=%s, Autodiscover Uri=%s, Autodiscover WebProxy=<NULL>", u.SMTP, endpoint)
	event := "ExchangeAutodiscoverException: code=ErrorEwsAutodiscover, reason=" + reason + exceptions(ae)
	if ae.Kind == autodiscover.Unreachable {
		return fail(code, about, outbound.Explain(ae.Err), event, "%s: %s", reason, dotNet(ae.Err))
	}
	return fail(code, about, ae, event, "%s", reason)
}

// autodiscoverCode also says whether the fault is the one user's.
func autodiscoverCode(ae *autodiscover.Error) (code problem.Code, ofUser bool) {
	switch ae.Kind {
	case autodiscover.NotConfigured, autodiscover.InvalidURL, autodiscover.PlainHTTP, autodiscover.WrongDocument:
		return problem.StorageAutodiscoverURL, false
	case autodiscover.UnknownUser:
		return problem.StorageNoMailbox, true
	case autodiscover.Forbidden:
		return problem.StorageDenied, false
	case autodiscover.UserError, autodiscover.NoEwsURL, autodiscover.RedirectRefused, autodiscover.RedirectLoop, autodiscover.TooManyRedirects:
		return problem.StorageAutodiscover, true
	case autodiscover.Unreachable:
		if isTrust(ae.Err) {
			return problem.StorageTrust, false
		}
	}
	return problem.StorageAutodiscover, false
}

// exceptions writes what happened as the chain of .NET exceptions that the
// product logs. Nothing that was never sent has one.
func exceptions(ae *autodiscover.Error) string {
	const request = " ---> Microsoft.Exchange.WebServices.Data.ServiceRequestException: The request failed. "
	const web = " ---> System.Net.WebException: "
	switch {
	case ae.Kind == autodiscover.Unreachable:
		text := dotNet(ae.Err)
		return request + text + web + text + " ---> " + outbound.Explain(ae.Err).Detail
	case ae.Status != 0 && ae.Status != http.StatusOK:
		text := outbound.StatusText(ae.Status)
		return request + text + web + text + " ---> " + ae.Detail
	case ae.Status != 0:
		return request + ae.Detail
	}
	return " ---> " + ae.Detail
}

// tokenFailure recognises, wherever it shows, that no token could be made for
// Exchange or that Exchange did not want it. It returns nil for other errors.
func tokenFailure(err error, about, at string) error {
	resource := string(s2s.ExchangeApp) + "/" + hostOf(at)
	var denied *s2shttp.Denied
	var target *s2shttp.TargetError
	var own *problem.Failure
	switch {
	case errors.As(err, &denied), errors.Is(err, s2shttp.ErrNotOffered), errors.Is(err, s2shttp.ErrNotTrusted):
		return unauthorized(err, about, at)
	case errors.Is(err, s2shttp.ErrNoAddress):
		return problem.Wrap(err, problem.StorageNoAddress, "no token can name the user")
	case errors.As(err, &target), errors.As(err, &own) && own.Code.Area() == "keyring":
		return fail(problem.StorageOAuth, about, err,
			fmt.Sprintf("CreateAppActAsToken failed, ex=OAuthConfigException: code=ErrorOAuthConfiguration, reason=%v, resource=%s", err, resource),
			"CreateAppActAsToken failed, resource=%s", resource)
	case errors.As(err, &own):
		return err // trouble of our own, such as the database; no business of Exchange's administrator
	}
	return nil
}

// unauthorized is Exchange's 401 (004-13).
func unauthorized(err error, about, at string) error {
	text := outbound.StatusText(http.StatusUnauthorized)
	event := fmt.Sprintf("CreateAppActAsToken failed, ex=OAuthConfigException: code=ErrorOAuthConfiguration, reason=%v, resource=%s/%s, ex=%s",
		err, s2s.ExchangeApp, hostOf(at), text)
	return fail(problem.StorageUnauthorized, about, err, event, "%s: %s", at, text)
}

// ewsFailure gives a failed EWS call its code.
func ewsFailure(err error, m *mailbox) error {
	host := hostOf(m.url)
	if f := tokenFailure(err, host, m.url); f != nil {
		return f
	}
	var status *ews.HTTPError
	var noXML *ews.ContentTypeError
	var response *ews.ResponseError
	var fault *ews.Fault
	switch {
	case errors.As(err, &status):
		return statusFailure(status, err, m)
	case errors.As(err, &noXML):
		return problem.Wrap(err, problem.StorageContentType, "EWS at %s", m.url)
	case errors.As(err, &response):
		return problem.Wrap(err, responseCode(response.Code), "EWS at %s for %s", m.url, m.user.SMTP)
	case errors.As(err, &fault):
		return problem.Wrap(err, responseCode(fault.Code), "EWS at %s for %s", m.url, m.user.SMTP)
	case isTrust(err):
		text := dotNet(err)
		event := fmt.Sprintf("StoreWebException: code=ErrorEws, reason=EWS request failed, EWS Url=%s ---> System.Net.WebException: %s ---> %s",
			m.url, text, outbound.Explain(err).Detail)
		return fail(problem.StorageTrust, host, outbound.Explain(err), event, "EWS at %s: %s", m.url, text)
	}
	return wireFailure(err, m)
}

func statusFailure(h *ews.HTTPError, err error, m *mailbox) error {
	switch h.Status {
	case http.StatusUnauthorized:
		return unauthorized(err, hostOf(m.url), m.url)
	case http.StatusForbidden:
		return problem.Wrap(err, problem.StorageDenied, "EWS at %s for %s", m.url, m.user.SMTP)
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		return problem.Wrap(err, problem.StorageBusy, "EWS at %s", m.url)
	}
	return problem.Wrap(err, problem.StorageEWS, "EWS at %s", m.url)
}

func responseCode(code ews.ResponseCode) problem.Code {
	switch code {
	case ews.ErrorNonExistentMailbox, ews.ErrorNonPrimarySmtpAddress:
		return problem.StorageNoMailbox
	case ews.ErrorAccessDenied, ews.ErrorCreateItemAccessDenied, ews.ErrorImpersonateUserDenied, ews.ErrorImpersonationDenied:
		return problem.StorageDenied
	case ews.ErrorServerBusy, ews.ErrorExceededConnectionCount:
		return problem.StorageBusy
	}
	return problem.StorageEWS
}

// wireFailure tells what the network did to an EWS call. Only a call that
// never reached the server is sure to have done nothing.
func wireFailure(err error, m *mailbox) error {
	known := outbound.Explain(err)
	switch known.Code {
	case problem.NetDNS, problem.NetDNSFailed, problem.NetRefused, problem.NetUnreachable, problem.NetAddressRefused, problem.TLSRefused, problem.TLSNotTLS:
		return problem.Wrap(known, problem.StorageUnreachable, "EWS at %s: %s", m.url, dotNet(err))
	case problem.NetTimeout:
		return problem.Wrap(known, problem.StorageNoAnswer, "EWS at %s", m.url)
	case problem.NetFailed: // no news of the network, so probably an answer that makes no sense
		return problem.Wrap(err, problem.StorageUnclear, "EWS at %s", m.url)
	}
	return problem.Wrap(known, problem.StorageUnclear, "EWS at %s", m.url)
}

// dotNet is the sentence that the product prints for a call that failed on
// the wire.
func dotNet(err error) string {
	if errors.Is(err, context.Canceled) || outbound.Explain(err).Code == problem.NetTimeout {
		// The product's client gives up by aborting its own request (001-03).
		return "The request was aborted: The request was canceled."
	}
	return outbound.DotNetText(err)
}

// isTrust reports whether the server's TLS certificate or version was refused.
func isTrust(err error) bool {
	switch outbound.Explain(err).Code {
	case problem.TLSUntrusted, problem.TLSWrongName, problem.TLSExpired, problem.TLSNotYetValid, problem.TLSOldVersion, problem.TLSPinMismatch:
		return true
	}
	return false
}

// hostOf is the host of a URL, for messages.
func hostOf(raw string) string {
	if u, err := url.Parse(raw); err == nil && u.Host != "" {
		return u.Host
	}
	return raw
}
