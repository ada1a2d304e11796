package problem

import "net/http"

// Failures of partner applications and auth servers. Their metadata documents
// have the codes of the metadata area, the wire those of the transport.
const (
	PartnerNotFound       Code = "partner.not-found"
	PartnerExists         Code = "partner.exists"
	PartnerInvalid        Code = "partner.invalid"
	PartnerSource         Code = "partner.source"
	PartnerKey            Code = "partner.key"
	PartnerDenyOwn        Code = "partner.deny-own"
	PartnerSelf           Code = "partner.self"
	PartnerConflict       Code = "partner.conflict"
	PartnerDisabled       Code = "partner.disabled"
	PartnerAuthServerOnly Code = "partner.auth-server-only"
	PartnerNoDocument     Code = "partner.no-document"
)

func partnerRows() []Entry {
	return []Entry{{
		Code:       PartnerNotFound,
		Title:      "there is no such partner application or auth server",
		Cause:      "Nothing of that name or application id is registered on this role; names are compared without regard to case.",
		Remedy:     "List what there is: Get-PartnerApplication and Get-AuthServer on Exchange, Get-CsPartnerApplication and Get-CsOAuthServer on Skype for Business; for the deny list `matchseal cert denied --role <exchange or skype>`.",
		HTTPStatus: http.StatusNotFound,
	}, {
		Code:       PartnerExists,
		Title:      "the partner application exists already",
		Cause:      "One partner application stands for one product, however many pools and servers it has; the name or the identity is taken.",
		Remedy:     "Keep it, change it with Set-CsPartnerApplication or Set-PartnerApplication, or remove it first: Remove-CsPartnerApplication <name>.",
		HTTPStatus: http.StatusConflict,
	}, {
		Code:       PartnerInvalid,
		Title:      "a value of the partner application is not acceptable",
		Cause:      "A name, trust level or list has a form that no partner application can have.",
		Remedy:     "Give a value of the form the message names.",
		HTTPStatus: http.StatusBadRequest,
	}, {
		Code:       PartnerSource,
		Title:      "a partner application needs exactly one source of trust",
		Cause:      "Trust comes from a metadata document, from certificates given by hand, or from an auth server, and each needs other values beside it.",
		Remedy:     `Give -MetadataUrl alone; or -CertificateFileData with -ApplicationIdentifier and -Realm; or -ApplicationIdentifier with -UseOAuthServer.`,
		HTTPStatus: http.StatusBadRequest,
	}, {
		Code:       PartnerDenyOwn,
		Title:      "a server's own signing certificate does not go on its deny list",
		Cause:      "The deny list says whose tokens this server refuses, and it takes none of its own. A leaked key of its own has to be withdrawn here, and refused by the partners.",
		Remedy:     "Withdraw it: `matchseal roll withdraw --role <exchange or skype>`. It says what is to be done at each partner.",
		HTTPStatus: http.StatusConflict,
	}, {
		Code:       PartnerKey,
		Title:      "the certificate cannot verify tokens",
		Cause:      "Tokens are signed with RSA keys of 2048 bits or more, under a certificate that has not expired.",
		Remedy:     "Ask the partner's administrator for its current signing certificate (not the one of its web site).",
		HTTPStatus: http.StatusBadRequest,
	}, {
		Code:       PartnerSelf,
		Title:      "a server cannot be its own partner",
		Cause:      "The metadata document or the identity given is that of this role: the two URLs of a pairing were probably confused.",
		Remedy:     "Give each side the other side's URL: on Exchange https://<pool>/metadata/json/1, on Skype for Business https://autodiscover.<domain>/autodiscover/metadata/json/1.",
		HTTPStatus: http.StatusBadRequest,
	}, {
		Code:       PartnerConflict,
		Title:      "the partner application was changed by somebody else at the same time",
		Cause:      "Two changes met.",
		Remedy:     "Look at the record and type the command again.",
		Retry:      Later,
		HTTPStatus: http.StatusConflict,
	}, {
		Code:       PartnerDisabled,
		Title:      "the partner application is disabled",
		Cause:      "An administrator switched it off; it may not call, and is not called.",
		Remedy:     "Switch it on: Set-CsPartnerApplication -Identity <name> -Enabled $true, or Set-PartnerApplication <name> -Enabled $true.",
		HTTPStatus: http.StatusForbidden,
	}, {
		Code:       PartnerAuthServerOnly,
		Title:      "the partner application takes tokens of an auth server only",
		Cause:      "Calling it needs a token that an auth server issues.",
		Remedy:     "If the partner is on your own premises, trust it directly: Set-CsPartnerApplication -Identity <name> -MetadataUrl <url>.",
		HTTPStatus: http.StatusBadRequest,
	}, {
		Code:       PartnerNoDocument,
		Title:      "the partner application has no metadata URL",
		Cause:      "Its certificates were given by hand, or it uses an auth server; there is no document to read again.",
		Remedy:     "Give the new certificate by hand, or a URL: Set-CsPartnerApplication -Identity <name> -MetadataUrl <url>.",
		HTTPStatus: http.StatusBadRequest,
	}}
}
