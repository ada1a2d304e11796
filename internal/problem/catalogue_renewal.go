package problem

// Ends of certificates, as the event log announces them, and their renewal.
const (
	RenewalSigningEnds    Code = "renewal.signing-ends"
	RenewalSigningEnded   Code = "renewal.signing-ended"
	RenewalTLSEnds        Code = "renewal.tls-ends"
	RenewalTLSEnded       Code = "renewal.tls-ended"
	RenewalPartnerEnds    Code = "renewal.partner-ends"
	RenewalPartnerEnded   Code = "renewal.partner-ended"
	RenewalAuthorityEnds  Code = "renewal.authority-ends"
	RenewalAuthorityEnded Code = "renewal.authority-ended"

	RenewalStaged Code = "renewal.staged"
	RenewalMoved  Code = "renewal.moved"
	RenewalFailed Code = "renewal.failed"
)

// What an administrator does about the end of a certificate.
const (
	stageOnEither = `Make a successor and stage it two days ahead, so that every partner has read it before it signs. On Exchange: New-ExchangeCertificate -KeySize 2048 -PrivateKeyExportable $true -SubjectName "cn=Microsoft Exchange Server Auth Certificate" -FriendlyName "Microsoft Exchange Server Auth Certificate"; then Set-AuthConfig -NewCertificateThumbprint <thumbprint> -NewCertificateEffectiveDate (Get-Date).AddHours(49). On Skype for Business: Request-CsCertificate -New -Type OAuthTokenIssuer; then Set-CsCertificate -Identity global -Type OAuthTokenIssuer -Thumbprint <thumbprint> -EffectiveDate (Get-Date).AddHours(49) -Roll. Or set ` + "`renewal: do`" + ` for the role in the boot file and restart the node.`
	renewTLS      = "Have the authority issue a new certificate for the same names, put it and its key where tls_cert and tls_key point in the boot file (of the role, or under management), and restart the node. No command of the shell changes it."
	askPartner    = "Ask the partner's administrator to publish its next signing certificate. It is read within an hour; on Exchange at once with Set-PartnerApplication <name> -RefreshAuthMetadata or Set-AuthServer <name> -RefreshAuthMetadata. A certificate given by hand is replaced by hand: Set-CsPartnerApplication -Identity <name> -CertificateFileData <file>."
	addAuthority  = "Get the authority's new certificate, name its file in ca_files, under trust in the boot file, beside the old one, and restart the node."
)

func renewalRows() []Entry {
	rows := renewalEndRows()
	return append(rows, renewalStepRows()...)
}

// renewalEndRows come in pairs: before the end, and at it.
func renewalEndRows() []Entry {
	return []Entry{{
		Code:     RenewalSigningEnds,
		Title:    "the signing certificate ends soon and no other takes over in time",
		Cause:    "The certificate that signs this role's tokens, or the one staged to sign them, nears its last day. No successor is staged that takes over before; after it nothing is signed and the metadata document is not served.",
		Remedy:   stageOnEither,
		Severity: Warning,
		Event:    4300,
	}, {
		Code:   RenewalSigningEnded,
		Title:  "the signing certificate has ended and no other has taken over",
		Cause:  "The current certificate is past its last day. This role signs nothing and publishes no metadata document.",
		Remedy: renewOnEither,
		Event:  4301,
	}, {
		Code:     RenewalTLSEnds,
		Title:    "a TLS certificate of this node ends soon",
		Cause:    "It is what a listener of the role or of the management interface shows, not what signs tokens. After its last day every peer refuses the connection.",
		Remedy:   renewTLS,
		Severity: Warning,
		Event:    4302,
	}, {
		Code:   RenewalTLSEnded,
		Title:  "a TLS certificate of this node has ended",
		Cause:  "Peers refuse connections to the listener that shows it. Signing certificates have nothing to do with it.",
		Remedy: renewTLS,
		Event:  4303,
	}, {
		Code:     RenewalPartnerEnds,
		Title:    "the signing certificate of a partner ends soon and no later one is known",
		Cause:    "The partner application or auth server publishes no key here that lives longer, or its certificate was given by hand and is never refreshed. After its last day tokens of the partner are refused.",
		Remedy:   askPartner,
		Severity: Warning,
		Event:    4304,
	}, {
		Code:   RenewalPartnerEnded,
		Title:  "the signing certificate of a partner has ended and no later one is known",
		Cause:  "Every token that the partner signs with it is refused.",
		Remedy: askPartner,
		Event:  4305,
	}, {
		Code:     RenewalAuthorityEnds,
		Title:    "an authority of the boot file ends soon",
		Cause:    "The files of ca_files hold no later certificate of this authority. After its last day the TLS certificates it vouches for are refused: partners cannot be called, nor their metadata read.",
		Remedy:   addAuthority,
		Severity: Warning,
		Event:    4306,
	}, {
		Code:   RenewalAuthorityEnded,
		Title:  "an authority of the boot file has ended",
		Cause:  "TLS certificates for which it vouches are refused. If nothing needs the authority any more, its file can go from ca_files.",
		Remedy: addAuthority,
		Event:  4307,
	}}
}

func renewalStepRows() []Entry {
	return []Entry{{
		Code:     RenewalStaged,
		Title:    "the signing certificate got a successor by itself",
		Cause:    "The certificate neared its end and `renewal: do` is set for the role: a new one of the same subject, key size and services was made and staged.",
		Remedy:   "Give the new certificate to the partners that the event names: no metadata document tells them of it. For all others nothing is to do.",
		Severity: Info,
		Event:    4310,
	}, {
		Code:     RenewalMoved,
		Title:    "the staged signing certificate takes over earlier than it was staged for",
		Cause:    "The current certificate would have ended before the date of the staged one, and `renewal: do` is set for the role.",
		Remedy:   "Give the staged certificate to partners without a metadata document before the new date.",
		Severity: Info,
		Event:    4311,
	}, {
		Code:   RenewalFailed,
		Title:  "the signing certificate could not be renewed by itself",
		Cause:  "The renewal is due, and was tried; the message says what was in its way. It is tried again every minute.",
		Remedy: stageOnEither,
		Retry:  Later,
	}}
}
