package renewal

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/profile"
)

// remedy is what an administrator of the role types next.
func (k *Keeper) remedy(c Certificate, ended bool) string {
	switch c.Use {
	case Current, Next:
		return k.renewByHand(c, ended)
	case Listener, Management:
		return k.replaceTLS(c)
	case Intermediate:
		return k.replaceIntermediate(c)
	case Authority:
		return "get the authority's new certificate, name its file in ca_files, under trust in the boot file, beside the old one, and restart the node"
	}
	return k.askPartner(c)
}

// noticeByHand is a little more than the notice that cmdlets ask for.
const noticeByHand = 49 * time.Hour

// renewByHand makes a successor and stages it; when the old one has ended there
// is nothing left to wait for.
func (k *Keeper) renewByHand(c Certificate, ended bool) string {
	staged := fmt.Sprintf("(Get-Date).AddHours(%d)", noticeByHand/time.Hour)
	if c.Late != nil && !c.LateBegins.Before(c.NotAfter) {
		c.Late = nil // another one has to fill the gap
	}
	switch {
	case c.Late != nil && k.cfg.Role == profile.Exchange:
		return fmt.Sprintf("stage it with an earlier date: Set-AuthConfig -NewCertificateThumbprint %s -NewCertificateEffectiveDate %s", c.Late.Thumbprint, c.lateDate(ended, staged))
	case c.Late != nil && k.cfg.Role == profile.Skype:
		return fmt.Sprintf("stage it with an earlier date: Set-CsCertificate -Identity global -Type OAuthTokenIssuer -Thumbprint %s -EffectiveDate %s -Roll", c.Late.Thumbprint, c.lateDate(ended, staged))
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

// lateDate is an earlier date for what is staged too late: as date, or when it
// is valid.
func (c Certificate) lateDate(ended bool, otherwise string) string {
	if !c.LateBegins.IsZero() {
		return "([datetime]'" + c.LateBegins.UTC().Format("2006-01-02T15:04:05Z") + "')"
	}
	return date(ended, otherwise)
}

// assign gives a role without a current certificate one.
func (k *Keeper) assign() string {
	switch k.cfg.Role {
	case profile.Exchange:
		return "assign it again, or another one: Get-ExchangeCertificate shows the thumbprints; then Set-AuthConfig -CertificateThumbprint <thumbprint>"
	case profile.Skype:
		return "assign it again, or another one: Get-CsCertificate shows the thumbprints; then Set-CsCertificate -Identity global -Type OAuthTokenIssuer -Thumbprint <thumbprint>"
	}
	return "assign one again, by the management call that took it away"
}

func (k *Keeper) replaceTLS(c Certificate) string {
	return fmt.Sprintf("have the authority issue a new one for the same names, put it and its key where %s point in the boot file. The node shows it within half a minute and needs no restart. No command of the shell changes it", c.keys("tls_cert and tls_key", "those"))
}

// replaceIntermediate mends the file of a chain. The server's own certificate
// stays: it is valid as long as somebody vouches for the authority.
func (k *Keeper) replaceIntermediate(c Certificate) string {
	what := "intermediate certificate of this name"
	if c.Root {
		what = "root certificate"
	}
	return fmt.Sprintf("get the authority's current %s and put it in the place of the old one, in the file to which %s points in the boot file (`matchseal cert chain <file>` shows it). The node sends it within half a minute and needs no restart. When the authority has none of this name any more, have it issue a new certificate for the same names, with its chain", what, c.keys("tls_cert", "that"))
}

// keys says which keys of the boot file name the files of a TLS certificate.
func (c Certificate) keys(files, others string) string {
	role, management := slices.Contains(c.By, Listener), slices.Contains(c.By, Management)
	switch {
	case role && management:
		return files + " of the role, and " + others + " under management,"
	case management:
		return files + " under management"
	}
	return files + " of the role"
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
