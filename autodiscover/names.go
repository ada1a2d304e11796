package autodiscover

import "strings"

// XML namespaces on the wire. Microsoft's documentation prints several of them
// with https; real servers and clients use http, and a namespace is compared
// character by character.
const (
	nsSOAP11     = "http://schemas.xmlsoap.org/soap/envelope/"
	nsSOAP12     = "http://www.w3.org/2003/05/soap-envelope"
	nsAddressing = "http://www.w3.org/2005/08/addressing"
	nsInstance   = "http://www.w3.org/2001/XMLSchema-instance"
	nsSOAP       = "http://schemas.microsoft.com/exchange/2010/Autodiscover"

	nsEWSMessages = "http://schemas.microsoft.com/exchange/services/2006/messages"
	nsEWSTypes    = "http://schemas.microsoft.com/exchange/services/2006/types"
	nsEWSErrors   = "http://schemas.microsoft.com/exchange/services/2006/errors"

	nsPOXResponse = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
)

// Limits that every decoder applies before it builds anything.
const (
	// MaxRequest is the largest request body that is read, in bytes.
	MaxRequest = 256 << 10
	// MaxResponse is the largest response body that is read, in bytes. It is
	// larger than MaxRequest because one request may name many users.
	MaxResponse = 1 << 20
	// MaxUsers is the largest number of users or domains in one request.
	MaxUsers = 100
	// MaxSettings is the largest number of settings in one request.
	MaxSettings = 256
	// MaxRedirects is the number of redirects a client follows.
	MaxRedirects = 10
)

// Operation names an operation of the SOAP service.
type Operation string

// The operations of [MS-OXWSADISC] 3.1.4.
const (
	OpGetUserSettings                     Operation = "GetUserSettings"
	OpGetDomainSettings                   Operation = "GetDomainSettings"
	OpGetFederationInformation            Operation = "GetFederationInformation"
	OpGetOrganizationRelationshipSettings Operation = "GetOrganizationRelationshipSettings"
)

// Action is the operation's WS-Addressing action.
func (o Operation) Action() string { return nsSOAP + "/Autodiscover/" + string(o) }

// ResponseAction is the WS-Addressing action of the operation's reply.
func (o Operation) ResponseAction() string { return o.Action() + "Response" }

// ErrorCode is the ErrorCode of [MS-OXWSADISC] 2.2.5, used for a whole
// response, for one user or domain, and for one setting.
type ErrorCode string

// The error codes of the protocol.
const (
	NoError               ErrorCode = "NoError"
	RedirectAddress       ErrorCode = "RedirectAddress"
	RedirectURL           ErrorCode = "RedirectUrl"
	InvalidUser           ErrorCode = "InvalidUser"
	InvalidRequest        ErrorCode = "InvalidRequest"
	InvalidSetting        ErrorCode = "InvalidSetting"
	SettingIsNotAvailable ErrorCode = "SettingIsNotAvailable"
	ServerBusy            ErrorCode = "ServerBusy"
	InvalidDomain         ErrorCode = "InvalidDomain"
	NotFederated          ErrorCode = "NotFederated"
	InternalServerError   ErrorCode = "InternalServerError"
)

// SOAPVersion is the SOAP version of a message; a reply uses its request's.
type SOAPVersion int

// SOAP 1.1 is what the products write; both are read.
const (
	SOAP11 SOAPVersion = iota
	SOAP12
)

func (v SOAPVersion) namespace() string {
	if v == SOAP12 {
		return nsSOAP12
	}
	return nsSOAP11
}

// ContentType is the media type of a message in this version. For SOAP 1.1 it
// is, character for character, what Exchange sends: some clients compare the
// whole header value and ignore the body when it differs.
func (v SOAPVersion) ContentType() string {
	if v == SOAP12 {
		return "application/soap+xml; charset=utf-8"
	}
	return ContentTypeXML
}

// ContentTypeXML is the Content-Type of SOAP 1.1 and POX messages.
const ContentTypeXML = "text/xml; charset=utf-8"

// SettingName names a user setting or a domain setting.
type SettingName string

// The settings that this package and its callers name in code. KnownSettings
// lists all names of the protocol.
const (
	UserDisplayName           SettingName = "UserDisplayName"
	UserDN                    SettingName = "UserDN"
	UserDeploymentID          SettingName = "UserDeploymentId"
	AutoDiscoverSMTPAddress   SettingName = "AutoDiscoverSMTPAddress"
	InternalMailboxServer     SettingName = "InternalMailboxServer"
	MailboxDN                 SettingName = "MailboxDN"
	InternalEwsURL            SettingName = "InternalEwsUrl"
	InternalEmwsURL           SettingName = "InternalEmwsUrl"
	ExternalEwsURL            SettingName = "ExternalEwsUrl"
	ExternalEmwsURL           SettingName = "ExternalEmwsUrl"
	ExternalEwsVersion        SettingName = "ExternalEwsVersion"
	InteropExternalEwsURL     SettingName = "InteropExternalEwsUrl"
	InteropExternalEwsVersion SettingName = "InteropExternalEwsVersion"
	EwsPartnerURL             SettingName = "EwsPartnerUrl"
	EwsSupportedSchemas       SettingName = "EwsSupportedSchemas"
	CasVersion                SettingName = "CasVersion"
	MailboxVersion            SettingName = "MailboxVersion"
	UserMSOnline              SettingName = "UserMSOnline"
	MapiHTTPEnabled           SettingName = "MapiHttpEnabled"
	CrossOrganizationSharing  SettingName = "CrossOrganizationSharingEnabled"
)

// Known reports whether the name belongs to the protocol. A server answers an
// unknown name with InvalidSetting and a known one that it does not have with
// SettingIsNotAvailable; neither is a fault.
func (n SettingName) Known() bool {
	return strings.Contains(settingNames, " "+string(n)+" ") && !strings.Contains(string(n), " ")
}

// KnownSettings lists the setting names of the protocol.
func KnownSettings() []SettingName {
	var names []SettingName
	for _, n := range strings.Fields(settingNames) {
		names = append(names, SettingName(n))
	}
	return names
}

// settingNames holds every name with a space on both sides.
const settingNames = " UserDisplayName UserDN UserDeploymentId InternalMailboxServer InternalRpcClientServer" +
	" InternalMailboxServerDN InternalEcpUrl InternalEcpVoicemailUrl InternalEcpEmailSubscriptionsUrl" +
	" InternalEcpTextMessagingUrl InternalEcpDeliveryReportUrl InternalEcpRetentionPolicyTagsUrl" +
	" InternalEcpPublishingUrl InternalEcpPhotoUrl InternalEcpConnectUrl InternalEcpTeamMailboxUrl" +
	" InternalEcpTeamMailboxCreatingUrl InternalEcpTeamMailboxEditingUrl InternalEcpTeamMailboxHidingUrl" +
	" InternalEcpExtensionInstallationUrl InternalEwsUrl InternalEmwsUrl InternalOABUrl InternalPhotosUrl" +
	" InternalUMUrl InternalWebClientUrls MailboxDN PublicFolderServer ActiveDirectoryServer" +
	" ExternalMailboxServer ExternalMailboxServerRequiresSSL ExternalMailboxServerAuthenticationMethods" +
	" EcpVoicemailUrlFragment EcpEmailSubscriptionsUrlFragment EcpTextMessagingUrlFragment" +
	" EcpDeliveryReportUrlFragment EcpRetentionPolicyTagsUrlFragment EcpPublishingUrlFragment" +
	" EcpPhotoUrlFragment EcpConnectUrlFragment EcpTeamMailboxUrlFragment EcpTeamMailboxCreatingUrlFragment" +
	" EcpTeamMailboxEditingUrlFragment EcpExtensionInstallationUrlFragment ExternalEcpUrl" +
	" ExternalEcpVoicemailUrl ExternalEcpEmailSubscriptionsUrl ExternalEcpTextMessagingUrl" +
	" ExternalEcpDeliveryReportUrl ExternalEcpRetentionPolicyTagsUrl ExternalEcpPublishingUrl" +
	" ExternalEcpPhotoUrl ExternalEcpConnectUrl ExternalEcpTeamMailboxUrl ExternalEcpTeamMailboxCreatingUrl" +
	" ExternalEcpTeamMailboxEditingUrl ExternalEcpTeamMailboxHidingUrl ExternalEcpExtensionInstallationUrl" +
	" ExternalEwsUrl ExternalEmwsUrl ExternalOABUrl ExternalPhotosUrl ExternalUMUrl ExternalWebClientUrls" +
	" CrossOrganizationSharingEnabled AlternateMailboxes CasVersion EwsSupportedSchemas InternalPop3Connections" +
	" ExternalPop3Connections InternalImap4Connections ExternalImap4Connections InternalSmtpConnections" +
	" ExternalSmtpConnections InternalServerExclusiveConnect ExternalEwsVersion MobileMailboxPolicy" +
	" MobileMailboxPolicyInterop DocumentSharingLocations UserMSOnline InternalMailboxServerAuthenticationMethods" +
	" MailboxVersion SPMySiteHostURL SiteMailboxCreationURL InternalRpcHttpServer" +
	" InternalRpcHttpConnectivityRequiresSsl InternalRpcHttpAuthenticationMethod ExternalServerExclusiveConnect" +
	" ExchangeRpcUrl ShowGalAsDefaultView AutoDiscoverSMTPAddress InteropExternalEwsUrl" +
	" InteropExternalEwsVersion PublicFolderInformation RedirectUrl EwsPartnerUrl CertPrincipalName" +
	" GroupingInformation InternalOutlookServiceUrl ExternalOutlookServiceUrl MapiHttpEnabled "
