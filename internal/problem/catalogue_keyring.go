package problem

import "net/http"

// Failures of a role's own signing certificates.
const (
	KeyringMissing      Code = "keyring.missing"
	KeyringExpired      Code = "keyring.expired"
	KeyringNotYetValid  Code = "keyring.not-yet-valid"
	KeyringUnreadable   Code = "keyring.unreadable"
	KeyringNotFound     Code = "keyring.not-found"
	KeyringNoPrivateKey Code = "keyring.no-private-key"
	KeyringWeak         Code = "keyring.weak"
	KeyringTooShort     Code = "keyring.too-short"
	KeyringInUse        Code = "keyring.in-use"
	KeyringReused       Code = "keyring.reused"
	KeyringCurrent      Code = "keyring.already-current"

	KeyringCurrentLeaked Code = "keyring.current-leaked"

	KeyringNothingStaged   Code = "keyring.nothing-staged"
	KeyringTooEarly        Code = "keyring.too-early"
	KeyringPublishAndClear Code = "keyring.publish-and-clear"
	KeyringConfirm         Code = "keyring.confirm"
	KeyringBusy            Code = "keyring.busy"

	KeyringNotExportable Code = "keyring.not-exportable"
	KeyringRequest       Code = "keyring.request"
	KeyringPending       Code = "keyring.pending"
	KeyringListener      Code = "keyring.listener"
)

// What brings a signing certificate back, on either product (000-17, 000-22).
const (
	renewOnExchange = `On Exchange: New-ExchangeCertificate -KeySize 2048 -PrivateKeyExportable $true -SubjectName "cn=Microsoft Exchange Server Auth Certificate" -FriendlyName "Microsoft Exchange Server Auth Certificate"; then Set-AuthConfig -NewCertificateThumbprint <thumbprint> -NewCertificateEffectiveDate (Get-Date), and Set-AuthConfig -PublishCertificate.`
	renewOnSkype    = `On Skype for Business: Request-CsCertificate -New -Type OAuthTokenIssuer, then Set-CsCertificate -Identity global -Type OAuthTokenIssuer -Thumbprint <thumbprint>.`
	renewOnEither   = renewOnExchange + " " + renewOnSkype
)

func keyringRows() []Entry {
	var rows []Entry
	rows = append(rows, signingRows()...)
	rows = append(rows, certificateRows()...)
	return append(rows, rolloverRows()...)
}

func signingRows() []Entry {
	return []Entry{{
		Code:       KeyringMissing,
		Title:      "no signing certificate is assigned",
		Cause:      "This role has no current certificate to sign tokens with, so it publishes no metadata document and nobody can trust it.",
		Remedy:     renewOnEither,
		Retry:      Later,
		HTTPStatus: http.StatusServiceUnavailable,
		CmdletText: "Missing signing certificate.",
	}, {
		Code:       KeyringExpired,
		Title:      "the signing certificate has expired",
		Cause:      "The current certificate is past its last day and no next one was staged in time. Signing has stopped, since every partner would refuse what it signs.",
		Remedy:     renewOnEither,
		Retry:      Later,
		HTTPStatus: http.StatusServiceUnavailable,
		CmdletText: "Missing signing certificate.",
	}, {
		Code:       KeyringUnreadable,
		Title:      "the private key of the signing certificate cannot be read",
		Cause:      "The certificate is here, but its key was sealed with another sealing key, or the stored bytes were changed, for example by restoring a database without the sealing key that belongs to it.",
		Remedy:     "Put the sealing key that belongs to this database back and try again; or import the certificate with its key from a server that has it (Import-ExchangeCertificate, Import-CsCertificate). If the key is lost: " + renewOnEither,
		Retry:      Later,
		HTTPStatus: http.StatusServiceUnavailable,
		CmdletText: "Missing signing certificate.",
	}}
}

func certificateRows() []Entry {
	return []Entry{{
		Code:       KeyringNotFound,
		Title:      "this role has no certificate with this thumbprint",
		Cause:      "The thumbprint was mistyped, or the certificate lies on another server.",
		Remedy:     "List what is there: Get-ExchangeCertificate on Exchange, Get-CsCertificate on Skype for Business. Import a missing one with Import-ExchangeCertificate or Import-CsCertificate.",
		HTTPStatus: http.StatusNotFound,
		CmdletText: "A special Rpc error occurs on server <server>: The certificate with thumbprint <thumbprint> was not found.",
	}, {
		Code:       KeyringNoPrivateKey,
		Title:      "the certificate has no private key here",
		Cause:      "It was imported without its key; without the key nothing can be signed.",
		Remedy:     "Import it once more as a PFX file with its key: Import-ExchangeCertificate or Import-CsCertificate.",
		HTTPStatus: http.StatusConflict,
	}, {
		Code:       KeyringWeak,
		Title:      "the certificate's key is not fit for signing tokens",
		Cause:      "Tokens are signed with RSA keys of 2048 bits or more; peers refuse everything else.",
		Remedy:     "Make a new certificate with -KeySize 2048.",
		HTTPStatus: http.StatusBadRequest,
	}, {
		Code:       KeyringNotYetValid,
		Title:      "the certificate is not valid yet at that time",
		Cause:      "Its first day lies behind the moment from which it is to sign.",
		Remedy:     "Choose a later -NewCertificateEffectiveDate (Skype for Business: -EffectiveDate), or check the clock of the server that made the certificate.",
		HTTPStatus: http.StatusBadRequest,
	}, {
		Code:       KeyringTooShort,
		Title:      "the certificate ends too soon",
		Cause:      "A staged certificate must stay valid for 30 days after it takes over, and one assigned at once must be valid now.",
		Remedy:     "Make a new certificate and stage that one.",
		HTTPStatus: http.StatusBadRequest,
	}, {
		Code:       KeyringInUse,
		Title:      "the certificate is in use for signing",
		Cause:      "It is current, next or previous, or is still published for tokens it signed.",
		Remedy:     "Replace it first, and wait until it is no longer listed as previous (Get-AuthConfig, Get-CsCertificate -Type OAuthTokenIssuer).",
		HTTPStatus: http.StatusConflict,
	}, {
		Code:       KeyringReused,
		Title:      "the certificate was used for signing before and was replaced",
		Cause:      "A retired key is never used again: partners may have withdrawn it for good, or its key is in wrong hands.",
		Remedy:     "Make a new certificate and use that one.",
		HTTPStatus: http.StatusConflict,
	}, {
		Code:       KeyringCurrent,
		Title:      "the certificate is the current one already",
		Cause:      "A rollover goes from the current certificate to another one.",
		Remedy:     "If signing works, nothing is left to do (Get-AuthConfig, Get-CsCertificate -Type OAuthTokenIssuer). To replace it, make a new certificate and stage that one.",
		HTTPStatus: http.StatusConflict,
	}, {
		Code:       KeyringCurrentLeaked,
		Title:      "the certificate that signs now has leaked, and nothing takes its place",
		Cause:      "Withdrawing the current certificate needs another one at the same moment; it became current while this was decided.",
		Remedy:     "Type it again: `matchseal roll withdraw --role <exchange or skype>` makes a new certificate and withdraws the current one.",
		Retry:      Later,
		HTTPStatus: http.StatusConflict,
	}, {
		Code:       KeyringNotExportable,
		Title:      "the private key may not be exported",
		Cause:      "The certificate was made or imported without -PrivateKeyExportable $true.",
		Remedy:     "Make a new certificate with -PrivateKeyExportable $true and stage that one.",
		HTTPStatus: http.StatusForbidden,
	}, {
		Code:       KeyringRequest,
		Title:      "the certificate cannot be made as asked",
		Cause:      "The subject, the key size or a service is given in a form that cannot be used.",
		Remedy:     `Give the subject as "cn=<name>", a key size of 2048 or 4096 and services such as SMTP or IIS.`,
		HTTPStatus: http.StatusBadRequest,
	}, {
		Code:       KeyringPending,
		Title:      "the certificate is a request that no authority has answered yet",
		Cause:      "A certificate request was made here; until the certificate that answers it is imported there is nothing to assign.",
		Remedy:     "Send the request to the authority (Export-ExchangeCertificate shows it again) and import its answer: Import-ExchangeCertificate -FileName <file>, or Import-CsCertificate -Path <file>.",
		HTTPStatus: http.StatusConflict,
	}, {
		Code:       KeyringListener,
		Title:      "the certificate of the web services is set in the node's configuration file",
		Cause:      "What browsers and peers are shown (IIS on Exchange; Default, WebServicesInternal and WebServicesExternal on Skype for Business) is the TLS certificate of the boot file. It is not one of the signing certificates, and no command of the shell changes it.",
		Remedy:     "To show another certificate, put it and its key where tls_cert and tls_key of the role point; the node shows it within half a minute. To sign tokens, make a signing certificate: New-ExchangeCertificate on Exchange, Request-CsCertificate -New -Type OAuthTokenIssuer on Skype for Business.",
		HTTPStatus: http.StatusConflict,
	}}
}

func rolloverRows() []Entry {
	return []Entry{{
		Code:       KeyringNothingStaged,
		Title:      "no certificate is staged",
		Cause:      "Only a certificate that was staged as the next one can be published.",
		Remedy:     "Stage one first: Set-AuthConfig -NewCertificateThumbprint <thumbprint> -NewCertificateEffectiveDate (Get-Date); on Skype for Business Set-CsCertificate -Type OAuthTokenIssuer -Thumbprint <thumbprint> -EffectiveDate <date> -Roll.",
		HTTPStatus: http.StatusConflict,
	}, {
		Code:       KeyringTooEarly,
		Title:      "it is too early for this step of the rollover",
		Cause:      "Partners read metadata about once an hour: they have to meet a new key before it signs, and an old key must stay published until the last token it signed has ended.",
		Remedy:     "Wait until the time in the message, or repeat the command with -Force and accept that partners refuse calls for a while.",
		HTTPStatus: http.StatusConflict,
	}, {
		Code:       KeyringPublishAndClear,
		Title:      "publishing and clearing in one step leaves no overlap",
		Cause:      "The previous certificate is needed until the last token it signed has ended.",
		Remedy:     "Run Set-AuthConfig -PublishCertificate alone; the previous certificate is cleared by itself after the overlap. -Force does both at once.",
		HTTPStatus: http.StatusConflict,
	}, {
		Code:       KeyringConfirm,
		Title:      "this needs a confirmation",
		Cause:      "The step has a consequence that should be meant.",
		Remedy:     "Answer yes to the question, or repeat the command with -Force.",
		Severity:   Warning,
		HTTPStatus: http.StatusConflict,
	}, {
		Code:       KeyringBusy,
		Title:      "the signing configuration keeps changing",
		Cause:      "Several nodes or administrators change it at the same time.",
		Remedy:     "Look at the configuration as it is now (Get-AuthConfig), then repeat the command if it is still needed.",
		Retry:      Later,
		HTTPStatus: http.StatusConflict,
	}}
}
