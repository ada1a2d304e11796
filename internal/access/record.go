package access

import (
	"context"
	"net/http"

	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/s2s"
)

// entry is the audit record of an accepted token.
func (v *visit) entry(d *s2s.Decision) journal.Access {
	a := journal.Access{
		Kind: string(d.Kind), Application: d.Application.String(), Issuer: d.Issuer.String(), Partner: d.Partner,
		Audience: d.Audience.String(), Key: d.Key.String(), TokenHash: d.TokenHash, Expires: d.Expires,
	}
	if d.User != nil {
		a.User = d.User.UPN
	}
	return a
}

// complete adds what is the same for every record of a visit.
func (v *visit) complete(a journal.Access) journal.Access {
	a.Time, a.RequestID, a.Endpoint, a.Remote = v.began, v.id, v.endpoint.Name, v.source
	return a
}

// record writes the audit of a refusal. A refusal stands whether or not it can
// be recorded, so that failure goes to the log.
func (v *visit) record(r *http.Request, a journal.Access) {
	if err := v.door.cfg.Audit.Access(r.Context(), v.complete(a)); err != nil {
		v.door.log.ErrorContext(r.Context(), "writing the audit of a refusal", "request-id", v.id, "endpoint", v.endpoint.Name, "reason", a.Reason, "error", err)
	}
	v.observe(a)
}

// explain logs what the audit has no column for: the cause behind the reason.
func (v *visit) explain(ctx context.Context, ref *s2s.Refusal) {
	if ref.Err == nil {
		return
	}
	v.door.log.InfoContext(ctx, "token refused", "request-id", v.id, "endpoint", v.endpoint.Name,
		"step", ref.Step, "reason", string(ref.Reason), "error", ref.Err)
}

func (v *visit) observe(a journal.Access) {
	if v.door.cfg.Observe == nil {
		return
	}
	v.door.cfg.Observe(Observation{
		Endpoint: v.endpoint.Name, Kind: Kind(a.Kind), Accepted: a.Accepted,
		Code: s2s.Code(a.Code), Reason: a.Reason, Took: v.door.cfg.Now().Sub(v.began),
	})
}
