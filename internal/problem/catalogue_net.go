package problem

import "net/http"

// Failures of the way to another server, TLS apart: names, connections,
// answers.
const (
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
)

// textConnect is what .NET says when no connection comes about.
const textConnect = "Unable to connect to the remote server"

func netRows() []Entry {
	rows := append(connectRows(), brokenOffRows()...)
	return append(rows, answerRows()...)
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
