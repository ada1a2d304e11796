package adminserver

import (
	"context"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/s2s"
)

// exposure says who goes on accepting a leaked key of a role, for how long, and
// what ends it. Who holds the key is known only of those whose own records the
// caller has brought along; of the rest it says what may be.
type exposure struct {
	role  string
	store *partner.Store
	own   func(context.Context) (s2s.Principal, error)
	now   func() time.Time
	url   string // of the role's own document
}

func (x Exchange) exposure(s *Server) exposure {
	host := x.Role.Fqdn()
	if name := "autodiscover." + x.Role.DefaultDomain(); slices.Contains(x.Role.AudienceHosts(), name) {
		host = name
	}
	return exposure{role: "exchange", store: x.Partners, own: x.Role.Principal, now: s.cfg.Now, url: "https://" + host + "/autodiscover/metadata/json/1"}
}

func (x Skype) exposure(s *Server) exposure {
	return exposure{role: "skype", store: x.Partners, own: x.Role.Principal, now: s.cfg.Now, url: "https://" + x.Role.Fqdn() + "/metadata/json/1"}
}

// partners lists first those who need somebody's doing.
func (e exposure) partners(ctx context.Context, own s2s.Principal, leaked []s2s.Thumbprint, holders []adminapi.KeyHolder) ([]adminapi.WithdrawalPartner, error) {
	registered, err := e.store.List(ctx)
	if err != nil {
		return nil, err
	}
	servers, err := e.store.AuthServers(ctx, "")
	if err != nil {
		return nil, err
	}
	all := []adminapi.WithdrawalPartner{}
	told := map[string]bool{}
	for _, h := range holders {
		if strings.EqualFold(h.Of, own.String()) {
			told[strings.ToLower(h.Reader)] = true
			all = append(all, e.holder(h, leaked))
		}
	}
	for _, a := range registered {
		who := s2s.Principal{App: a.App, Realm: a.Realm}
		if !a.UseAuthServer && !told[strings.ToLower(who.String())] {
			all = append(all, e.stranger(a, who, leaked))
		}
	}
	for _, a := range servers {
		all = append(all, e.tokenServer(a, own))
	}
	slices.SortStableFunc(all, func(a, b adminapi.WithdrawalPartner) int {
		switch {
		case a.Safe == b.Safe:
			return 0
		case b.Safe:
			return -1
		}
		return 1
	})
	return all, nil
}

const utcMinute = "2006-01-02 15:04 UTC"

// holder is a partner whose own record is known.
func (e exposure) holder(h adminapi.KeyHolder, leaked []s2s.Thumbprint) adminapi.WithdrawalPartner {
	p := adminapi.WithdrawalPartner{Name: product(h.Reader), Issuer: h.Reader, How: adminapi.HoldsByHand, ReadAt: h.ReadAt}
	if h.MetadataURL != "" {
		p.How = adminapi.HoldsByMetadata
	}
	if !accepts(h, leaked) {
		p.Safe, p.Text = true, fmt.Sprintf("its partner application %q does not have the leaked certificate, or denies it", h.Name)
		return p
	}
	if p.How == adminapi.HoldsByHand {
		p.Text = fmt.Sprintf("its partner application %q was given the certificate by hand: it accepts the leaked key until an administrator there acts", h.Name)
		p.Commands = append(e.deny(h.Reader, leaked), e.byHand(h.Reader, quoted(h.Name))...)
		return p
	}
	reading, cutOff := partner.Schedule{}.Patience()
	until := e.now()
	if h.ReadAt != nil {
		until = h.ReadAt.Add(reading)
	}
	p.Text = fmt.Sprintf("its partner application %q accepts the leaked key until it reads the metadata again. It does so by itself by %s, or earlier, when a call with the new certificate reaches it", h.Name, until.UTC().Format(utcMinute))
	if h.LastError != "" {
		until = until.Add(cutOff - reading)
		p.Text = fmt.Sprintf("its partner application %q cannot read the metadata (%s). It accepts the leaked key until it can, or until %s", h.Name, strings.TrimSuffix(h.LastError, "."), until.UTC().Format(utcMinute))
	}
	until = until.UTC()
	p.AcceptsUntil = &until
	p.Commands = e.reread(h.Reader, quoted(h.Name), h.MetadataURL)
	if h.LastError != "" {
		p.Commands = append(e.deny(h.Reader, leaked), p.Commands...)
	}
	return p
}

// stranger is a partner that this role knows, and who has told nothing about
// himself.
func (e exposure) stranger(a partner.Application, who s2s.Principal, leaked []s2s.Thumbprint) adminapi.WithdrawalPartner {
	p := adminapi.WithdrawalPartner{Name: a.Name, Issuer: who.String(), How: adminapi.HoldsNotKnown}
	reading, cutOff := partner.Schedule{}.Patience()
	p.Text = fmt.Sprintf("it cannot be asked from here what it has. A matchseal server reads the metadata every %d minutes at the latest, or stops trusting after %d days without; of other products that is not known, so do not wait. One that was given the certificate by hand accepts it until somebody acts",
		int(reading.Minutes()), int(cutOff.Hours()/24))
	if a.MetadataURL == "" {
		p.Text = "it cannot be asked from here what it has. Its own certificate was given to this server by hand, so that it may have been given this server's by hand too: then it accepts the leaked key until an administrator there acts"
	}
	const there = "<name of this server's record there>"
	p.Commands = append(e.reread(p.Issuer, there, e.url), e.byHand(p.Issuer, there)...)
	p.Commands = append(p.Commands, e.deny(p.Issuer, leaked)...)
	return p
}

// tokenServer is a server at which the certificate may be registered.
func (e exposure) tokenServer(a partner.AuthServer, own s2s.Principal) adminapi.WithdrawalPartner {
	const what = "at the token server, if the certificate is registered there"
	id := " -AppPrincipalId " + string(own.App)
	return adminapi.WithdrawalPartner{
		Name: a.Name, Issuer: s2s.Principal{App: a.App, Realm: a.Realm}.String(), How: adminapi.HoldsCredential,
		Text: "whoever has the leaked key gets tokens there as long as it is registered, and those stay good until their own end. It reads no metadata",
		Commands: []adminapi.RollCommand{
			{For: what, Type: "Get-MsolServicePrincipalCredential" + id + " -ReturnKeyValues $true"},
			{For: what, Type: "Remove-MsolServicePrincipalCredential" + id + " -KeyIds <KeyId of the leaked one>"},
			{For: what, Type: "New-MsolServicePrincipalCredential" + id + " -Type Asymmetric -Usage Verify -Value <the new certificate in Base64>"},
		},
	}
}

// The commands of the partner's product. A reader is <application id>@<realm>.

func (e exposure) reread(reader, record, url string) []adminapi.RollCommand {
	switch app(reader) {
	case s2s.ExchangeApp:
		return []adminapi.RollCommand{{For: "there, in the Exchange Management Shell: read the metadata now", Type: "Set-PartnerApplication " + record + " -RefreshAuthMetadata"}}
	case s2s.SkypeApp:
		return []adminapi.RollCommand{{For: "there, in the Skype for Business Server Management Shell: read the metadata now", Type: "Set-CsPartnerApplication -Identity " + record + " -MetadataUrl " + url}}
	}
	return nil
}

func (e exposure) byHand(reader, record string) []adminapi.RollCommand {
	switch app(reader) {
	case s2s.ExchangeApp:
		return []adminapi.RollCommand{{For: "there, if it was given the certificate by hand: have it read the metadata from now on", Type: "Set-PartnerApplication " + record + " -AuthMetadataUrl " + e.url}}
	case s2s.SkypeApp:
		return []adminapi.RollCommand{{For: "there, if it was given the certificate by hand: give it the new one (--save writes it to a file)", Type: "Set-CsPartnerApplication -Identity " + record + " -CertificateFileData <file>"}}
	}
	return []adminapi.RollCommand{{For: "there", Type: "give its administrator the new certificate (--save writes it to a file); the leaked one has to be deleted"}}
}

// deny shuts the key out at the partner at once, when that is a matchseal
// server.
func (e exposure) deny(reader string, leaked []s2s.Thumbprint) (all []adminapi.RollCommand) {
	role := map[s2s.AppID]string{s2s.ExchangeApp: "exchange", s2s.SkypeApp: "skype"}[app(reader)]
	if role == "" {
		return nil
	}
	for _, t := range leaked {
		all = append(all, adminapi.RollCommand{For: "there, if it is a matchseal server: refuse the leaked key at once, whatever the metadata says",
			Type: fmt.Sprintf("matchseal cert deny %s --role %s --reason \"leaked\"", t, role)})
	}
	return all
}

func app(reader string) s2s.AppID {
	id, _, _ := strings.Cut(reader, "@")
	parsed, err := s2s.ParseAppID(id)
	if err != nil {
		return ""
	}
	return parsed
}

// product names a reader by what it is.
func product(reader string) string {
	if name := app(reader).Name(); name != "" {
		return name
	}
	return reader
}

func quoted(name string) string {
	if strings.ContainsAny(name, " '\"$`;|&(){}") {
		return "'" + strings.ReplaceAll(name, "'", "''") + "'"
	}
	return name
}

// accepts says whether a holder has one of the certificates and has not denied
// it.
func accepts(h adminapi.KeyHolder, leaked []s2s.Thumbprint) bool {
	return slices.ContainsFunc(h.Certificates, func(der []byte) bool {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return false
		}
		t := s2s.ThumbprintOf(c)
		return slices.Contains(leaked, t) && !slices.Contains(h.Denied, t.String())
	})
}
