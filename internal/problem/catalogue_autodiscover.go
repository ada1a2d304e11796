package problem

import "net/http"

// Failures of finding a mailbox's server. What follows the dot is the Kind of
// the autodiscover package's Error, so that
//
//	problem.Code("autodiscover." + string(e.Kind))
//
// is the row of every such error.
const (
	AutodiscoverNotConfigured    Code = "autodiscover.not-configured"
	AutodiscoverInvalidURL       Code = "autodiscover.invalid-url"
	AutodiscoverPlainHTTP        Code = "autodiscover.plain-http"
	AutodiscoverWrongDocument    Code = "autodiscover.wrong-document"
	AutodiscoverUnreachable      Code = "autodiscover.unreachable"
	AutodiscoverUnauthorized     Code = "autodiscover.unauthorized"
	AutodiscoverForbidden        Code = "autodiscover.forbidden"
	AutodiscoverNotFound         Code = "autodiscover.not-found"
	AutodiscoverHTTPStatus       Code = "autodiscover.http-status"
	AutodiscoverHTMLPage         Code = "autodiscover.html-page"
	AutodiscoverContentType      Code = "autodiscover.content-type"
	AutodiscoverBadResponse      Code = "autodiscover.bad-response"
	AutodiscoverSOAPFault        Code = "autodiscover.soap-fault"
	AutodiscoverResponseError    Code = "autodiscover.response-error"
	AutodiscoverUnknownUser      Code = "autodiscover.unknown-user"
	AutodiscoverUserError        Code = "autodiscover.user-error"
	AutodiscoverRedirectRefused  Code = "autodiscover.redirect-refused"
	AutodiscoverRedirectLoop     Code = "autodiscover.redirect-loop"
	AutodiscoverTooManyRedirects Code = "autodiscover.too-many-redirects"
	AutodiscoverNoEwsURL         Code = "autodiscover.no-ews-url"
	AutodiscoverNotLocated       Code = "autodiscover.not-located"
)

// setAutodiscoverURL is the command that most of these failures end in (002-15).
const setAutodiscoverURL = "Set-CsOAuthConfiguration -Identity global -ExchangeAutodiscoverUrl https://autodiscover.<domain>/autodiscover/autodiscover.svc"

func autodiscoverRows() []Entry {
	var rows []Entry
	for _, part := range [][]Entry{autodiscoverURLRows(), autodiscoverAnswerRows(), autodiscoverContentRows(), autodiscoverRedirectRows()} {
		for _, e := range part {
			// Whatever the reason, the products report it as one event (001-02)
			// and one number (002-31).
			e.Event, e.Cmdlet = 32053, 50043
			e.CmdletText = "ExCreateItem exchange operation failed, code=50043, reason=GetUserSettings failed"
			rows = append(rows, e)
		}
	}
	return rows
}

func autodiscoverURLRows() []Entry {
	return []Entry{{
		Code:       AutodiscoverNotConfigured,
		Title:      "no Autodiscover URL is configured",
		Cause:      "ExchangeAutodiscoverUrl has never been set; it is blank from the deployment on.",
		Remedy:     setAutodiscoverURL + ", then Test-CsExStorageConnectivity.",
		HTTPStatus: http.StatusBadRequest,
	}, {
		Code:       AutodiscoverInvalidURL,
		Title:      "the Autodiscover URL is not a URL",
		Cause:      "The configured value is not an absolute https URL without user name.",
		Remedy:     setAutodiscoverURL + ".",
		HTTPStatus: http.StatusBadRequest,
	}, {
		Code:       AutodiscoverPlainHTTP,
		Title:      "the Autodiscover URL begins with http",
		Cause:      "Somebody set an http URL to get round a certificate that is not trusted or a redirect that is not allowed. Nothing is sent over http.",
		Remedy:     "Find out why https fails (Test-CsExStorageConnectivity -Verbose), then " + setAutodiscoverURL + ".",
		HTTPStatus: http.StatusBadRequest,
	}, {
		Code:       AutodiscoverWrongDocument,
		Title:      "the Autodiscover URL ends in .xml where .svc belongs",
		Cause:      "The value was copied from AutoDiscoverServiceInternalUri, which names the document for Outlook. The Storage Service needs the SOAP service beside it.",
		Remedy:     setAutodiscoverURL + "; leave AutoDiscoverServiceInternalUri on the Exchange side as it is.",
		HTTPStatus: http.StatusBadRequest,
	}, {
		Code:       AutodiscoverNotLocated,
		Title:      "no Autodiscover service was found for the domain",
		Cause:      "None of the usual places answers: the domain itself, autodiscover.<domain>, a redirect from there, the SRV record _autodiscover._tcp.<domain>. An SRV record alone is not enough for Skype for Business 2015 RTM, which looks for autodiscover.<domain>.",
		Remedy:     "Create the DNS record autodiscover.<domain> as CNAME of the Exchange server, or name the server yourself before New-CsPartnerApplication: " + setAutodiscoverURL + ".",
		HTTPStatus: http.StatusBadGateway,
		Retry:      Later,
	}}
}

func autodiscoverAnswerRows() []Entry {
	return []Entry{{
		Code:       AutodiscoverUnreachable,
		Title:      "the Autodiscover server does not answer",
		Cause:      "The name does not resolve, nobody listens there, or the connection is refused or not trusted.",
		Remedy:     "Resolve-DnsName autodiscover.<domain> on this server, and open the URL of Get-CsOAuthConfiguration from here: a certificate warning or a time-out names the cause.",
		HTTPStatus: http.StatusBadGateway,
		Retry:      Later,
	}, {
		Code:       AutodiscoverUnauthorized,
		Title:      "Exchange does not accept the token",
		Cause:      "The answer is 401. A browser that shows a log-on prompt at the same URL proves only that the server is there: the partner application is missing on the Exchange side, or its virtual directory does not accept OAuth. The x-ms-diagnostics value in the details says which.",
		Remedy:     "On Exchange: Get-PartnerApplication, then Configure-EnterprisePartnerApplication.ps1 -AuthMetadataUrl https://<pool fqdn>/metadata/json/1 -ApplicationType Lync; and Get-AutodiscoverVirtualDirectory | Format-List OAuthAuthentication.",
		HTTPStatus: http.StatusBadGateway,
	}, {
		Code:       AutodiscoverForbidden,
		Title:      "Exchange knows the application but does not allow it to use Autodiscover",
		Cause:      "The account linked with the partner application holds no management role that includes Autodiscover.",
		Remedy:     "On Exchange: Get-ManagementRoleAssignment -RoleAssignee LyncEnterprise-ApplicationAccount must list UserApplication; run Configure-EnterprisePartnerApplication.ps1 again if it does not.",
		HTTPStatus: http.StatusBadGateway,
	}, {
		Code:       AutodiscoverNotFound,
		Title:      "there is no Autodiscover service at this URL",
		Cause:      "The host answers 404: it is not the Exchange server, for example since an internal DNS zone still names an old one, or the path is mistyped.",
		Remedy:     "Compare the host in Get-CsOAuthConfiguration with AutoDiscoverServiceInternalUri of Get-ClientAccessServer, correct the DNS record or " + setAutodiscoverURL + ".",
		HTTPStatus: http.StatusBadGateway,
	}, {
		Code:       AutodiscoverHTTPStatus,
		Title:      "the Autodiscover server answers with an HTTP error",
		Cause:      "The server, or a load balancer in front of it, is overloaded, restarting or misconfigured.",
		Remedy:     "Wait and repeat Test-CsExStorageConnectivity; if it stays, look into the event log of the Exchange server under the request id in the details.",
		HTTPStatus: http.StatusBadGateway,
		Retry:      Later,
	}}
}

func autodiscoverContentRows() []Entry {
	return []Entry{{
		Code:       AutodiscoverHTMLPage,
		Title:      "a web page answers instead of Autodiscover",
		Cause:      "A reverse proxy, a log-on form or a placeholder site stands in front of Exchange.",
		Remedy:     "Exempt /autodiscover/* from pre-authentication on the proxy, or let the URL name the Exchange server directly: " + setAutodiscoverURL + ".",
		HTTPStatus: http.StatusBadGateway,
		Retry:      Later,
	}, {
		Code:       AutodiscoverContentType,
		Title:      "the answer is not text/xml",
		Cause:      "Something other than Autodiscover answers at the URL.",
		Remedy:     "Open the URL of Get-CsOAuthConfiguration in a browser on this server and look what answers.",
		HTTPStatus: http.StatusBadGateway,
		Retry:      Later,
	}, {
		Code:       AutodiscoverBadResponse,
		Title:      "the answer is not an Autodiscover reply",
		Cause:      "The reply is cut short, too large, or of another protocol.",
		Remedy:     "Test-CsExStorageConnectivity -Verbose prints the reply.",
		HTTPStatus: http.StatusBadGateway,
		Retry:      Later,
	}, {
		Code:       AutodiscoverSOAPFault,
		Title:      "Autodiscover answers with a SOAP fault",
		Cause:      "The server refuses the request as a whole or fails while working on it; the fault's text is in the details.",
		Remedy:     "Test-CsExStorageConnectivity -Verbose prints the fault; look into the event log of the Exchange server.",
		HTTPStatus: http.StatusBadGateway,
		Retry:      Later,
	}, {
		Code:       AutodiscoverResponseError,
		Title:      "Autodiscover refuses the whole request",
		Cause:      "The reply carries an error code of the protocol, such as ServerBusy or InvalidRequest.",
		Remedy:     "For ServerBusy wait; otherwise Test-CsExStorageConnectivity -Verbose prints the reply.",
		HTTPStatus: http.StatusBadGateway,
		Retry:      Later,
	}, {
		Code:       AutodiscoverUnknownUser,
		Title:      "Exchange does not know the mailbox",
		Cause:      "The user has no mailbox in this Exchange organisation, or its primary address is not the one that the Skype side knows.",
		Remedy:     "Get-Mailbox <address> on Exchange; compare WindowsEmailAddress of Get-CsUser with PrimarySmtpAddress.",
		HTTPStatus: http.StatusNotFound,
	}, {
		Code:       AutodiscoverUserError,
		Title:      "Autodiscover has no answer for this address",
		Cause:      "The reply carries an error code for the address or its domain.",
		Remedy:     "Test-CsExStorageConnectivity -Verbose prints the reply with the code.",
		HTTPStatus: http.StatusBadGateway,
		Retry:      Later,
	}, {
		Code:       AutodiscoverNoEwsURL,
		Title:      "Autodiscover names no EWS address",
		Cause:      "Neither InternalUrl nor ExternalUrl of the EWS virtual directory is set.",
		Remedy:     `On Exchange: Set-WebServicesVirtualDirectory -Identity "<server>\EWS (Default Web Site)" -InternalUrl https://mail.<domain>/EWS/Exchange.asmx -ExternalUrl https://mail.<domain>/EWS/Exchange.asmx.`,
		HTTPStatus: http.StatusBadGateway,
	}}
}

func autodiscoverRedirectRows() []Entry {
	return []Entry{{
		Code:       AutodiscoverRedirectRefused,
		Title:      "Autodiscover redirects to a domain that is not allowed",
		Cause:      "The mailbox has moved, for example to the cloud, and ExchangeAutodiscoverAllowedDomains does not list the new place; or the redirect does not lead to https.",
		Remedy:     `When the target in the details is yours: Set-CsOAuthConfiguration -Identity global -ExchangeAutodiscoverAllowedDomains "*.<domain>;*.outlook.com".`,
		HTTPStatus: http.StatusBadGateway,
	}, {
		Code:       AutodiscoverRedirectLoop,
		Title:      "Autodiscover redirects in a circle",
		Cause:      "Two servers send the mailbox to each other, usually after half a migration.",
		Remedy:     "Get-RemoteMailbox and Get-Mailbox <address> on both sides: one of them must not have a redirect (targetAddress).",
		HTTPStatus: http.StatusBadGateway,
	}, {
		Code:       AutodiscoverTooManyRedirects,
		Title:      "Autodiscover redirects too often",
		Cause:      "More than ten redirects without an answer.",
		Remedy:     "Test-CsExStorageConnectivity -Verbose prints every redirect; point the URL at the last server: " + setAutodiscoverURL + ".",
		HTTPStatus: http.StatusBadGateway,
	}}
}
