package adminserver

import (
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/telemetry"
	"github.com/matchseal/matchseal/s2s"
)

// EventWithdrawn is the event of a signing certificate that was withdrawn
// because its key is in wrong hands.
const EventWithdrawn = 4201

// maxLeaked bounds how many certificates one call withdraws.
const maxLeaked = 100

// withdrawals takes leaked signing keys of one role out of use.
type withdrawals struct {
	certificates certificateStore
	journal      *journal.Journal
	outlook      exposure
	name         string // of a certificate that has nothing to be like
}

func (x Exchange) mountWithdrawals(s *Server, may rights) {
	w := withdrawals{certificates: x.certificates(s), journal: x.Journal, outlook: x.exposure(s), name: certs.AuthCertificateName}
	handle(s, adminapi.PlanExchangeWithdrawal, may.read, w.plan)
	changeWithout(s, x.Journal, adminapi.WithdrawExchangeKey, may.change, concealHolders, w.withdraw)
}

func (x Skype) mountWithdrawals(s *Server, may rights) {
	w := withdrawals{certificates: x.certificates(s), journal: x.Journal, outlook: x.exposure(s), name: x.Role.DefaultDomain()}
	handle(s, adminapi.PlanSkypeWithdrawal, may.read, w.plan)
	changeWithout(s, x.Journal, adminapi.WithdrawSkypeKey, may.change, concealHolders, w.withdraw)
}

// concealHolders keeps out of the record what is no part of the deed.
func concealHolders(req *adminapi.WithdrawalRequest) { req.Holders = nil }

// intent is what a request comes to with the slots as they are.
type intent struct {
	state       keyring.State
	leaked      []s2s.Thumbprint
	current     bool // the current certificate is among them
	replacement s2s.Thumbprint
}

func (w withdrawals) read(ctx context.Context, req adminapi.WithdrawalRequest) (intent, error) {
	state, err := w.certificates.keyring.State(ctx)
	if err != nil {
		return intent{}, err
	}
	i := intent{state: state}
	if len(req.Leaked) > maxLeaked || len(req.Holders) > maxReadings {
		return i, problem.New(problem.ManageParameter, "%d certificates and %d holders are too many; %d and %d are the limits", len(req.Leaked), len(req.Holders), maxLeaked, maxReadings)
	}
	for _, text := range req.Leaked {
		t, err := s2s.ParseThumbprint(text)
		if err != nil {
			return i, parameter(err, "Leaked")
		}
		i.leaked = append(i.leaked, t)
	}
	if req.Everything {
		i.leaked = append(i.leaked, state.Accepted(w.certificates.now())...)
	}
	if state.Current != nil && (len(i.leaked) == 0 || req.Everything) {
		i.leaked = append(i.leaked, state.Current.Thumbprint) // one that has expired is not accepted
	}
	i.leaked = unique(i.leaked)
	if len(i.leaked) == 0 {
		return i, problem.New(problem.ManageParameter, "no certificate is current; name the one that leaked by its thumbprint")
	}
	i.current = state.Current != nil && slices.Contains(i.leaked, state.Current.Thumbprint)
	if req.Replacement == "" {
		return i, nil
	}
	if i.replacement, err = s2s.ParseThumbprint(req.Replacement); err != nil {
		return i, parameter(err, "Thumbprint")
	}
	switch {
	case slices.Contains(i.leaked, i.replacement):
		return i, problem.New(problem.ManageParameter, "%s is to be withdrawn, so that it cannot take over", i.replacement)
	case !i.current:
		return i, problem.New(problem.ManageParameter, "the current certificate is not among those that leaked, so that nothing has to take over")
	}
	return i, nil
}

func unique(all []s2s.Thumbprint) (once []s2s.Thumbprint) {
	for _, t := range all {
		if !slices.Contains(once, t) {
			once = append(once, t)
		}
	}
	return once
}

// plan says what a withdrawal would do, and refuses what it would refuse.
func (w withdrawals) plan(ctx context.Context, _ Operator, req adminapi.WithdrawalRequest) (adminapi.Withdrawal, error) {
	i, err := w.read(ctx, req)
	if err != nil {
		return adminapi.Withdrawal{}, err
	}
	out, err := w.describe(ctx, i, req)
	if err != nil || !i.current {
		return out, err
	}
	if from := i.state.Current.From; tookOver(i.state, out.Now) {
		out.TookOver, out.TookOverFrom = &from, i.state.Retired[len(i.state.Retired)-1].String()
	}
	if i.replacement == (s2s.Thumbprint{}) {
		like := w.pattern(ctx, i).Like(w.certificates.now())
		out.Current = &adminapi.WithdrawalKey{Subject: like.Subject.String(), NotAfter: like.NotAfter, New: true}
		return out, nil
	}
	heir, err := w.certificates.keyring.Certificate(ctx, i.replacement)
	if err != nil {
		return out, w.certificates.words(err, i.replacement)
	}
	out.Current = keyOf(heir, true)
	return out, keyring.Fit(heir.X509)
}

// lately is how long somebody may still be at the withdrawal before.
const lately = 24 * time.Hour

// tookOver says that the current certificate took over from a withdrawn one, and
// lately.
func tookOver(s keyring.State, now time.Time) bool {
	n := len(s.Retired)
	return n > 0 && slices.Contains(s.Denied, s.Retired[n-1]) && now.Sub(s.Current.From) <= lately
}

// withdraw does it, with the event in the same transaction.
func (w withdrawals) withdraw(ctx context.Context, op Operator, req adminapi.WithdrawalRequest) (adminapi.Withdrawal, error) {
	i, err := w.read(ctx, req)
	if err != nil {
		return adminapi.Withdrawal{}, err
	}
	// What stood where is told as it was before.
	before, err := w.describe(ctx, i, adminapi.WithdrawalRequest{})
	if err != nil {
		return adminapi.Withdrawal{}, err
	}
	x := keyring.Withdrawal{Leaked: i.leaked, Successor: i.replacement}
	if i.current && i.replacement == (s2s.Thumbprint{}) {
		old := w.pattern(ctx, i)
		x.Options = keyring.Options{FriendlyName: old.FriendlyName, Services: old.Services, Exportable: old.Exportable}
		if x.Certificate, x.Key, err = certs.NewSelfSigned(old.Like(w.certificates.now())); err != nil {
			return adminapi.Withdrawal{}, err
		}
	}
	x.Record = func(ctx context.Context, tx *sql.Tx, after keyring.State) error {
		return w.journal.LogIn(ctx, tx, withdrawn(op, before.Leaked, after, telemetry.RequestID(ctx)))
	}
	after, err := w.certificates.keyring.Withdraw(ctx, x)
	if err != nil {
		return adminapi.Withdrawal{}, err
	}
	done, err := w.describe(ctx, intent{state: after, leaked: i.leaked}, req)
	if err != nil {
		return done, err
	}
	done.Leaked, done.Warnings = before.Leaked, before.Warnings
	if done.Current != nil {
		done.Current.New = i.current
	}
	return done, nil
}

// withdrawn is what the journal says of it.
func withdrawn(op Operator, leaked []adminapi.LeakedKey, after keyring.State, request string) journal.Event {
	var thumbprints []string
	detail := "by: " + op.String()
	for _, l := range leaked {
		thumbprints = append(thumbprints, l.Thumbprint)
		detail += fmt.Sprintf("\n%s: %s %s", l.Place, l.Thumbprint, l.Subject)
	}
	now := "none"
	if after.Current != nil {
		now = after.Current.Thumbprint.String()
	}
	return journal.Event{
		ID: EventWithdrawn, Level: journal.Warning, Log: "Application", Source: "matchseal Certificates", RequestID: request,
		Text:   fmt.Sprintf("The signing certificate %s was withdrawn: its key is in wrong hands. It is published no longer and never used again.", strings.Join(thumbprints, ", ")),
		Detail: detail + "\nsigns now: " + now + "\nremedy: each partner has to read the metadata document again, or to deny the certificate: matchseal roll withdraw says how",
	}
}

// pattern is the certificate that a new one is to be like: the current one, or
// one that has nothing but a name when that is not in the store.
func (w withdrawals) pattern(ctx context.Context, i intent) keyring.Certificate {
	if old, err := w.certificates.keyring.Certificate(ctx, i.state.Current.Thumbprint); err == nil {
		return old
	}
	return keyring.Certificate{X509: &x509.Certificate{Subject: pkix.Name{CommonName: w.name}}}
}

// describe says what stands where, and what that means at the partners.
func (w withdrawals) describe(ctx context.Context, i intent, req adminapi.WithdrawalRequest) (adminapi.Withdrawal, error) {
	own, err := w.outlook.own(ctx)
	if err != nil {
		return adminapi.Withdrawal{}, err
	}
	out := adminapi.Withdrawal{Role: w.outlook.role, Issuer: own.String(), Now: w.certificates.now().UTC()}
	for _, t := range i.leaked {
		l := adminapi.LeakedKey{Thumbprint: t.String(), Place: place(i.state, t)}
		switch c, err := w.certificates.keyring.Certificate(ctx, t); {
		case err == nil:
			l.Subject = c.X509.Subject.String()
		case !problem.Is(err, problem.KeyringNotFound):
			return out, err
		case l.Place == "unused":
			return out, w.certificates.words(err, t)
		}
		if w.certificates.isWeb(t) {
			out.Warnings = append(out.Warnings, fmt.Sprintf("%s is shown by the web services (%s) too, with the same key. That key is a file of the node, which no command replaces: put another certificate and key where tls_cert and tls_key of the role point; the node shows it within half a minute.", t, strings.Join(w.certificates.uses, ", ")))
		}
		out.Leaked = append(out.Leaked, l)
	}
	if s := i.state; s.Next != nil && i.current && !slices.Contains(i.leaked, s.Next.Thumbprint) && s.Next.Thumbprint != i.replacement {
		out.Warnings = append(out.Warnings, fmt.Sprintf("%s is staged and takes over on %s. Its key lies in the same store: if somebody has got into the server, withdraw everything.", s.Next.Thumbprint, s.Next.From.UTC().Format("2006-01-02 15:04 UTC")))
	}
	if i.state.Current != nil {
		if c, err := w.certificates.keyring.Certificate(ctx, i.state.Current.Thumbprint); err == nil {
			out.Current = keyOf(c, false)
		}
	}
	out.Partners, err = w.outlook.partners(ctx, own, i.leaked, req.Holders)
	return out, err
}

func keyOf(c keyring.Certificate, takesOver bool) *adminapi.WithdrawalKey {
	return &adminapi.WithdrawalKey{Thumbprint: c.Thumbprint.String(), Subject: c.X509.Subject.String(), NotAfter: c.X509.NotAfter, New: takesOver, Raw: c.X509.Raw}
}

// place says where a certificate stands.
func place(s keyring.State, t s2s.Thumbprint) string {
	is := func(slot *keyring.Slot) bool { return slot != nil && slot.Thumbprint == t }
	switch {
	case slices.Contains(s.Denied, t):
		return "withdrawn"
	case is(s.Current):
		return "current"
	case is(s.Next):
		return "next"
	case is(s.Previous):
		return "previous"
	case s.Holds(t):
		return "published"
	case slices.Contains(s.Retired, t):
		return "retired"
	}
	return "unused"
}
