package problem

import "net/http"

// Failures of metadata documents: what a fetch that reached the server, or a
// file given for explanation, turned out to be. What the wire does to a fetch
// has the codes of the transport.
const (
	MetadataURL             Code = "metadata.url"
	MetadataNotFound        Code = "metadata.not-found"
	MetadataStatus          Code = "metadata.status"
	MetadataPage            Code = "metadata.page"
	MetadataInvalid         Code = "metadata.invalid"
	MetadataWrongProduct    Code = "metadata.wrong-product"
	MetadataWrongRealm      Code = "metadata.wrong-realm"
	MetadataIdentityChanged Code = "metadata.identity-changed"
	MetadataExpiredKey      Code = "metadata.expired-key"
	MetadataNoKey           Code = "metadata.no-key"
	MetadataNoTokenEndpoint Code = "metadata.no-token-endpoint"
)

func metadataRows() []Entry {
	return append(metadataFetchRows(), metadataContentRows()...)
}

const metadataPlaces = "Skype for Business publishes https://<pool>/metadata/json/1, Exchange https://autodiscover.<domain>/autodiscover/metadata/json/1."

func metadataFetchRows() []Entry {
	return []Entry{{
		Code:       MetadataURL,
		Title:      "the metadata URL cannot be used",
		Cause:      "A metadata document is fetched over https only, from a URL without user name; quotation marks copied from a web page are part of the URL too.",
		Remedy:     metadataPlaces,
		HTTPStatus: http.StatusBadRequest,
	}, {
		Code:       MetadataNotFound,
		Title:      "there is no metadata document at the URL",
		Cause:      "The server answers 404: the path is mistyped (jason or jaon for json), belongs to the other product (/autodiscover missing or too much), or the server has no signing certificate.",
		Remedy:     metadataPlaces,
		HTTPStatus: http.StatusBadGateway,
		CmdletText: "The remote server returned an error: (404) Not Found.",
	}, {
		Code:       MetadataStatus,
		Title:      "the server does not hand out its metadata document",
		Cause:      "It asks for a log-on, has no valid signing certificate, or is in trouble.",
		Remedy:     "Check the signing certificate of that server (Get-AuthConfig, or Get-CsCertificate -Type OAuthTokenIssuer), and that the path needs no log-on.",
		Retry:      Later,
		HTTPStatus: http.StatusBadGateway,
		CmdletText: "The remote server returned an error: (<status>) <reason>.",
	}, {
		Code:       MetadataPage,
		Title:      "the URL answers with a web page instead of a metadata document",
		Cause:      "A log-on page or a proxy's error page stands in front of the path, or the URL leads to another virtual directory.",
		Remedy:     "Exempt /autodiscover/* and /metadata/* from pre-authentication, and check the URL: matchseal metadata fetch <url>.",
		HTTPStatus: http.StatusBadGateway,
		DependsOn:  []Code{MetadataNotFound},
	}}
}

func metadataContentRows() []Entry {
	return []Entry{{
		Code:       MetadataInvalid,
		Title:      "the answer is not a valid metadata document",
		Cause:      "It is cut, too large, contradicts itself, names nobody, or breaks the rules of the format in another way.",
		Remedy:     "Look at it member by member: matchseal metadata explain <file or url>.",
		HTTPStatus: http.StatusBadGateway,
	}, {
		Code:       MetadataWrongProduct,
		Title:      "the metadata document belongs to another product",
		Cause:      "The URLs of the two sides were exchanged: each side has to be given the URL of the other.",
		Remedy:     "Give the Exchange side the URL of Skype for Business, and the Skype side that of Exchange.",
		HTTPStatus: http.StatusBadGateway,
	}, {
		Code:       MetadataWrongRealm,
		Title:      "the metadata document is not about the realm expected",
		Cause:      `Its realm differs from the one stated, or is "*", which stands for every organisation at once.`,
		Remedy:     "Compare with the other side (Get-CsOAuthConfiguration | fl Realm, Get-AuthConfig | fl Realm), and state the realm that its tokens come from.",
		HTTPStatus: http.StatusBadGateway,
	}, {
		Code:       MetadataIdentityChanged,
		Title:      "the metadata document names another identity than the one registered",
		Cause:      "The other side was renamed, or somebody answers in its place. The document was refused, and the stored keys stay in force.",
		Remedy:     "Ask the other side's administrator; if the change is meant, remove the partner application and add it again.",
		HTTPStatus: http.StatusBadGateway,
	}, {
		Code:       MetadataExpiredKey,
		Title:      "the signing certificate in the metadata document has expired",
		Cause:      "The certificate that signs tokens (not the one on the wire) was not renewed at the other side.",
		Remedy:     "On Exchange: New-ExchangeCertificate, then Set-AuthConfig -NewCertificateThumbprint <thumbprint> and -PublishCertificate; on Skype for Business: Set-CsCertificate -Type OAuthTokenIssuer -Thumbprint <thumbprint>.",
		Retry:      Later,
		HTTPStatus: http.StatusBadGateway,
	}, {
		Code:       MetadataNoKey,
		Title:      "the metadata document has no key that can verify tokens",
		Cause:      "It lists no certificate for signing, or only ones that are no RSA certificates of 2048 bits or more.",
		Remedy:     "Make a signing certificate with an RSA key of 2048 bits at the other side and assign it.",
		Retry:      Later,
		HTTPStatus: http.StatusBadGateway,
	}, {
		Code:       MetadataNoTokenEndpoint,
		Title:      "the metadata document is not that of a token server",
		Cause:      "It names no https endpoint that issues tokens.",
		Remedy:     "Register a server product as a partner application instead, or correct the URL of the token server.",
		HTTPStatus: http.StatusBadGateway,
	}}
}
