package lab

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"encoding/json"

	"github.com/matchseal/matchseal/examples"
	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
)

// step is one command of an administrator: the line that does it, and the
// management call behind that line.
type step struct {
	role string
	line string
	do   func(context.Context) (notes []string, err error)
}

// steps runs steps in order and prints each as its command line.
func (l *Lab) steps(ctx context.Context, title string, all []step) error {
	l.out.heading(title)
	for _, s := range all {
		start := l.opt.Now()
		l.out.command(s.role, s.line)
		notes, err := s.do(ctx)
		for _, n := range notes {
			l.out.note(n)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s.line, err)
		}
		l.out.took(l.opt.Now().Sub(start))
	}
	return nil
}

func quoted(names []string) string { return `"` + strings.Join(names, `","`) + `"` }

// accountSteps gives the lab's people mailboxes and SIP, and switches one off.
func (l *Lab) accountSteps() []step {
	var mailboxes, sip []string
	for _, a := range accounts() {
		if a.mailbox {
			mailboxes = append(mailboxes, a.name)
		}
		if a.sip {
			sip = append(sip, a.name)
		}
	}
	return []step{
		{"exchange", quoted(mailboxes) + " | Enable-Mailbox", func(ctx context.Context) ([]string, error) {
			for _, name := range mailboxes {
				if _, err := adminapi.Do(ctx, l.exchange, adminapi.EnableMailbox, adminapi.Identity{Identity: name}); err != nil {
					return nil, err
				}
			}
			return nil, nil
		}},
		{"skype", quoted(sip) + " | Enable-CsUser -RegistrarPool " + l.plan.skype.fqdn + " -SipAddressType EmailAddress", func(ctx context.Context) ([]string, error) {
			for _, name := range sip {
				if _, err := adminapi.Do(ctx, l.skype, adminapi.EnableCsUser, adminapi.EnableCsUserRequest{Identity: name, RegistrarPool: l.plan.skype.fqdn}); err != nil {
					return nil, err
				}
			}
			return nil, nil
		}},
		{"exchange", "Disable-ADAccount disabled", func(ctx context.Context) ([]string, error) {
			_, err := adminapi.Do(ctx, l.exchange, adminapi.SetUserEnabled, adminapi.SetUserEnabledRequest{Identity: "disabled"})
			return nil, err
		}},
	}
}

// pairingSteps follow the order of work of the product's documentation:
// Skype becomes a partner of Exchange, then Exchange one of Skype (004-14).
func (l *Lab) pairingSteps() []step {
	on := true
	oauth := func(name string) func(context.Context) ([]string, error) {
		return func(ctx context.Context) ([]string, error) {
			done, err := adminapi.Do(ctx, l.exchange, adminapi.SetVirtualDirectory, adminapi.VirtualDirectorySettings{Identity: name, OAuthAuthentication: &on})
			return done.Warnings, err
		}
	}
	xml, svc := l.autodiscoverXML(), l.autodiscoverSVC()
	server := strings.ToUpper(strings.SplitN(l.plan.exchange.fqdn, ".", 2)[0])
	return []step{
		{"exchange", `Set-ClientAccessServer -Identity ` + server + ` -AutoDiscoverServiceInternalUri "` + xml + `"`, func(ctx context.Context) ([]string, error) {
			done, err := adminapi.Do(ctx, l.exchange, adminapi.SetClientAccessServer, adminapi.ClientAccessServerSettings{Identity: server, AutoDiscoverServiceInternalURI: &xml})
			return done.Warnings, err
		}},
		{"exchange", "Get-AutodiscoverVirtualDirectory | Set-AutodiscoverVirtualDirectory -OAuthAuthentication $true", oauth("Autodiscover")},
		{"exchange", "Get-WebServicesVirtualDirectory | Set-WebServicesVirtualDirectory -OAuthAuthentication $true", oauth("EWS")},
		{"exchange", "cd $exscripts", func(context.Context) ([]string, error) { return nil, nil }},
		{"exchange", `.\Configure-EnterprisePartnerApplication.ps1 -AuthMetadataUrl '` + l.skypeMetadata() + `' -ApplicationType Lync`, func(ctx context.Context) ([]string, error) {
			done, err := adminapi.Do(ctx, l.exchange, adminapi.ConfigureEnterprisePartnerApplication, adminapi.ConfigureEnterpriseRequest{AuthMetadataURL: l.skypeMetadata(), ApplicationType: "Lync"})
			return done.Lines, err
		}},
		{"exchange", "iisreset", func(context.Context) ([]string, error) {
			return []string{"nothing needs a restart here: every change counts from the next request on"}, nil
		}},
		{"skype", "Set-CsOAuthConfiguration -Identity global -ExchangeAutodiscoverUrl " + svc, func(ctx context.Context) ([]string, error) {
			done, err := adminapi.Do(ctx, l.skype, adminapi.SetCsOAuthConfiguration, adminapi.OAuthConfigurationSettings{ExchangeAutodiscoverURL: &svc})
			return done.Warnings, err
		}},
		{"skype", `New-CsPartnerApplication -Identity Exchange -ApplicationTrustLevel Full -MetadataUrl "` + l.exchangeMetadata() + `"`, l.pairSkype},
	}
}

// pairSkype makes Exchange a partner of Skype, unless an earlier run did.
func (l *Lab) pairSkype(ctx context.Context) ([]string, error) {
	url, level := l.exchangeMetadata(), "Full"
	done, err := adminapi.Do(ctx, l.skype, adminapi.NewCsPartnerApplication, adminapi.PartnerApplicationSettings{Identity: "Exchange", AuthMetadataURL: &url, TrustLevel: &level})
	if problem.CodeOf(err) == problem.PartnerExists {
		return []string{"Exchange is a partner application already, from an earlier run"}, nil
	}
	if err != nil {
		return nil, err
	}
	return append(done.Warnings, fmt.Sprintf("%s@%s is a partner now, with %d signing certificate(s)", done.ApplicationIdentifier, done.Realm, len(done.Certificates))), nil
}

// testUser is for whom the lab tests.
const testUser = "kenmyer"

// test proves both directions; the storage test comes last, so that its
// verdict is the last line.
func (l *Lab) test(ctx context.Context) error {
	l.out.heading("Proof, in both directions")
	address := testUser + "@" + l.domain
	target := "https://" + l.plan.skype.fqdn + "/"
	l.out.command("exchange", "Test-OAuthConnectivity -Service Generic -TargetUri "+target+" -Mailbox "+address)
	r, err := adminapi.Do(ctx, l.exchange, adminapi.TestOAuthConnectivity, adminapi.TestOAuthRequest{TargetURI: target, Mailbox: address})
	if err != nil {
		l.failed(err)
		return fmt.Errorf("the call from Exchange to Skype: %w", err)
	}
	for _, line := range r.Lines {
		l.out.note(line)
	}
	l.out.command("skype", `Test-CsExStorageConnectivity -SipUri "sip:`+address+`" -Verbose`)
	r, err = adminapi.Do(ctx, l.skype, adminapi.TestCsExStorageConnectivity, adminapi.StorageTestRequest{SipURI: "sip:" + address})
	if err != nil {
		l.failed(err)
		return fmt.Errorf("Test-CsExStorageConnectivity: %w", err)
	}
	for _, line := range r.Lines {
		l.out.verbose(line)
	}
	l.out.line("Test Passed")
	return nil
}

// failed prints what a failed test had done, which is what one needs then.
func (l *Lab) failed(err error) {
	if f, ok := adminapi.AsFault(err); ok {
		for _, line := range f.Trace {
			l.out.verbose(line)
		}
	}
}

// archive stores the example conversations and waits for them to arrive.
func (l *Lab) archive(ctx context.Context) error {
	l.out.heading("Conversations on their way into Conversation History")
	names, err := fs.Glob(examples.Conversations, "conversations/*.json")
	if err != nil {
		return err
	}
	for _, name := range names {
		data, err := examples.Conversations.ReadFile(name)
		if err != nil {
			return err
		}
		var c adminapi.Conversation
		// The examples are people of litware.test; in a lab of another domain
		// they are that domain's.
		if err := json.Unmarshal([]byte(strings.ReplaceAll(string(data), "@"+defaultDomain, "@"+l.domain)), &c); err != nil {
			return fmt.Errorf("reading the example %s: %w", name, err)
		}
		l.out.command("skype", l.opt.Command+" store examples/"+name)
		stored, err := adminapi.Do(ctx, l.skype, adminapi.StoreConversation, c)
		if err != nil {
			return fmt.Errorf("storing the example %s: %w", name, err)
		}
		l.out.note(fmt.Sprintf("%q for %s", c.ID, strings.Join(stored.Mailboxes, ", ")))
	}
	return l.awaitDelivery(ctx)
}

func (l *Lab) awaitDelivery(ctx context.Context) error {
	deadline := time.Now().Add(30 * time.Second)
	for {
		st, err := adminapi.Do(ctx, l.skype, adminapi.GetStorageStatus, adminapi.Empty{})
		if err != nil {
			return err
		}
		if open := st.Waiting + st.Running + st.Retrying; open == 0 || time.Now().After(deadline) {
			l.out.note(fmt.Sprintf("%d of %d items are in their mailboxes", st.Delivered, st.Delivered+open+st.Dead))
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
