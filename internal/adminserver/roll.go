package adminserver

import (
	"context"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/readers"
	"github.com/matchseal/matchseal/s2s"
)

// rollover is what the plan of a rollover is made from.
type rollover struct {
	role     string
	keyring  *keyring.Keyring
	partners *partner.Store
	readers  *readers.Store // nil: who reads is not recorded
	own      func(context.Context) (s2s.Principal, error)
	now      func() time.Time
	commands rollCommands
}

// rollCommands are a product's command lines; <date> stands for an effective
// date and <thumbprint> for the staged certificate.
type rollCommands struct {
	begin   []string // make a successor and stage it
	restage string
	publish string // make the next current before its date
	atOnce  []string
	refresh string // on the other product, to make it read this role's document now
}

// effective is a little more than the notice that is asked for.
const effective = "(Get-Date).AddHours(49)"

func exchangeRollCommands() rollCommands {
	// -Services None: a signing certificate is not to become the default one of
	// SMTP (000-10), and without it the command asks.
	const make = `$new = New-ExchangeCertificate -Services None -KeySize 2048 -PrivateKeyExportable $true -SubjectName "cn=Microsoft Exchange Server Auth Certificate" -FriendlyName "Microsoft Exchange Server Auth Certificate"`
	const stage = "Set-AuthConfig -NewCertificateThumbprint %s -NewCertificateEffectiveDate %s"
	return rollCommands{
		begin:   []string{make, fmt.Sprintf(stage, "$new.Thumbprint", effective)},
		restage: fmt.Sprintf(stage, "<thumbprint>", effective),
		publish: "Set-AuthConfig -PublishCertificate",
		atOnce:  []string{make, "Set-AuthConfig -CertificateThumbprint $new.Thumbprint"},
		refresh: "Set-CsPartnerApplication -Identity <its name there> -MetadataUrl <this server's metadata URL>",
	}
}

func skypeRollCommands() rollCommands {
	const make = "$new = Request-CsCertificate -New -Type OAuthTokenIssuer"
	const set = "Set-CsCertificate -Identity global -Type OAuthTokenIssuer -Thumbprint %s"
	return rollCommands{
		begin:   []string{make, fmt.Sprintf(set, "$new.Thumbprint") + " -EffectiveDate " + effective + " -Roll"},
		restage: fmt.Sprintf(set, "<thumbprint>") + " -EffectiveDate " + effective + " -Roll",
		atOnce:  []string{make, fmt.Sprintf(set, "$new.Thumbprint")},
		refresh: "Set-PartnerApplication <its name there> -RefreshAuthMetadata",
	}
}

func (x Exchange) mountRoll(s *Server, may rights) {
	r := rollover{role: "exchange", keyring: x.Keyring, partners: x.Partners, readers: x.Readers, own: x.Role.Principal, now: s.cfg.Now, commands: exchangeRollCommands()}
	handle(s, adminapi.GetExchangeRollPlan, may.read, r.plan)
}

func (x Skype) mountRoll(s *Server, may rights) {
	r := rollover{role: "skype", keyring: x.Keyring, partners: x.Partners, readers: x.Readers, own: x.Role.Principal, now: s.cfg.Now, commands: skypeRollCommands()}
	handle(s, adminapi.GetSkypeRollPlan, may.read, r.plan)
}

// maxReadings bounds what a caller brings along.
const maxReadings = 10_000

func (r rollover) plan(ctx context.Context, _ Operator, req adminapi.RollPlanRequest) (adminapi.RollPlan, error) {
	if len(req.Readings) > maxReadings {
		return adminapi.RollPlan{}, problem.New(problem.ManageParameter, "%d readings are too many; %d is the limit", len(req.Readings), maxReadings)
	}
	own, err := r.own(ctx)
	if err != nil {
		return adminapi.RollPlan{}, err
	}
	seen, err := r.sight(ctx)
	if err != nil {
		return adminapi.RollPlan{}, err
	}
	issuers, readings, err := r.readings(ctx, own, req.Readings, seen)
	if err != nil {
		return adminapi.RollPlan{}, err
	}
	p, err := r.keyring.Plan(ctx, readings)
	if err != nil {
		return adminapi.RollPlan{}, err
	}
	now := r.now().UTC()
	out := adminapi.RollPlan{Role: r.role, Issuer: own.String(), Now: now, Outlook: string(p.Outlook), Reasons: p.Reasons,
		Current: r.slot(ctx, p.Current), Next: r.slot(ctx, p.Next), Previous: r.slot(ctx, p.Previous),
		Timeline: timeline(p, now), Partners: []adminapi.RollPartner{}, Commands: r.toType(p)}
	for _, reading := range p.Readings {
		out.Partners = append(out.Partners, partnerOf(reading, issuers[reading.Partner], seen, p))
		if reading.Known && out.Slowest == "" {
			out.Slowest = reading.Partner
		}
	}
	out.Unnamed = len(seen.Others)
	for _, other := range seen.Others[:min(len(seen.Others), maxOthers)] {
		out.Others = append(out.Others, readerOf(other, p))
	}
	return out, nil
}

// maxOthers is how many readers without a partner's name are told of.
const maxOthers = 5

func (r rollover) sight(ctx context.Context) (readers.Sight, error) {
	if r.readers == nil {
		return readers.Sight{}, nil
	}
	return r.readers.Sight(ctx)
}

// readings says of each partner of this role what is known about its reading:
// what the partner itself says, or else what its readers say they are.
func (r rollover) readings(ctx context.Context, own s2s.Principal, told []adminapi.RollReading, seen readers.Sight) (issuers map[string]string, all []keyring.Reading, err error) {
	found, err := r.partners.List(ctx)
	if err != nil {
		return nil, nil, err
	}
	issuers = map[string]string{}
	for _, a := range found {
		if !a.Enabled {
			continue
		}
		who := s2s.Principal{App: a.App, Realm: a.Realm}.String()
		issuers[a.Name] = who
		reading := claimed(a.Name, seen)
		i := slices.IndexFunc(told, func(t adminapi.RollReading) bool {
			return strings.EqualFold(t.Reader, who) && strings.EqualFold(t.Of, own.String())
		})
		if i >= 0 {
			every := reading.Interval
			reading = readingOf(a.Name, told[i])
			reading.Interval = every
		}
		all = append(all, reading)
	}
	return issuers, all, nil
}

func readingOf(name string, t adminapi.RollReading) keyring.Reading {
	r := keyring.Reading{Partner: name, Known: true, Failure: t.LastError}
	if t.ReadAt != nil {
		r.Last = *t.ReadAt
	}
	for _, der := range t.Certificates {
		if c, err := x509.ParseCertificate(der); err == nil {
			r.Holds = append(r.Holds, s2s.ThumbprintOf(c).String())
		}
	}
	return r
}

// claimed is what is known of a partner by those who say they are it. The slowest
// of them says how often it reads, the latest what it has.
func claimed(name string, seen readers.Sight) keyring.Reading {
	r := keyring.Reading{Partner: name}
	s, ok := seenOf(name, seen)
	if !ok {
		return r
	}
	r.Since = s.From
	for i, reader := range s.Readers {
		if i == 0 {
			r.Known, r.Claimed, r.Last = true, true, reader.Last
			for _, t := range reader.Holds {
				r.Holds = append(r.Holds, t.String())
			}
		}
		r.Interval = max(r.Interval, reader.Interval())
	}
	return r
}

func seenOf(name string, seen readers.Sight) (readers.Seen, bool) {
	i := slices.IndexFunc(seen.Partners, func(s readers.Seen) bool { return s.Name == name })
	if i < 0 {
		return readers.Seen{}, false
	}
	return seen.Partners[i], true
}

func partnerOf(r keyring.Reading, issuer string, seen readers.Sight, p keyring.Plan) adminapi.RollPartner {
	out := adminapi.RollPartner{Name: r.Partner, Issuer: issuer}
	if r.Known && !r.Claimed {
		out.Known, out.LastError = true, r.Failure
		out.HasNewest = holdsNewest(r.Holds, p)
		if !r.Last.IsZero() {
			out.ReadAt = &r.Last
		}
		return out
	}
	if s, ok := seenOf(r.Partner, seen); ok {
		out.NoticedSince = &s.From
		for _, reader := range s.Readers {
			out.Claims = append(out.Claims, readerOf(reader, p))
		}
	}
	return out
}

func readerOf(r readers.Reader, p keyring.Plan) adminapi.RollReader {
	out := adminapi.RollReader{Agent: r.Agent, Address: r.Address, ReadAt: r.Last, EverySeconds: int64(r.Interval() / time.Second)}
	if r.Principal != (s2s.Principal{}) {
		out.Says = r.Principal.String()
	}
	var holds []string
	for _, t := range r.Holds {
		holds = append(holds, t.String())
	}
	out.HasNewest = holdsNewest(holds, p)
	return out
}

func holdsNewest(holds []string, p keyring.Plan) bool {
	newest := p.Current
	if p.Next != nil {
		newest = p.Next
	}
	return newest != nil && slices.Contains(holds, newest.Thumbprint.String())
}

func (r rollover) slot(ctx context.Context, s *keyring.Slot) *adminapi.RollSlot {
	if s == nil {
		return nil
	}
	out := &adminapi.RollSlot{Thumbprint: s.Thumbprint.String(), NotAfter: s.NotAfter, Published: s.Published, Effective: s.From}
	if !s.Until.IsZero() {
		out.ClearedAt = &s.Until
	}
	// One that was taken out of the store still has its slot; it has no name
	// then.
	if c, err := r.keyring.Certificate(ctx, s.Thumbprint); err == nil {
		out.Subject = c.X509.Subject.String()
	}
	return out
}

// timeline lists what has happened and what will, in the order of time.
func timeline(p keyring.Plan, now time.Time) []adminapi.RollMoment {
	all := []adminapi.RollMoment{}
	add := func(at time.Time, format string, args ...any) {
		if !at.IsZero() {
			all = append(all, adminapi.RollMoment{At: at, What: fmt.Sprintf(format, args...), Past: !at.After(now)})
		}
	}
	if n := p.Next; n != nil {
		add(n.Published, "the next certificate is published")
		add(p.Known, "every partner that reads the metadata once an hour has met it")
		for _, r := range p.Readings {
			if met := r.MeetsBy(n.Published, keyring.Policy{}); met.After(p.Known) {
				add(met, "%s has met it, by the word of who reads as it", r.Partner)
			}
		}
		add(n.From, "it becomes the current one")
		if p.Signs.After(n.From) {
			add(p.Signs, "it begins to sign: until then the documents that partners may hold do not have it")
		}
		if c := p.Current; c != nil {
			add(c.NotAfter, "the certificate before it ends")
			add(p.Clear, "the certificate before it leaves the metadata by itself; it may be cleared from then on")
		}
	} else if c := p.Current; c != nil {
		add(c.From, "the current certificate took over")
		add(p.Clear, "the certificate before it leaves the metadata by itself; it may be cleared from then on")
		add(p.StageBy, "the last moment to stage a successor with the notice that partners need")
		add(c.NotAfter, "the current certificate ends")
	}
	slices.SortStableFunc(all, func(a, b adminapi.RollMoment) int { return a.At.Compare(b.At) })
	return all
}

// toType says what an administrator can type now.
func (r rollover) toType(p keyring.Plan) (all []adminapi.RollCommand) {
	add := func(what string, lines ...string) {
		for _, line := range lines {
			if line != "" {
				all = append(all, adminapi.RollCommand{For: what, Type: line})
			}
		}
	}
	switch {
	case p.Outlook == keyring.Stopped:
		add("sign again at once", r.commands.atOnce...)
		return all
	case p.Next == nil:
		add("begin a rollover", r.commands.begin...)
	default:
		if p.Outlook == keyring.Unsafe {
			add("choose a later date for the next certificate", strings.ReplaceAll(r.commands.restage, "<thumbprint>", p.Next.Thumbprint.String()))
		}
		add("let the next certificate take over before its date, which is refused before "+p.Known.UTC().Format("2006-01-02 15:04 UTC"), r.commands.publish)
	}
	if (p.Outlook == keyring.Unsafe || p.Outlook == keyring.Unknown) && len(p.Readings) > 0 {
		add("have the partner read this server's metadata now (typed there)", r.commands.refresh)
	}
	return all
}
