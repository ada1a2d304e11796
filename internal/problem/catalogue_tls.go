package problem

import "net/http"

// Failures of TLS with another server. One sentence of .NET stands for four
// different causes; the codes keep them apart.
const (
	TLSUntrusted   Code = "tls.untrusted"
	TLSWrongName   Code = "tls.wrong-name"
	TLSExpired     Code = "tls.expired"
	TLSNotYetValid Code = "tls.not-yet-valid"
	TLSOldVersion  Code = "tls.old-version"
	TLSPinMismatch Code = "tls.pin-mismatch"
	TLSRefused     Code = "tls.refused"
	TLSNotTLS      Code = "tls.not-tls"

	// What a look at a certificate finds before anybody connects.
	TLSNoNames          Code = "tls.no-names"
	TLSEndsSoon         Code = "tls.ends-soon"
	TLSWeak             Code = "tls.weak"
	TLSWrongUse         Code = "tls.wrong-use"
	TLSIncompleteChain  Code = "tls.incomplete-chain"
	TLSAuthorityExpired Code = "tls.authority-expired"
)

// The texts of .NET that a cmdlet prints in front of our own sentence.
const (
	textTrust         = "The underlying connection was closed: Could not establish trust relationship for the SSL/TLS secure channel."
	textSecureChannel = "The request was aborted: Could not create SSL/TLS secure channel."
)

func tlsRows() []Entry { return append(handshakeRows(), shownRows()...) }

func handshakeRows() []Entry {
	return []Entry{{
		Code:       TLSUntrusted,
		Title:      "the server's TLS certificate was issued by an authority that is not trusted here",
		Cause:      "The server shows a self-signed certificate, or one of a private authority that this side does not know, or it leaves out an intermediate certificate.",
		Remedy:     "Give the server a certificate of an authority both sides trust (Exchange: Enable-ExchangeCertificate -Thumbprint <thumbprint> -Services IIS), or add its authority's certificate to the CA files of this side (ca_files under trust in the configuration file of the node), or pin the server's own certificate there (pins). `matchseal cert chain https://<server>` shows which link is missing. A browser in which somebody clicked the warning away proves nothing.",
		HTTPStatus: http.StatusBadGateway,
		CmdletText: textTrust,
	}, {
		Code:       TLSWrongName,
		Title:      "the server's TLS certificate is made out to another name",
		Cause:      "The host name of the URL is not among the certificate's subject alternative names.",
		Remedy:     "Use a certificate that lists the name (New-ExchangeCertificate -GenerateRequest -DomainName <name>, then Enable-ExchangeCertificate -Services IIS), or use one of the names the certificate does list in the URL.",
		HTTPStatus: http.StatusBadGateway,
		CmdletText: textTrust,
	}, {
		Code:       TLSExpired,
		Title:      "the server's TLS certificate has expired",
		Cause:      "The certificate on the wire (not the one that signs tokens) is past its last day, or was renewed without being assigned to the web site.",
		Remedy:     "Renew it and assign it: Enable-ExchangeCertificate -Thumbprint <new> -Services IIS, or Set-CsCertificate -Type WebServicesInternal -Thumbprint <new>.",
		Retry:      Later,
		HTTPStatus: http.StatusBadGateway,
		CmdletText: textTrust,
	}, {
		Code:       TLSNotYetValid,
		Title:      "the server's TLS certificate is not valid yet",
		Cause:      "The certificate's first day lies ahead, or this computer's clock is behind.",
		Remedy:     "Check the clock of this computer first, then the certificate's dates.",
		Retry:      Later,
		HTTPStatus: http.StatusBadGateway,
		CmdletText: textTrust,
	}, {
		Code:       TLSOldVersion,
		Title:      "the server offers no TLS version that is safe to use",
		Cause:      "The server speaks TLS 1.1 or older only; at least TLS 1.2 is needed.",
		Remedy:     "Enable TLS 1.2 on the server (SCHANNEL, and SchUseStrongCrypto=1 for .NET) and restart it.",
		HTTPStatus: http.StatusBadGateway,
		CmdletText: textSecureChannel,
	}, {
		Code:       TLSPinMismatch,
		Title:      "the server shows another TLS certificate than the pinned one",
		Cause:      "The server's certificate was replaced after it had been pinned, or somebody stands between.",
		Remedy:     "Compare the thumbprint with the server's administrator, then pin the new certificate (pins under trust in the configuration file; `matchseal cert inspect https://<server>` prints its SHA-256); better, trust its authority and remove the pin.",
		HTTPStatus: http.StatusBadGateway,
		CmdletText: textTrust,
	}, {
		Code:       TLSRefused,
		Title:      "the server broke off the TLS handshake",
		Cause:      "The server and this side found no common cipher, or the server wants a client certificate.",
		Remedy:     "Check the cipher suites of the server, and that the URL does not ask for a client certificate.",
		HTTPStatus: http.StatusBadGateway,
		CmdletText: textSecureChannel,
	}, {
		Code:       TLSNotTLS,
		Title:      "the port answers, but not with TLS",
		Cause:      "Something that speaks plain HTTP, or no HTTP at all, listens behind an https URL.",
		Remedy:     "Check the port in the URL, and that the load balancer does not take TLS off on the way.",
		HTTPStatus: http.StatusBadGateway,
		CmdletText: "The underlying connection was closed: An unexpected error occurred on a send.",
	}}
}

// shownRows are faults of a certificate that a look at it shows; a handshake
// may still succeed.
func shownRows() []Entry {
	return []Entry{{
		Code:       TLSNoNames,
		Title:      "the certificate lists no host names",
		Cause:      "Clients compare the host of the URL with the subject alternative names only; the common name of the subject has not counted for years.",
		Remedy:     "Request a certificate that lists every name of the server: New-ExchangeCertificate -GenerateRequest -DomainName <name>,<name>, or Request-CsCertificate -New -Type WebServicesInternal.",
		HTTPStatus: http.StatusBadGateway,
	}, {
		Code:       TLSEndsSoon,
		Title:      "the server's TLS certificate ends soon",
		Cause:      "Less than 30 days are left. From its last day on every client refuses the server.",
		Remedy:     "Renew it in time and assign the new one: Enable-ExchangeCertificate -Thumbprint <new> -Services IIS, or Set-CsCertificate -Type WebServicesInternal -Thumbprint <new>. On a matchseal node put it and its key where tls_cert and tls_key point.",
		Severity:   Warning,
		HTTPStatus: http.StatusBadGateway,
	}, {
		Code:       TLSWeak,
		Title:      "the server's TLS certificate is too weak",
		Cause:      "Its RSA key has less than 2048 bits, or its authority signed it with SHA-1 or MD5. Clients refuse both.",
		Remedy:     "Have the certificate issued again over a new key of 2048 bits (New-ExchangeCertificate -GenerateRequest -KeySize 2048), by an authority that signs with SHA-256.",
		HTTPStatus: http.StatusBadGateway,
	}, {
		Code:       TLSWrongUse,
		Title:      "the certificate is not made for a TLS server",
		Cause:      "Its extended key usage lists other uses and not server authentication.",
		Remedy:     "Have a certificate issued from a template for web servers (New-ExchangeCertificate -GenerateRequest makes the right request).",
		HTTPStatus: http.StatusBadGateway,
	}, {
		Code:       TLSIncompleteChain,
		Title:      "a link of the certificate's chain is missing",
		Cause:      "The server does not send the certificate of the authority that issued its own. Browsers that have met it elsewhere fill the gap, servers do not.",
		Remedy:     "Install the missing intermediate certificate on the server (Windows: certutil -addstore CA <file>; a matchseal node: append it to the file of tls_cert) and start its web service again. If it is the root authority of your own, it belongs into ca_files, under trust in the configuration file of this side.",
		HTTPStatus: http.StatusBadGateway,
	}, {
		Code:       TLSAuthorityExpired,
		Title:      "the certificate of an authority has ended or ends soon",
		Cause:      "Every certificate below it is refused from its last day on, however long that one is still valid.",
		Remedy:     "See with `matchseal cert chain https://<server>` which link it is, and get the authority's renewed certificate: install an intermediate one on the servers that send it; add a root to ca_files, under trust in the configuration file of those who trust it.",
		HTTPStatus: http.StatusBadGateway,
	}}
}
