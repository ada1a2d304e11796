package problem

import "net/http"

// Failures of the transport: certificates and keys in files, TLS, names,
// connections. One sentence of .NET stands for four different causes; the
// codes keep them apart.
const (
	TLSUntrusted   Code = "tls.untrusted"
	TLSWrongName   Code = "tls.wrong-name"
	TLSExpired     Code = "tls.expired"
	TLSNotYetValid Code = "tls.not-yet-valid"
	TLSOldVersion  Code = "tls.old-version"
	TLSPinMismatch Code = "tls.pin-mismatch"
	TLSRefused     Code = "tls.refused"
	TLSNotTLS      Code = "tls.not-tls"

	NetDNS            Code = "net.dns"
	NetDNSFailed      Code = "net.dns-failed"
	NetRefused        Code = "net.refused"
	NetTimeout        Code = "net.timeout"
	NetUnreachable    Code = "net.unreachable"
	NetClosed         Code = "net.closed"
	NetCancelled      Code = "net.cancelled"
	NetAddressRefused Code = "net.address-refused"
	NetRedirect       Code = "net.redirect"
	NetHTTPStatus     Code = "net.http-status"
	NetUnavailable    Code = "net.unavailable"
	NetFailed         Code = "net.failed"

	CertsPermissions Code = "certs.permissions"
	CertsUnreadable  Code = "certs.unreadable"
	CertsWrongBox    Code = "certs.wrong-box"
	CertsMismatch    Code = "certs.mismatch"
	CertsPassword    Code = "certs.password"
	CertsInvalid     Code = "certs.invalid"
)

// The texts of .NET that a cmdlet prints in front of our own sentence.
const (
	textTrust         = "The underlying connection was closed: Could not establish trust relationship for the SSL/TLS secure channel."
	textSecureChannel = "The request was aborted: Could not create SSL/TLS secure channel."
	textConnect       = "Unable to connect to the remote server"
)

func tlsRows() []Entry {
	var rows []Entry
	rows = append(rows, handshakeRows()...)
	rows = append(rows, connectRows()...)
	rows = append(rows, brokenOffRows()...)
	rows = append(rows, answerRows()...)
	return append(rows, certsRows()...)
}

func handshakeRows() []Entry {
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

func connectRows() []Entry {
	return []Entry{{
		Code:       NetDNS,
		Title:      "the host name does not exist",
		Cause:      "DNS knows no address for the name.",
		Remedy:     "Check the spelling of the host, then look it up from this computer: nslookup <host>. A name that works only inside one domain needs a record on the other side too.",
		Retry:      Later,
		HTTPStatus: http.StatusBadGateway,
		CmdletText: "The remote name could not be resolved: '<host>'",
	}, {
		Code:       NetDNSFailed,
		Title:      "the DNS server gave no answer",
		Cause:      "The resolver is down, not reachable, or refuses to answer.",
		Remedy:     "Check the resolver's address and try: nslookup <host> <resolver>.",
		Retry:      Later,
		HTTPStatus: http.StatusBadGateway,
		CmdletText: "The remote name could not be resolved: '<host>'",
	}, {
		Code:       NetRefused,
		Title:      "nothing listens at the address",
		Cause:      "The server is up, but no program accepts connections at the port, or a firewall rejects them.",
		Remedy:     "Start the service at the other side and check the port: Test-NetConnection <host> -Port 443.",
		Retry:      Later,
		HTTPStatus: http.StatusBadGateway,
		CmdletText: textConnect,
		DependsOn:  []Code{NetDNS},
	}, {
		Code:       NetTimeout,
		Title:      "the server did not answer in time",
		Cause:      "The server is overloaded, or a firewall drops the packets without a word.",
		Remedy:     "Try the connection from this computer: Test-NetConnection <host> -Port 443; then look at the server's load.",
		Retry:      Unclear,
		HTTPStatus: http.StatusGatewayTimeout,
		CmdletText: "The operation has timed out",
	}, {
		Code:       NetUnreachable,
		Title:      "there is no route to the server",
		Cause:      "The address is in a network that this computer cannot reach.",
		Remedy:     "Check that the name resolves to the address meant for this side, then the routes and firewalls in between.",
		Retry:      Later,
		HTTPStatus: http.StatusBadGateway,
		CmdletText: textConnect,
	}, {
		Code:       NetAddressRefused,
		Title:      "the host's address is one that this server does not call",
		Cause:      "The name leads to this computer itself (loopback) or to a link-local address, where no partner can be.",
		Remedy:     "Correct the host's DNS record; for servers on one machine allow loopback addresses in the boot file.",
		HTTPStatus: http.StatusBadGateway,
		CmdletText: textConnect,
	}}
}

// brokenOffRows are about calls that had begun: the peer may have done the
// work or not.
func brokenOffRows() []Entry {
	return []Entry{{
		Code:       NetClosed,
		Title:      "the connection broke off in the middle",
		Cause:      "The server or something in between closed the connection while it was in use.",
		Remedy:     "Look at the server's log at this time; a filter in front of it that resets connections looks the same.",
		Retry:      Unclear,
		HTTPStatus: http.StatusBadGateway,
		CmdletText: "The underlying connection was closed: The connection was closed unexpectedly.",
	}, {
		Code:       NetCancelled,
		Title:      "the call was given up on this side",
		Cause:      "This server is stopping, or whoever asked for the call went away.",
		Remedy:     "Nothing to do if the server was being stopped; otherwise try again.",
		Severity:   Warning,
		Retry:      Unclear,
		HTTPStatus: http.StatusBadGateway,
		CmdletText: "The request was aborted: The request was canceled.",
	}, {
		Code:       NetFailed,
		Title:      "the call to the other server failed",
		Cause:      "The connection failed in a way that has no row of its own.",
		Remedy:     "Read the detail; then try the URL with curl from this computer.",
		Retry:      Unclear,
		HTTPStatus: http.StatusBadGateway,
		CmdletText: textConnect,
	}}
}

func answerRows() []Entry {
	return []Entry{{
		Code:       NetRedirect,
		Title:      "the server sends the caller to another place",
		Cause:      "The answer is a redirect to another host, to plain http, or one too many.",
		Remedy:     "Enter the final URL yourself; exempt the path from the log-on page or the load balancer's redirect.",
		HTTPStatus: http.StatusBadGateway,
	}, {
		Code:       NetHTTPStatus,
		Title:      "the server answered with an error",
		Cause:      "The server is reachable, but refuses this request.",
		Remedy:     "Check the path of the URL and the server's log.",
		HTTPStatus: http.StatusBadGateway,
		CmdletText: "The remote server returned an error: (<status>) <reason>.",
	}, {
		Code:       NetUnavailable,
		Title:      "the server cannot serve the request now",
		Cause:      "The server answered with a 5xx status or asked to slow down (429).",
		Remedy:     "Check the server's health and, on Exchange, whether its signing certificate has expired; the call is repeated by itself.",
		Retry:      Later,
		HTTPStatus: http.StatusBadGateway,
		CmdletText: "The remote server returned an error: (<status>) <reason>.",
	}}
}

func certsRows() []Entry {
	return []Entry{{
		Code:   CertsPermissions,
		Title:  "a private key can be read by other users of this computer",
		Cause:  "The file's permissions let the group or everybody read it.",
		Remedy: "Type the chmod 600 command printed with this message, and replace the key if the computer has other users.",
	}, {
		Code:   CertsUnreadable,
		Title:  "a certificate or key file cannot be used",
		Cause:  "The file is missing, or holds something else than what is expected there.",
		Remedy: "Look at the file: openssl x509 -in <file> -noout -subject -enddate for a certificate.",
	}, {
		Code:   CertsWrongBox,
		Title:  "a sealed private key cannot be opened",
		Cause:  "The key was sealed with another sealing key than the one in use, or its bytes were changed.",
		Remedy: "Put back the sealing key file that was in use when the key was written (it belongs into the backup), or make a new certificate.",
	}, {
		Code:   CertsMismatch,
		Title:  "the private key does not belong to the certificate",
		Cause:  "Certificate file and key file come from different requests.",
		Remedy: "Find the key made together with this certificate request, or request a new certificate.",
	}, {
		Code:   CertsPassword,
		Title:  "the PFX file does not open with this password",
		Cause:  "The password is wrong, or the file is damaged.",
		Remedy: "Enter the password that was set at the export; export again when it is lost.",
	}, {
		Code:   CertsInvalid,
		Title:  "no certificate can be made from these values",
		Cause:  "A value of the request is missing or outside what is allowed.",
		Remedy: "Correct the value named in the detail.",
	}}
}
