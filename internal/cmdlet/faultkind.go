package cmdlet

import (
	"cmp"
	"strings"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/shell"
)

// kind is what sort of failure a code of the catalogue is, as CategoryInfo
// tells it and as catch [type] asks for it.
type kind int

const (
	unsorted kind = iota
	notThere
	thereAlready
	badValue
	forbidden
	wrongState
	noConnection
	noTrust
)

// kindOf sorts the codes. Those of the Storage Service carry their number in
// the message and stay unsorted but for the few that are plain.
func kindOf(code problem.Code) kind {
	switch code {
	case problem.ManageNotFound, problem.PartnerNotFound, problem.KeyringNotFound, problem.DirectoryUnknown, problem.DirectoryNoGroup,
		problem.RBACUnknownAssignment, problem.RBACUnknownRole, problem.TopologyUnknown, problem.TopologyRegistrar, problem.TopologySite,
		problem.TenantNoPrincipal, problem.TenantNoCredential, problem.MailboxNone, problem.ShellNoPath, problem.ShellNoDrive, problem.StorageUnknownUser:
		return notThere
	case problem.PartnerExists, problem.DirectoryTaken, problem.RBACTaken, problem.RoleAssigned, problem.TopologyExists, problem.KeyringReused:
		return thereAlready
	case problem.ManageParameter, problem.PartnerInvalid, problem.PartnerSource, problem.KeyringRequest, problem.KeyringWeak, problem.KeyringTooShort,
		problem.DirectoryAddress, problem.DirectoryName, problem.DirectoryAmbiguous, problem.RBACInvalid, problem.RBACUnknownType,
		problem.TopologyName, problem.TopologyPort, problem.TenantName, problem.TenantCredential, problem.TenantDates,
		problem.CertsUnreadable, problem.CertsWrongBox, problem.CertsInvalid, problem.CertsPassword, problem.StorageSipURI:
		return badValue
	case problem.ManageDenied, problem.ManageUserAdmins, problem.StorageDenied, problem.StorageNotWriter, problem.ShellReadOnly, problem.KeyringNotExportable:
		return forbidden
	case problem.ManageSession, problem.ManageLogOn, problem.ManageTooMany, problem.ManageUnreachable:
		return noConnection
	case problem.KeyringInUse, problem.KeyringNothingStaged, problem.KeyringTooEarly, problem.KeyringPublishAndClear, problem.KeyringCurrent,
		problem.KeyringPending, problem.KeyringListener, problem.KeyringBusy, problem.KeyringNoPrivateKey, problem.PartnerNoDocument,
		problem.PartnerSelf, problem.PartnerConflict, problem.PartnerAuthServerOnly, problem.DirectoryConflict, problem.DirectoryBuiltIn,
		problem.TopologyInUse, problem.SettingsConflict, problem.StorageUserDisabled, problem.StorageNotSipEnabled, problem.TenantNoIssuing:
		return wrongState
	}
	switch code.Area() {
	case "net", "metadata":
		return noConnection
	case "tls":
		return noTrust
	}
	return unsorted
}

// product is who made a command.
type product int

const (
	elsewhere product = iota
	exchangeProduct
	skypeProduct
	cloudProduct
)

func productOf(c *shell.Command) product {
	switch {
	case c.Module == exchangeModule:
		return exchangeProduct
	case c.Module == skypeModule:
		return skypeProduct
	case strings.HasPrefix(c.Class, "Microsoft.Online."):
		return cloudProduct
	}
	return elsewhere
}

// names are the category and the exception of a kind of failure in a product.
func (k kind) names(p product, message string) (category, exception string) {
	own := map[product]string{exchangeProduct: "LocalizedException", skypeProduct: "ManagementException", cloudProduct: "MicrosoftOnlineException"}[p]
	switch k {
	case notThere:
		return "ObjectNotFound", cmp.Or(map[product]string{exchangeProduct: "ManagementObjectNotFoundException"}[p], own, "ItemNotFoundException")
	case thereAlready:
		return "ResourceExists", cmp.Or(map[product]string{exchangeProduct: "ADObjectAlreadyExistsException"}[p], own, "InvalidOperationException")
	case badValue:
		return "InvalidArgument", "ArgumentException"
	case forbidden:
		return "PermissionDenied", "UnauthorizedAccessException"
	case wrongState:
		return "InvalidOperation", "InvalidOperationException"
	case noConnection, noTrust:
		if strings.HasPrefix(message, "Cannot acquire auth metadata document") {
			return "ResourceUnavailable", "AuthMetadataClientException"
		}
		if k == noTrust {
			return "SecurityError", "AuthenticationException"
		}
		return "ConnectionError", "WebException"
	}
	return "NotSpecified", "Exception"
}

// remedyFor is the next thing to type. The catalogue speaks to both products'
// administrators; here one of them is listening, and the command at hand tells
// of what kind of object they speak.
func remedyFor(c *shell.Command, code problem.Code, remedy string) string {
	verb, noun, _ := strings.Cut(c.Name, "-")
	if p := productOf(c); p == exchangeProduct || p == skypeProduct {
		if near := nearRemedy(p, verb, noun, code); near != "" {
			remedy = near
		}
	}
	// A backtick, which sets commands off on a page, is a character of this language.
	return strings.ReplaceAll(remedy, "`", "")
}

// nearRemedy is the remedy that names the commands of one product, "" for the
// catalogue's own.
func nearRemedy(p product, verb, noun string, code problem.Code) string {
	acts := (verb == "Get" || verb == "Set" || verb == "Remove") && noun != "MailUser" // which has no Get here
	byProduct := func(exchange, skype string) string {
		if p == exchangeProduct {
			return exchange
		}
		return skype
	}
	switch {
	case acts && (code == problem.PartnerNotFound || code == problem.ManageNotFound):
		return "List what there is and use a name from it: Get-" + noun
	case verb == "New" && code == problem.PartnerExists:
		return "Keep it, change it with Set-" + noun + ", or remove it first: Remove-" + noun + " <name>"
	case code == problem.PartnerNoDocument:
		return byProduct("Give it a URL: Set-"+noun+" <name> -AuthMetadataUrl <url>", "Give it a URL: Set-"+noun+" <name> -MetadataUrl <url>")
	case code == problem.DirectoryUnknown:
		return byProduct("Check the spelling, then look the account up: Get-User, or Get-Mailbox for those with a mailbox.",
			"Check the spelling, then look the account up: Get-ADUser -Filter *, or Get-CsUser for those enabled already.")
	case code == problem.KeyringNotFound:
		return byProduct("List what is there: Get-ExchangeCertificate. Import a missing one with Import-ExchangeCertificate.",
			"List what is there: Get-CsCertificate. Import a missing one with Import-CsCertificate.")
	case code == problem.KeyringNothingStaged:
		return byProduct("Stage one first: Set-AuthConfig -NewCertificateThumbprint <thumbprint> -NewCertificateEffectiveDate (Get-Date).AddHours(49)",
			"Stage one first: Set-CsCertificate -Type OAuthTokenIssuer -Thumbprint <thumbprint> -EffectiveDate (Get-Date).AddHours(49) -Roll")
	}
	return ""
}
