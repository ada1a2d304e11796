package node

import (
	"context"
	"net/url"
	"time"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/access"
	"github.com/matchseal/matchseal/internal/adminserver"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/meetings"
	"github.com/matchseal/matchseal/internal/meetingserver"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/skype"
	"github.com/matchseal/matchseal/internal/storagesvc"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/storeserver"
	"github.com/matchseal/matchseal/s2s"
)

// The doors of the skype role.
const (
	doorUCWA    = "UCWA"
	doorStorage = "Storage"
)

// skypeRole is the skype role's parts beyond what all roles have.
type skypeRole struct {
	*role
	own     *skype.Role
	storage *storagesvc.Service
	door    *access.Door
}

// openSkype wires the skype role:
//
//	/metadata/json/1             anonymous: who we are
//	/ucwa/...                    door "UCWA": online meetings, for partners
//	/storage/v1/conversations    door "Storage": conversations in, with a password
func (r *role) openSkype(ctx context.Context) (err error) {
	x := &skypeRole{role: r}
	x.own = skype.New(skype.Config{
		Settings: r.settings, Directory: r.node.directory, Hosts: r.publishedHosts(), SIPDomains: r.cfg.Domains,
		Realm: r.cfg.Realm, Organisation: r.organisation(),
		Pool: skype.Pool{
			Fqdn: r.cfg.FQDN, Site: r.site(), Computers: []string{r.cfg.FQDN},
			Services: []string{"UserServer:" + r.cfg.FQDN, "Registrar:" + r.cfg.FQDN, "WebServer:" + r.cfg.FQDN},
		},
	})
	r.principal, r.hosts = x.own.Principal, x.own.AudienceHosts
	if err := r.openPartners(); err != nil {
		return err
	}
	x.storage, err = storagesvc.New(ctx, storagesvc.Config{
		DB: r.db, Journal: r.journal, HTTP: r.caller(x.exchangeAt, storagesvc.TraceToken), Endpoint: x.endpoint, User: x.own.User,
		Now: r.node.now, Log: r.log, Sole: r.db.Engine() == store.SQLite,
	})
	if err != nil {
		return err
	}
	r.loops = append(r.loops, loop{"storage service", x.storage.Run})
	if err := x.openDoor(); err != nil {
		return err
	}
	if err := x.route(); err != nil {
		return err
	}
	r.node.admin.MountSkype(adminserver.Skype{
		Role: x.own, Keyring: r.keyring, Partners: r.partners, Readers: r.readers, Storage: x.storage, Directory: r.node.directory,
		Journal: r.journal, Mint: x.mint, AutodiscoverName: x.autodiscoverName,
		TLS: r.listenerCertificate, CopyTLS: r.copyListenerCertificate, RootOf: r.rootOf,
	})
	return nil
}

func (r *role) site() string {
	if r.cfg.Site != "" {
		return r.cfg.Site
	}
	return "Default"
}

func (x *skypeRole) openDoor() (err error) {
	dir := x.node.directory
	x.door, err = access.New(access.Config{
		Verifier: func(ctx context.Context) (s2s.Verifier, error) {
			return x.verifier(ctx, directory.TokenUsers{Directory: dir})
		},
		Issuers: x.partners.TrustedIssuers,
		Methods: func(_ context.Context, endpoint string) (access.Methods, error) {
			return access.Methods{OAuth: endpoint == doorUCWA, Basic: endpoint == doorStorage}, nil
		},
		Directory: dir, Audit: x.journal, Style: x.profile.Challenge, Fqdn: x.cfg.FQDN, Now: x.node.now,
		Observe: x.observeAccess(), Log: x.log,
	})
	return err
}

func (x *skypeRole) route() error {
	x.routes.handle(x.profile.MetadataPath, authmeta.Handler(x.metadata, x.profile.Metadata, x.noteReading))
	booked, err := meetings.New(x.db, "https://"+x.publishedHosts()[0]+"/meet", x.node.now)
	if err != nil {
		return err
	}
	ucwa := meetingserver.New(meetingserver.Config{Meetings: booked, SIPEnabled: x.sipEnabled, Log: x.log})
	x.routes.handlePrefix("/ucwa/", x.door.Guard(access.Endpoint{Name: doorUCWA, AppOnly: true, ActAs: true})(ucwa))
	x.routes.handle(storeserver.Path, x.door.Guard(access.Endpoint{Name: doorStorage})(
		storeserver.New(storeserver.Config{Service: x.storage, Groups: x.node.directory.MemberOf, Log: x.log})))
	return nil
}

func (x *skypeRole) sipEnabled(ctx context.Context, u directory.User) (bool, error) {
	if u.SIP == "" {
		return false, nil
	}
	switch _, err := x.own.User(ctx, u.SIP); problem.CodeOf(err) {
	case "":
		return true, nil
	case problem.StorageNotSipEnabled, problem.StorageUnknownUser, problem.StorageUserDisabled:
		return false, nil
	default:
		return false, err
	}
}

// endpoint is where the Storage Service finds mailboxes, as set now.
func (x *skypeRole) endpoint(ctx context.Context) (storagesvc.Endpoint, error) {
	c, err := x.own.OAuthConfiguration(ctx)
	return storagesvc.Endpoint{AutodiscoverURL: c.ExchangeAutodiscoverURL, AllowedDomains: c.AllowedDomains()}, err
}

// exchangeAt finds the partner behind a host of the mail side: the host of
// the configured Autodiscover URL belongs to Exchange because the
// administrator said so.
func (x *skypeRole) exchangeAt(ctx context.Context, host string) (string, bool) {
	c, err := x.own.OAuthConfiguration(ctx)
	if err != nil {
		return "", false
	}
	domains := c.AllowedDomains()
	if u, err := url.Parse(c.ExchangeAutodiscoverURL); err == nil {
		domains = append(domains, u.Hostname())
	}
	return x.partnerAt(ctx, host, s2s.ExchangeApp, domains)
}

// mint makes an act-as token for a client under test, exactly as the role
// would make it for itself.
func (x *skypeRole) mint(ctx context.Context, u directory.User, target string, life time.Duration) (string, time.Time, error) {
	return x.mintFor(ctx, u, target, life, x.exchangeAt)
}

// autodiscoverName looks for the name that the product has built in (003-14).
func (x *skypeRole) autodiscoverName(ctx context.Context, domain string) error {
	_, err := x.out.LookupHost(ctx, "autodiscover."+domain)
	return err
}
