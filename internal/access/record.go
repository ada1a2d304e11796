package access

import (
	"cmp"
	"context"
	"net/http"
	"time"

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

// claimed is the audit record of a refused token: what it says about itself,
// which nobody has confirmed. A token whose form is broken says nothing.
func claimed(r *http.Request, ref *s2s.Refusal) journal.Access {
	a := journal.Access{Kind: string(Bearer), Step: ref.Step, Reason: string(ref.Reason), Code: int(ref.Code())}
	if len(r.Header.Values("Authorization")) != 1 {
		return a
	}
	d, err := s2s.Decode(r.Header.Get("Authorization"))
	if err != nil || d.FormProblem != nil {
		return a
	}
	a.Kind = string(d.Kind)
	actor := d.Layers[len(d.Layers)-1]
	a.Issuer, a.Application, a.Audience = value(actor.Claims, "iss"), value(actor.Claims, "nameid"), value(actor.Claims, "aud")
	if t, err := s2s.ParseX5T(value(actor.Header, "x5t")); err == nil {
		a.Key = t.String()
	}
	if d.Kind == s2s.ActAsUser {
		user := d.Layers[0].Claims
		a.User = cmp.Or(value(user, "upn"), value(user, "smtp"), value(user, "sip"), value(user, "nameid"))
	}
	return a
}

func value(members []s2s.Member, name string) string {
	for _, m := range members {
		if m.Name == name {
			return m.Value
		}
	}
	return ""
}

// complete adds what is the same for every record of a visit.
func (v *visit) complete(a journal.Access) journal.Access {
	a.Time, a.RequestID, a.Endpoint, a.Remote = v.began, v.id, v.endpoint.Name, v.source
	return a
}

// recordWithin bounds the writing of one entry.
const recordWithin = 10 * time.Second

// record writes the audit of a refusal, also when the peer has hung up by now:
// nobody escapes the audit by not waiting for his answer. A refusal stands
// whether or not it can be recorded, so that failure goes to the log.
func (v *visit) record(r *http.Request, a journal.Access) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), recordWithin)
	defer cancel()
	if err := v.door.cfg.Audit.Access(ctx, v.complete(a)); err != nil {
		v.door.log.ErrorContext(ctx, "writing the audit of a refusal", "endpoint", v.endpoint.Name, "reason", a.Reason, "error", err)
	}
	v.observe(a)
}

// tellEvery is how often one source can have the same said about it that costs
// it nothing to cause.
const tellEvery = 10 * time.Second

// recordNowAndThen is record for refusals that were decided without a look at
// the credentials. There is no end to those that a source can cause, and each
// entry is a write to disk that everybody else waits for; metrics count all.
func (v *visit) recordNowAndThen(r *http.Request, a journal.Access) {
	about := v.source + " " + v.endpoint.Name + " " + a.Kind + " " + a.Reason
	last, told := v.door.told.Get(about)
	if age := v.began.Sub(last); told && 0 <= age && age < tellEvery {
		v.observe(a)
		return
	}
	v.door.told.Add(about, v.began)
	v.record(r, a)
}

// explain logs what the audit has no column for: the cause behind the reason.
func (v *visit) explain(ctx context.Context, ref *s2s.Refusal) {
	if ref.Err == nil {
		return
	}
	v.door.log.InfoContext(ctx, "token refused", "endpoint", v.endpoint.Name,
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
