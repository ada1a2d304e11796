package adminserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/telemetry"
)

// EventChange is the event of a management call that changed something, or
// was to: who made it, with what.
const EventChange = 4200

// change registers a call whose changes nobody else puts on record under the
// operator's name. Requests that hold a secret go through changeWithout.
func change[Req, Resp any](s *Server, j *journal.Journal, call adminapi.Call[Req, Resp], may right, do func(context.Context, Operator, Req) (Resp, error)) {
	changeWithout(s, j, call, may, func(*Req) {}, do)
}

// changeWithout is change for a request that holds a secret: what goes on
// record is a copy of it that conceal has emptied.
func changeWithout[Req, Resp any](s *Server, j *journal.Journal, call adminapi.Call[Req, Resp], may right, conceal func(*Req), do func(context.Context, Operator, Req) (Resp, error)) {
	handle(s, call, may, func(ctx context.Context, op Operator, req Req) (Resp, error) {
		resp, err := do(ctx, op, req)
		if problem.Is(err, problem.KeyringConfirm) || problem.Is(err, problem.TopologyConfirm) {
			return resp, err // nothing was changed yet
		}
		conceal(&req)
		if recorded := record(ctx, j, call.Name, op, req, err); recorded != nil {
			return resp, errors.Join(err, fmt.Errorf("the outcome of %s could not be put on record: %w", call.Name, recorded))
		}
		return resp, err
	})
}

func record(ctx context.Context, j *journal.Journal, name string, op Operator, req any, outcome error) error {
	given, err := json.Marshal(req)
	if err != nil {
		return err
	}
	e := journal.Event{
		ID: EventChange, Level: journal.Information, Log: "Application", Source: "matchseal Management",
		Text: fmt.Sprintf("%s made the call %s.", op, name), Detail: "request: " + string(given),
		RequestID: telemetry.RequestID(ctx),
	}
	if outcome != nil {
		e.Level = journal.Warning
		e.Text = fmt.Sprintf("%s made the call %s, which failed.", op, name)
		e.Detail += fmt.Sprintf("\nfailure: %s: %v", problem.CodeOf(outcome), outcome)
	}
	// The record is kept also when the operator has gone away.
	return j.Log(context.WithoutCancel(ctx), e)
}

// mountJournal adds the reading of the event log and audit trail of the role on
// a computer.
func mountJournal(s *Server, j *journal.Journal, computer string, may right, events adminapi.Call[adminapi.EventFilter, []adminapi.Event], accesses adminapi.Call[adminapi.EventFilter, []adminapi.Access]) {
	handle(s, events, may, func(ctx context.Context, _ Operator, req adminapi.EventFilter) ([]adminapi.Event, error) {
		found, err := j.Events(ctx, filter(req))
		if err != nil {
			return nil, err
		}
		out := []adminapi.Event{}
		for _, e := range found {
			out = append(out, adminapi.Event{
				ID: e.ID, Level: string(e.Level), Log: e.Log, Source: e.Source, Time: e.Time, Text: e.Text, Detail: e.Detail,
				Record: e.Record, Computer: computer,
			})
		}
		return out, nil
	})
	handle(s, accesses, may, func(ctx context.Context, _ Operator, req adminapi.EventFilter) ([]adminapi.Access, error) {
		found, err := j.Accesses(ctx, filter(req))
		if err != nil {
			return nil, err
		}
		out := []adminapi.Access{}
		for _, a := range found {
			out = append(out, adminapi.Access{
				Time: a.Time, RequestID: a.RequestID, Endpoint: a.Endpoint, Remote: a.Remote, Accepted: a.Accepted, Kind: a.Kind,
				Application: a.Application, Issuer: a.Issuer, Partner: a.Partner, User: a.User, Audience: a.Audience, Key: a.Key,
				Step: a.Step, Reason: a.Reason, Code: a.Code,
			})
		}
		return out, nil
	})
}

func filter(req adminapi.EventFilter) journal.Filter {
	f := journal.Filter{
		Since: req.Since, Until: req.Until, Before: req.Before, Limit: req.Max, IDs: req.IDs,
		Log: req.Log, Source: req.Source, Level: journal.Level(req.Level), Contains: req.Contains,
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	if req.ID != 0 {
		f.IDs = append(f.IDs, req.ID)
	}
	return f
}
