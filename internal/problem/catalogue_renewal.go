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

	RenewalIntermediateEnds  Code = "renewal.intermediate-ends"
	RenewalIntermediateEnded Code = "renewal.intermediate-ended"

	RenewalStaged     Code = "renewal.staged"
	RenewalMoved      Code = "renewal.moved"
	RenewalFailed     Code = "renewal.failed"
	RenewalUnassigned Code = "renewal.unassigned"
	RenewalBridged    Code = "renewal.bridged"
	RenewalAgain      Code = "renewal.staged-again"
	RenewalNotAgain   Code = "renewal.not-staged-again"

	RenewalHandedOver     Code = "renewal.handed-over"
	RenewalHandOverFailed Code = "renewal.hand-over-failed"
	RenewalHandOverMended Code = "renewal.hand-over-mended"
)

// What an administrator does about the end of a certificate.
const (
	stageOnEither = `Make a successor and stage it two days ahead, so that every partner has read it before it signs. On Exchange: New-ExchangeCertificate -KeySize 2048 -PrivateKeyExportable $true -SubjectName "cn=Microsoft Exchange Server Auth Certificate" -FriendlyName "Microsoft Exchange Server Auth Certificate"; then Set-AuthConfig -NewCertificateThumbprint <thumbprint> -NewCertificateEffectiveDate (Get-Date).AddHours(49). On Skype for Business: Request-CsCertificate -New -Type OAuthTokenIssuer; then Set-CsCertificate -Identity global -Type OAuthTokenIssuer -Thumbprint <thumbprint> -EffectiveDate (Get-Date).AddHours(49) -Roll. Or set ` + "`renewal: do`" + ` for the role in the boot file and restart the node.`
	renewTLS      = "Have the authority issue a new certificate for the same names, put it and its key where tls_cert and tls_key point in the boot file (of the role, or under management). The node shows it within half a minute and needs no restart. No command of the shell changes it."
	askPartner    = "Ask the partner's administrator to publish its next signing certificate. It is read within an hour; on Exchange at once with Set-PartnerApplication <name> -RefreshAuthMetadata or Set-AuthServer <name> -RefreshAuthMetadata. A certificate given by hand is replaced by hand: Set-CsPartnerApplication -Identity <name> -CertificateFileData <file>."
	renewChain    = "Get the authority's current intermediate certificate and put it in the place of the old one, in the file to which tls_cert points in the boot file (of the role, or under management), behind the server's own certificate; `matchseal cert chain <file>` shows the chain. The node sends it within half a minute and needs no restart. When the authority has no later one of this name, have it issue a new certificate for the same names, with its chain. No command of the shell changes it."
	addAuthority  = "Get the authority's new certificate, name its file in ca_files, under trust in the boot file, beside the old one, and restart the node."
)

func renewalRows() []Entry {
	rows := renewalEndRows()
	rows = append(rows, renewalStepRows()...)
	return append(rows, handOverRows()...)
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
	}, {
		Code:     RenewalIntermediateEnds,
		Title:    "an intermediate certificate of this node's TLS certificate ends soon",
		Cause:    "A listener of the role or of the management interface sends it along, so that peers can follow its TLS certificate to a root they know. It ends before the TLS certificate itself; from then on every peer refuses the connection.",
		Remedy:   renewChain,
		Severity: Warning,
		Event:    4308,
	}, {
		Code:   RenewalIntermediateEnded,
		Title:  "an intermediate certificate of this node's TLS certificate has ended",
		Cause:  "Peers refuse connections to the listener that sends it, although its own TLS certificate has not ended.",
		Remedy: renewChain,
		Event:  4309,
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
		Cause:  "The renewal is due, and was tried, or the key of the signing certificate cannot be read; the message says what was in its way. It is tried again every minute. The event log tells of it once.",
		Remedy: stageOnEither,
		Retry:  Later,
		Event:  4312,
	}, {
		Code:   RenewalUnassigned,
		Title:  "the role has no signing certificate, and renewal gives it none",
		Cause:  "Somebody took the current certificate away. Automatic renewal follows a certificate that ends; it does not undo what an administrator did.",
		Remedy: "Assign a certificate. On Exchange: Set-AuthConfig -CertificateThumbprint <thumbprint>. On Skype for Business: Set-CsCertificate -Identity global -Type OAuthTokenIssuer -Thumbprint <thumbprint>.",
		Event:  4313,
	}, {
		Code:     RenewalBridged,
		Title:    "a successor was made although one was staged",
		Cause:    "The staged certificate is valid only after the current one has ended, or its key cannot be read, and `renewal: do` is set for the role. A new one fills the gap; the staged one stays published and is staged again when the new one is current, unless its key is what is wrong.",
		Remedy:   "Give the new certificate to the partners that the event names: no metadata document tells them of it. For all others nothing is to do.",
		Severity: Info,
		Event:    4314,
	}, {
		Code:     RenewalAgain,
		Title:    "a signing certificate that made way is staged again",
		Cause:    "The certificate that filled the gap before it is current now.",
		Remedy:   "Nothing is to do.",
		Severity: Info,
		Event:    4315,
	}, {
		Code:     RenewalNotAgain,
		Title:    "a signing certificate that made way could not be staged again",
		Cause:    "It was removed, withdrawn, used in the meantime, or its key cannot be read. The certificate that filled the gap before it goes on signing, and is renewed in its time.",
		Remedy:   "If the certificate was wanted for its subject or its authority, make another one and stage it. On Exchange: Set-AuthConfig -NewCertificateThumbprint <thumbprint> -NewCertificateEffectiveDate <date>. On Skype for Business: Set-CsCertificate -Identity global -Type OAuthTokenIssuer -Thumbprint <thumbprint> -EffectiveDate <date> -Roll.",
		Severity: Warning,
		Event:    4316,
	}}
}

// handOverRows are of the folder for those who take certificates by hand.
func handOverRows() []Entry {
	return []Entry{{
		Code:     RenewalHandedOver,
		Title:    "the folder of hand_over holds other certificates",
		Cause:    "The signing certificates that the role publishes have changed: one was staged, took over, was replaced, withdrawn, or is published no longer.",
		Remedy:   "Carry the files to the partners that the event names, or let their scripts take them from the folder. Nothing else is to do.",
		Severity: Info,
		Event:    4330,
	}, {
		Code:   RenewalHandOverFailed,
		Title:  "the folder of hand_over cannot be written",
		Cause:  "It is not there, the account of matchseal may not write into it, it is full, or the file share does not answer; the message says which. Partners that take certificates from it do not learn of a new one. It is tried again every minute.",
		Remedy: "Make the folder, or mount it again, and let the account that runs matchseal write into it: chown <account> <folder>; chmod 755 <folder>. The node needs no restart. Until then `matchseal metadata fetch <url>` shows what is published; on Exchange, Export-ExchangeCertificate <thumbprint> gives the file.",
		Retry:  Later,
		Event:  4331,
	}, {
		Code:     RenewalHandOverMended,
		Title:    "the folder of hand_over can be written again",
		Cause:    "What was in the way is gone, and the folder holds what is published.",
		Remedy:   "Nothing is to do.",
		Severity: Info,
		Event:    4332,
	}}
}
