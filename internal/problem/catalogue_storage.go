package problem

import "net/http"

// Failures of the Storage Service and of the connectivity test.
const (
	StorageConversation    Code = "storage.conversation"
	StorageTooLarge        Code = "storage.too-large"
	StorageMediaType       Code = "storage.media-type"
	StorageMethod          Code = "storage.method"
	StorageNotWriter       Code = "storage.not-writer"
	StorageUnknownUser     Code = "storage.unknown-user"
	StorageUserDisabled    Code = "storage.user-disabled"
	StorageNotSipEnabled   Code = "storage.not-sip-enabled"
	StorageNoAddress       Code = "storage.no-smtp-address"
	StorageNoMailbox       Code = "storage.no-mailbox"
	StorageAutodiscoverURL Code = "storage.autodiscover-url"
	StorageAutodiscover    Code = "storage.autodiscover"
	StorageOAuth           Code = "storage.oauth"
	StorageUnauthorized    Code = "storage.unauthorized"
	StorageTrust           Code = "storage.tls"
	StorageDenied          Code = "storage.denied"
	StorageEWS             Code = "storage.ews"
	StorageContentType     Code = "storage.content-type"
	StorageUnreachable     Code = "storage.unreachable"
	StorageUnclear         Code = "storage.unclear"
	StorageNoAnswer        Code = "storage.no-answer"
	StorageBusy            Code = "storage.busy"
	StorageFolder          Code = "storage.folder"
	StorageSipURI          Code = "storage.sip-uri"
	StorageHost            Code = "storage.host"
	StorageNotSeen         Code = "storage.not-seen"
)

func storageRows() []Entry {
	rows := storageRequestRows()
	rows = append(rows, storageUserRows()...)
	rows = append(rows, storageSettingRows()...)
	return append(rows, storageAnswerRows()...)
}

// storageRequestRows are faults of what was handed in.
func storageRequestRows() []Entry {
	return []Entry{{
		Code:       StorageConversation,
		Title:      "the conversation can not be stored as it is",
		Cause:      "A field is missing, malformed or too large.",
		Remedy:     "Correct the conversation as the message says; examples/conversations shows the form.",
		HTTPStatus: http.StatusBadRequest,
		Public:     true,
	}, {
		Code:       StorageTooLarge,
		Title:      "the conversation is too large",
		Cause:      "One segment holds a megabyte of text at most.",
		Remedy:     "Store a long conversation as several segments, each with an id of its own.",
		HTTPStatus: http.StatusRequestEntityTooLarge,
		Public:     true,
	}, {
		Code:       StorageMediaType,
		Title:      "the conversation is not sent as JSON",
		Cause:      "The Content-Type is not application/json, or the body is compressed.",
		Remedy:     "Send the header `Content-Type: application/json`, with curl: -H 'Content-Type: application/json'.",
		HTTPStatus: http.StatusUnsupportedMediaType,
		Public:     true,
	}, {
		Code:       StorageMethod,
		Title:      "conversations can only be posted",
		Cause:      "The request is not a POST; stored conversations are not handed out here.",
		Remedy:     "Use POST to store one, and `matchseal store status` to see how deliveries stand.",
		HTTPStatus: http.StatusMethodNotAllowed,
		Public:     true,
	}, {
		Code:       StorageNotWriter,
		Title:      "the account may not store conversations",
		Cause:      "Whoever stores a conversation makes it appear in other people's mailboxes, so only members of certain groups may.",
		Remedy:     "Add the account to one of the groups that the message names: `matchseal directory add-member GROUP ACCOUNT`.",
		HTTPStatus: http.StatusForbidden,
		Public:     true,
	}, {
		Code:       StorageSipURI,
		Title:      "this is not a SIP URI",
		Cause:      "The value of -SipUri is not of the form user@domain, with or without sip: before it, or was copied with characters that only look right.",
		Remedy:     "Type the address by hand, as `Get-CsUser` shows it: Test-CsExStorageConnectivity -SipUri sip:USER@DOMAIN.",
		HTTPStatus: http.StatusBadRequest,
		Public:     true,
	}, {
		Code:       StorageHost,
		Title:      "the Storage Service of another server cannot be asked from here",
		Cause:      "A node asks its own Storage Service; -Binding NetTCP wants its name in -HostNameStorageService.",
		Remedy:     "Leave -HostNameStorageService out, give this server's own name, or log on to the node that you mean.",
		HTTPStatus: http.StatusBadRequest,
		Public:     true,
	}, {
		Code:       StorageFolder,
		Title:      "unknown folder for the test item",
		Cause:      "The test knows three folders.",
		Remedy:     "Use -Folder ConversationHistory, Inbox or Dumpster.",
		HTTPStatus: http.StatusBadRequest,
		Public:     true,
	}}
}

// storageUserRows are faults of one user. They end a delivery: only a change
// to that user heals them, and then somebody requeues it.
func storageUserRows() []Entry {
	return []Entry{{
		Code:       StorageUnknownUser,
		Title:      "no such user",
		Cause:      "The SIP address belongs to nobody in the directory.",
		Remedy:     "Check the address with `Get-CsUser`; a SIP address looks like sip:user@domain.",
		HTTPStatus: http.StatusNotFound,
		Cmdlet:     50001,
		Public:     true,
	}, {
		Code:       StorageUserDisabled,
		Title:      "the user's account is disabled",
		Cause:      "The directory account is switched off, so neither side acts for it.",
		Remedy:     "Enable the account in the directory, or test with another user.",
		HTTPStatus: http.StatusForbidden,
		Cmdlet:     50002,
		Public:     true,
	}, {
		Code:       StorageNotSipEnabled,
		Title:      "the user is not enabled for SIP",
		Cause:      "The test needs an account that has a mailbox and is enabled for Skype for Business (003-12).",
		Remedy:     "Enable-CsUser -Identity USER -RegistrarPool POOL -SipAddressType EmailAddress",
		HTTPStatus: http.StatusForbidden,
		Cmdlet:     50003,
		Public:     true,
	}, {
		Code:       StorageNoAddress,
		Title:      "the user has no SMTP address",
		Cause:      "Autodiscover is asked by SMTP address, and the directory holds none for this user.",
		Remedy:     "Give the user a mailbox (Enable-Mailbox USER) or an e-mail address in the directory.",
		HTTPStatus: http.StatusForbidden,
		Cmdlet:     50004,
		Public:     true,
	}, {
		Code:       StorageNoMailbox,
		Title:      "the user has no mailbox on the Exchange side",
		Cause:      "Autodiscover or EWS answered that the address has no mailbox there.",
		Remedy:     "Enable-Mailbox USER on Exchange, or test with a user who has a mailbox.",
		HTTPStatus: http.StatusBadGateway,
		Event:      32053,
		Cmdlet:     50005,
		Public:     true,
	}}
}

// storageSettingRows are faults of the deployment. They heal when an
// administrator changes something, and a durable delivery waits for that.
func storageSettingRows() []Entry {
	return []Entry{{
		Code:       StorageAutodiscoverURL,
		Title:      "ExchangeAutodiscoverUrl is empty or wrong",
		Cause:      "The Storage Service finds mailboxes through this one URL; it must be the https address of the SOAP service and end in .svc, not .xml.",
		Remedy:     "Set-CsOAuthConfiguration -Identity global -ExchangeAutodiscoverUrl https://autodiscover.<domain>/autodiscover/autodiscover.svc",
		HTTPStatus: http.StatusBadGateway,
		Retry:      Later, Event: 32053, Cmdlet: 50043,
		Public: true,
	}, {
		Code:       StorageAutodiscover,
		Title:      "Autodiscover failed",
		Cause:      "GetUserSettings at ExchangeAutodiscoverUrl did not give the address of the user's mailbox.",
		Remedy:     "Read the reason behind the code; compare `Get-CsOAuthConfiguration` with the address of Exchange, and run Test-CsExStorageConnectivity -Verbose to see request and answer.",
		HTTPStatus: http.StatusBadGateway,
		Retry:      Later, Event: 32053, Cmdlet: 50043,
		Public: true,
	}, {
		Code:       StorageTrust,
		Title:      "the TLS certificate of the Exchange server is not trusted",
		Cause:      "Chain, name, dates or TLS version of the server failed the check; self-signed server certificates are refused.",
		Remedy:     "Install the issuing authority's certificate on this server (trust.ca_files), or give Exchange a certificate from an authority that both sides trust.",
		HTTPStatus: http.StatusBadGateway,
		Retry:      Later, Event: 32053, Cmdlet: 50043,
		Public: true,
	}, {
		Code:       StorageOAuth,
		Title:      "no token could be made for Exchange",
		Cause:      "There is no usable signing certificate, Exchange is not a partner application here, another server than that partner answers, or the partner is reached through a token server (-UseOAuthServer), which this version does not ask.",
		Remedy:     "Check this side of the pairing: `Get-CsCertificate -Type OAuthTokenIssuer` and `Get-CsPartnerApplication`. A partner made with -UseOAuthServer has to be removed and made again with -MetadataUrl.",
		HTTPStatus: http.StatusBadGateway,
		Retry:      Later, Event: 32054, Cmdlet: 50044,
		Public: true,
	}, {
		Code:       StorageUnauthorized,
		Title:      "Exchange answered 401",
		Cause:      "Exchange does not accept OAuth tokens on the virtual directory, does not know this side as a partner application, or refused the token for the reason in x-ms-diagnostics.",
		Remedy:     "On Exchange: Set-WebServicesVirtualDirectory -OAuthAuthentication $true (and Set-AutodiscoverVirtualDirectory), then Get-PartnerApplication Lync* | fl; for 2000008 also Get-ManagementRoleAssignment -RoleAssignee LyncEnterprise-ApplicationAccount, which must list roles.",
		HTTPStatus: http.StatusBadGateway,
		Retry:      Later, Event: 32054, Cmdlet: 401,
		Public: true,
	}, {
		Code:       StorageDenied,
		Title:      "Exchange refused the operation",
		Cause:      "The token is valid, but the linked account's management roles do not allow this operation for the partner application.",
		Remedy:     "On Exchange: Get-ManagementRoleAssignment -RoleAssignee LyncEnterprise-ApplicationAccount must show UserApplication and ArchiveApplication; run Configure-EnterprisePartnerApplication.ps1 again if not.",
		HTTPStatus: http.StatusBadGateway,
		Retry:      Later, Cmdlet: 50045,
		Public: true,
	}}
}

// storageAnswerRows are faults between this server and EWS. Most pass.
func storageAnswerRows() []Entry {
	return []Entry{{
		Code:       StorageUnreachable,
		Title:      "EWS cannot be reached",
		Cause:      "Autodiscover named an EWS address whose host does not resolve, or where nothing answers.",
		Remedy:     "Check the host in the message from this server (Resolve-DnsName, Test-NetConnection -Port 443); if it is wrong: Set-WebServicesVirtualDirectory -InternalUrl on Exchange.",
		HTTPStatus: http.StatusBadGateway,
		Retry:      Later, Cmdlet: 50049,
		Public: true,
	}, {
		Code:       StorageEWS,
		Title:      "the EWS request failed",
		Cause:      "Exchange answered the request with an error.",
		Remedy:     "Look the response code up in the message; run the test with -Verbose to see request and answer.",
		HTTPStatus: http.StatusBadGateway,
		Retry:      Later, Cmdlet: 50046,
		Public: true,
	}, {
		Code:       StorageContentType,
		Title:      "the EWS answer is not XML",
		Cause:      "Something between the two servers, or a crashed application pool, answered instead of EWS.",
		Remedy:     "Open the EWS URL from this server and look at what answers; check proxies and the EWS application pool.",
		HTTPStatus: http.StatusBadGateway,
		Retry:      Later, Cmdlet: 574,
		Public: true,
	}, {
		Code:       StorageBusy,
		Title:      "Exchange asks to be left alone for a while",
		Cause:      "The server throttles (ErrorServerBusy, HTTP 503).",
		Remedy:     "Wait; the Storage Service keeps the conversation and comes back.",
		HTTPStatus: http.StatusBadGateway,
		Severity:   Warning,
		Retry:      Later, Cmdlet: 50048,
		Public: true,
	}, {
		Code:       StorageUnclear,
		Title:      "no usable answer came back from Exchange",
		Cause:      "The connection broke while Exchange was working, or the answer made no sense. The item may or may not be in the mailbox; the next attempt looks first.",
		Remedy:     "Nothing to do if it heals by itself; otherwise check the network between the servers.",
		HTTPStatus: http.StatusBadGateway,
		Retry:      Unclear, Cmdlet: 50047,
		Public: true,
	}, {
		Code:       StorageNotSeen,
		Title:      "the new item was not seen in its folder",
		Cause:      "Exchange acknowledged the item and does not list it; something moves or deletes new items, such as a rule, a policy or another program.",
		Remedy:     "Look at the mailbox with `Test-CsExStorageConnectivity` and a mail program; check rules and retention policies of the folder.",
		HTTPStatus: http.StatusBadGateway,
		Cmdlet:     50050,
		Public:     true,
	}, {
		Code:       StorageNoAnswer,
		Title:      "Exchange did not answer in time",
		Cause:      "The server is overloaded or hangs. It may still finish the request, so the next attempt waits for it and looks first.",
		Remedy:     "Look at the load of the Exchange server and of what stands in front of it.",
		HTTPStatus: http.StatusGatewayTimeout,
		Retry:      Unclear, Cmdlet: 50047,
		Public: true,
	}}
}
