package node

import (
	"context"
	"net/url"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/access"
	"github.com/matchseal/matchseal/internal/adminserver"
	"github.com/matchseal/matchseal/internal/autodiscoverserver"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/ewsserver"
	"github.com/matchseal/matchseal/internal/exchange"
	"github.com/matchseal/matchseal/internal/mailbox"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/rbac"
	"github.com/matchseal/matchseal/internal/telemetry"
	"github.com/matchseal/matchseal/s2s"
)

// exchangeRole is the exchange role's parts beyond what all roles have.
type exchangeRole struct {
	*role
	own       *exchange.Role
	roles     *rbac.Store
	mailboxes *mailbox.Store
	door      *access.Door
}

// openExchange wires the exchange role:
//
//	/autodiscover/metadata/json/1         anonymous: who we are
//	/autodiscover/autodiscover.svc, .xml  door "Autodiscover"
//	/autodiscover/autodiscover.json       anonymous by specification
//	/EWS/Exchange.asmx                    door "EWS"
func (r *role) openExchange(ctx context.Context) (err error) {
	x := &exchangeRole{role: r}
	if x.roles, err = rbac.New(r.db, r.node.now); err != nil {
		return err
	}
	if x.mailboxes, err = mailbox.New(r.db, r.node.now); err != nil {
		return err
	}
	// The role's identity and its partners need each other only when they are
	// used, so the role is made first and given the partners' store after.
	r.principal = func(ctx context.Context) (s2s.Principal, error) { return x.own.Principal(ctx) }
	r.hosts = func(context.Context) ([]string, error) { return x.own.AudienceHosts(), nil }
	if err := r.openPartners(); err != nil {
		return err
	}
	x.own = exchange.New(exchange.Config{
		Settings: r.settings, Directory: r.node.directory, Roles: x.roles, Partners: r.partners,
		Fqdn: r.cfg.FQDN, Hosts: r.publishedHosts(), AcceptedDomains: r.cfg.Domains, Realm: r.cfg.Realm, Organisation: r.organisation(),
	})
	if err := x.openDoor(); err != nil {
		return err
	}
	if err := x.route(); err != nil {
		return err
	}
	r.node.admin.MountExchange(adminserver.Exchange{
		Role: x.own, Keyring: r.keyring, Partners: r.partners, Readers: r.readers, Roles: x.roles, Mailboxes: x.mailboxes,
		Directory: r.node.directory, Journal: r.journal, TestOAuth: x.testOAuth,
		TLS: r.listenerCertificate, CopyTLS: r.copyListenerCertificate, RootOf: r.rootOf,
	})
	return nil
}

func (x *exchangeRole) openDoor() (err error) {
	dir := x.node.directory
	rights := access.LinkedAccounts{Partners: x.partners, Directory: dir, Roles: x.roles.RolesOf}
	x.door, err = access.New(access.Config{
		Verifier: func(ctx context.Context) (s2s.Verifier, error) {
			return x.verifier(ctx, directory.TokenUsers{Directory: dir})
		},
		Issuers: x.partners.TrustedIssuers,
		Methods: func(ctx context.Context, endpoint string) (access.Methods, error) {
			v, err := x.own.VirtualDirectory(ctx, endpoint)
			return access.Methods{OAuth: v.OAuth, Basic: v.Basic}, err
		},
		Rights: rights.Rights, Roles: x.roles.RolesOf, Directory: dir, Audit: x.journal,
		Style: x.profile.Challenge, Fqdn: x.cfg.FQDN, Now: x.node.now, Observe: x.observeAccess(), Log: x.log,
	})
	return err
}

func (x *exchangeRole) route() error {
	x.routes.handle(x.profile.MetadataPath, authmeta.Handler(x.metadata, x.profile.Metadata, x.noteReading))
	auto, err := autodiscoverserver.New(autodiscoverserver.Config{
		Guard:     x.door.Guard(access.Endpoint{Name: exchange.Autodiscover, AppOnly: true, ActAs: true}),
		Find:      x.find,
		Endpoints: x.endpoints,
		OAuth: func(ctx context.Context) (bool, error) {
			v, err := x.own.VirtualDirectory(ctx, exchange.Autodiscover)
			return v.OAuth, err
		},
		Now: x.node.now, Log: x.log,
	})
	if err != nil {
		return err
	}
	x.routes.handleOwned(autodiscoverserver.Owns, auto)
	ews := ewsserver.New(ewsserver.Config{
		Mailboxes: x.mailboxes, Directory: x.node.directory, Name: x.cfg.FQDN, Now: x.node.now, Log: x.log,
		Observe: x.observeEWS(), Concurrent: ewsAtOnce,
	})
	x.routes.handle("/EWS/Exchange.asmx", x.door.Guard(access.Endpoint{Name: exchange.EWS, AppOnly: true, ActAs: true})(ews))
	return nil
}

// ewsAtOnce is how many EWS requests are served at a time; one store writes
// one after the other anyway, and a queue helps nobody.
const ewsAtOnce = 256

// observeEWS counts and times the operations.
func (x *exchangeRole) observeEWS() func(ewsserver.Observation) {
	count := x.metrics.Counter("matchseal_ews_requests_total", "EWS requests by operation and response code.", "operation", "code")
	took := x.metrics.Histogram("matchseal_ews_seconds", "Time to answer an EWS request.", telemetry.Seconds(), "operation")
	return func(o ewsserver.Observation) {
		count.Inc(o.Operation, string(o.Code))
		took.Observe(o.Took.Seconds(), o.Operation)
	}
}

// find answers Autodiscover's question for a user of this organisation.
func (x *exchangeRole) find(ctx context.Context, address string) (autodiscoverserver.User, bool, error) {
	found, err := x.node.directory.Find(ctx, directory.Query{By: directory.BySMTP, Value: address, Organisation: x.organisation()})
	if err != nil || len(found) != 1 || !found[0].Enabled {
		return autodiscoverserver.User{}, false, err
	}
	u := found[0]
	_, err = x.mailboxes.OpenFor(ctx, u.ID)
	has := err == nil
	if err != nil && !problem.Is(err, problem.MailboxNone) {
		return autodiscoverserver.User{}, false, err
	}
	return autodiscoverserver.User{
		SMTP: string(u.SMTP), DisplayName: u.DisplayName, Mailbox: has,
		LegacyDN: "/o=" + x.organisation() + "/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=" + u.Name,
	}, true, nil
}

func (x *exchangeRole) endpoints(ctx context.Context) (autodiscoverserver.Endpoints, error) {
	v, err := x.own.VirtualDirectory(ctx, exchange.EWS)
	if err != nil {
		return autodiscoverserver.Endpoints{}, err
	}
	return autodiscoverserver.Endpoints{
		InternalEWS: v.InternalURL, ExternalEWS: v.ExternalURL, Host: x.cfg.FQDN,
		MailboxServer: x.cfg.FQDN, AcceptedDomains: x.own.AcceptedDomains(),
	}, nil
}

// testOAuth makes and reads an online meeting for a user at a partner, as
// Outlook on the web does: the other direction of the storage test.
func (x *exchangeRole) testOAuth(ctx context.Context, target *url.URL, u directory.User) ([]string, error) {
	client := x.caller(func(ctx context.Context, host string) (string, bool) {
		return x.partnerAt(ctx, host, s2s.SkypeApp, nil)
	})
	return useMeeting(ctx, client, target, u)
}

// publishedHosts are the names the role answers to.
func (r *role) publishedHosts() []string {
	if len(r.cfg.Hosts) == 0 {
		return []string{r.cfg.FQDN}
	}
	return r.cfg.Hosts
}

// observeAccess counts credentials.
func (r *role) observeAccess() func(access.Observation) {
	counter := r.metrics.Counter("matchseal_access_total", "Credentials presented at a door, by endpoint, kind and outcome.", "endpoint", "kind", "outcome")
	return func(o access.Observation) {
		outcome := "accepted"
		if !o.Accepted {
			outcome = "refused"
		}
		counter.Inc(o.Endpoint, string(o.Kind), outcome)
	}
}
