package adminserver

import (
	"context"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/journal"
)

// mountJournal adds the reading of one role's event log and audit trail.
func mountJournal(s *Server, j *journal.Journal, events adminapi.Call[adminapi.EventFilter, []adminapi.Event], accesses adminapi.Call[adminapi.EventFilter, []adminapi.Access]) {
	handle(s, events, anyOperator, func(ctx context.Context, _ Operator, req adminapi.EventFilter) ([]adminapi.Event, error) {
		found, err := j.Events(ctx, filter(req))
		if err != nil {
			return nil, err
		}
		out := []adminapi.Event{}
		for _, e := range found {
			out = append(out, adminapi.Event{ID: e.ID, Level: string(e.Level), Log: e.Log, Source: e.Source, Time: e.Time, Text: e.Text, Detail: e.Detail})
		}
		return out, nil
	})
	handle(s, accesses, anyOperator, func(ctx context.Context, _ Operator, req adminapi.EventFilter) ([]adminapi.Access, error) {
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
	f := journal.Filter{Since: req.Since, Limit: req.Max}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	if req.ID != 0 {
		f.IDs = []int{req.ID}
	}
	return f
}
