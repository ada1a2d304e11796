package renewal

import (
	"fmt"
	"strings"

	"github.com/matchseal/matchseal/internal/profile"
)

// remedy is what an administrator of the role types next.
func (k *Keeper) remedy(c Certificate, ended bool) string {
	switch c.Use {
	case Current, Next:
		return k.renewByHand(c, ended)
	case Listener, Management:
		return k.replaceTLS(c)
	case Authority:
		return "get the authority's new certificate, name its file in ca_files, under trust in the boot file, beside the old one, and restart the node"
	}
	return k.askPartner(c)
}

// renewByHand makes a successor and stages it; when the old one has ended there
// is nothing left to wait for.
func (k *Keeper) renewByHand(c Certificate, ended bool) string {
	const staged = "(Get-Date).AddHours(49)" // a little more than the notice that is asked for
	switch {
	case c.Late != nil && k.cfg.Role == profile.Exchange:
		return fmt.Sprintf("stage it with an earlier date: Set-AuthConfig -NewCertificateThumbprint %s -NewCertificateEffectiveDate %s", c.Late.Thumbprint, date(ended, staged))
	case c.Late != nil && k.cfg.Role == profile.Skype:
		return fmt.Sprintf("stage it with an earlier date: Set-CsCertificate -Identity global -Type OAuthTokenIssuer -Thumbprint %s -EffectiveDate %s -Roll", c.Late.Thumbprint, date(ended, staged))
	case k.cfg.Role == profile.Exchange:
		return fmt.Sprintf(`New-ExchangeCertificate -KeySize 2048 -PrivateKeyExportable $true -SubjectName "cn=Microsoft Exchange Server Auth Certificate" -FriendlyName "Microsoft Exchange Server Auth Certificate"; then Set-AuthConfig -NewCertificateThumbprint <thumbprint> -NewCertificateEffectiveDate %s%s`,
			date(ended, staged), orByItself)
	case k.cfg.Role == profile.Skype && ended:
		return "Request-CsCertificate -New -Type OAuthTokenIssuer; then Set-CsCertificate -Identity global -Type OAuthTokenIssuer -Thumbprint <thumbprint>" + orByItself
	case k.cfg.Role == profile.Skype:
		return "Request-CsCertificate -New -Type OAuthTokenIssuer; then Set-CsCertificate -Identity global -Type OAuthTokenIssuer -Thumbprint <thumbprint> -EffectiveDate " + staged + " -Roll" + orByItself
	}
	return "set `renewal: do` for the role in the boot file and restart the node: it makes and stages the successor itself"
}

const orByItself = ". Or set `renewal: do` for the role in the boot file and restart the node"

// date is when a staged certificate takes over: at once when there is nothing
// left that signs.
func date(ended bool, otherwise string) string {
	if ended {
		return "(Get-Date)"
	}
	return otherwise
}

func (k *Keeper) replaceTLS(c Certificate) string {
	where := "tls_cert and tls_key of the role"
	if c.Use == Management {
		where = "tls_cert and tls_key under management"
	} else if len(c.Names) > 1 {
		where += ", and those under management,"
	}
	return fmt.Sprintf("have the authority issue a new one for the same names, put it and its key where %s point in the boot file, and restart the node. No command of the shell changes it", where)
}

func (k *Keeper) askPartner(c Certificate) string {
	name := strings.Join(c.Names, ", ")
	refresh := map[profile.Role]map[Use]string{profile.Exchange: {
		Partner:    "Set-PartnerApplication " + quote(name) + " -RefreshAuthMetadata",
		AuthServer: "Set-AuthServer " + quote(name) + " -RefreshAuthMetadata",
	}}[k.cfg.Role][c.Use]
	switch {
	case c.Pinned && k.cfg.Role == profile.Skype:
		return fmt.Sprintf("ask the administrator of %s for its next signing certificate and store it when it begins to sign: Set-CsPartnerApplication -Identity %s -CertificateFileData <file>", name, quote(name))
	case c.Pinned:
		return fmt.Sprintf("ask the administrator of %s for the URL of its metadata document, from which later certificates come by themselves: Set-PartnerApplication %s -AuthMetadataUrl <url>", name, quote(name))
	case refresh != "":
		return fmt.Sprintf("ask the administrator of %s to publish its next signing certificate. It is read within an hour, or at once with: %s", name, refresh)
	}
	return fmt.Sprintf("ask the administrator of %s to publish its next signing certificate; it is read within an hour", name)
}

// quote writes a name as an argument of the shell.
func quote(name string) string { return "'" + strings.ReplaceAll(name, "'", "''") + "'" }
