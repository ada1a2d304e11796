package ewsserver

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/problem"
)

// refusal is a failure that package ews has put into words already.
type refusal struct{ message ews.ResponseMessage }

func (r *refusal) Error() string { return string(r.message.Code) + ": " + r.message.Text }

// message turns a failure into what a client is told of it. What a client may
// not be told goes to the log instead, under the request's id.
func (s *server) message(ctx context.Context, err error) ews.ResponseMessage {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.message
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return ews.Failed(ews.ErrorTimeoutExpired, "The request was not completed in time.")
	}
	failure := problem.Of(err)
	entry := failure.Entry()
	code := ews.ResponseCode(entry.EWS)
	if code == "" {
		code = ews.ErrorInternalServerError
	}
	m := ews.Failed(code, words(code, entry))
	if code == ews.ErrorServerBusy {
		m.Details = backOff(s.BackOff)
	}
	if !entry.Public {
		s.Log.ErrorContext(ctx, "ews: a request failed", "code", string(failure.Code), "error", err)
	}
	return m
}

// impersonationTexts are sentences that clients show and search for.
var impersonationTexts = map[problem.Code]string{
	problem.EWSImpersonationMissing: "ExchangeImpersonation SOAP header must be present for this type of OAuth token.",
	problem.EWSImpersonationRefused: "ExchangeImpersonation SOAP header must not exist for this type of OAuth token.",
}

// words is the usual sentence of a code. Where there is none, the title of a
// public failure is said instead.
func words(code ews.ResponseCode, entry problem.Entry) string {
	if text, ok := impersonationTexts[entry.Code]; ok {
		return text
	}
	usual := code.Text()
	vague := strings.HasPrefix(usual, "The request failed with") || code == ews.ErrorInvalidOperation
	if !entry.Public || !vague {
		return usual
	}
	return strings.ToUpper(entry.Title[:1]) + entry.Title[1:] + "."
}

func backOff(d time.Duration) []ews.Detail {
	return []ews.Detail{{Name: "BackOffMilliseconds", Value: strconv.FormatInt(d.Milliseconds(), 10)}}
}

// busy is the fault that makes clients wait and try again.
func (s *server) busy() *ews.Fault {
	return &ews.Fault{Code: ews.ErrorServerBusy, Text: ews.ErrorServerBusy.Text(), Details: backOff(s.BackOff)}
}

func asFault(err error) *ews.Fault {
	if fault, ok := errors.AsType[*ews.Fault](err); ok {
		return fault
	}
	return ews.NewFault(ews.ErrorInternalServerError)
}
