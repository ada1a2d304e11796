package shell

import "context"

// Refuse reports the error of a text that wants to go on and will not: what Run
// gave back unreported.
func (s *Session) Refuse(ctx context.Context, text string, err error) error {
	r := &runner{s: s, f: &frame{s: s, ctx: ctx, scope: s.global}, out: s.show}
	return r.refuse(text, err)
}
