package profile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2shttp"
)

// Role names a server role.
type Role string

const (
	Exchange Role = "exchange"
	Skype    Role = "skype"
	STS      Role = "sts"
)

// Profile is the data of one role.
type Profile struct {
	Role    Role
	Product string // as a person calls it
	App     s2s.AppID
	// MetadataPath is where the metadata document is served (000-03, 000-04).
	MetadataPath string
	Metadata     authmeta.Product
	Challenge    s2shttp.Style
	// CertificateSubject is the common name of the signing certificate that a
	// new role makes for itself (000-09 for Exchange).
	CertificateSubject string
	// PartnerCommand is what an administrator types on this role to make
	// another server its partner.
	PartnerCommand string
}

// CertificateServices are the services noted on that certificate, as the
// product's set-up notes them: on Exchange it is the default for SMTP until
// somebody overwrites it (000-10).
func (p Profile) CertificateServices() []string {
	if p.Role == Exchange {
		return []string{"SMTP"}
	}
	return nil
}

// Of returns the profile of a role.
func Of(r Role) (Profile, error) {
	for _, p := range All() {
		if p.Role == r {
			return p, nil
		}
	}
	return Profile{}, fmt.Errorf("no server role %q; the roles are %s", r, strings.Join(Names(), ", "))
}

// All returns every role this version can play.
func All() []Profile {
	return []Profile{{
		Role:               Exchange,
		Product:            "Exchange",
		App:                s2s.ExchangeApp,
		MetadataPath:       "/autodiscover/metadata/json/1",
		Metadata:           authmeta.Exchange,
		Challenge:          s2shttp.Exchange,
		CertificateSubject: "Microsoft Exchange Server Auth Certificate",
		PartnerCommand:     "Configure-EnterprisePartnerApplication.ps1 -AuthMetadataUrl 'https://<pool>/metadata/json/1' -ApplicationType Lync",
	}, {
		Role:               Skype,
		Product:            "Skype for Business Server",
		App:                s2s.SkypeApp,
		MetadataPath:       "/metadata/json/1",
		Metadata:           authmeta.Skype,
		Challenge:          s2shttp.Skype,
		CertificateSubject: "", // the default SIP domain
		PartnerCommand:     `New-CsPartnerApplication -Identity Exchange -ApplicationTrustLevel Full -MetadataUrl "https://autodiscover.<domain>/autodiscover/metadata/json/1"`,
	}, {
		Role:               STS,
		Product:            "Token server of the cloud",
		App:                s2s.TokenServerApp,
		MetadataPath:       "/metadata/json/1",
		Metadata:           authmeta.TokenServer,
		Challenge:          s2shttp.Exchange,
		CertificateSubject: "Token Signing Certificate",
		PartnerCommand:     "New-CsOAuthServer microsoft.sts -MetadataUrl https://<host>/<tenant>/metadata/json/1",
	}}
}

// Names lists the role names.
func Names() []string {
	var names []string
	for _, p := range All() {
		names = append(names, string(p.Role))
	}
	slices.Sort(names)
	return names
}
