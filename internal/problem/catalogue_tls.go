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
)

// The texts of .NET that a cmdlet prints in front of our own sentence.
const (
	textTrust         = "The underlying connection was closed: Could not establish trust relationship for the SSL/TLS secure channel."
	textSecureChannel = "The request was aborted: Could not create SSL/TLS secure channel."
)

func tlsRows() []Entry {
	return []Entry{{
		Code:       TLSUntrusted,
		Title:      "the server's TLS certificate was issued by an authority that is not trusted here",
		Cause:      "The server shows a self-signed certificate, or one of a private authority that this side does not know, or it leaves out an intermediate certificate.",
		Remedy:     "Give the server a certificate of an authority both sides trust (Exchange: Enable-ExchangeCertificate -Thumbprint <thumbprint> -Services IIS), or add its authority's certificate to the CA files of this side. A browser in which somebody clicked the warning away proves nothing.",
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
		Remedy:     "Compare the thumbprint with the server's administrator, then pin the new certificate; better, trust its authority and remove the pin.",
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
