package authmeta

import (
	"net/url"
	"strings"
)

// suggest finds the URL that was probably meant when a path does not exist.
// Guides in print have shown "jason" and "jaon" for json, and the path of one
// product is easily given for the other's.
func suggest(target *url.URL, o ParseOptions) (address, remedy string) {
	product, sure := meant(target, o)
	asked := strings.TrimSuffix(target.Path, "/")
	right := at(target, product)
	switch {
	case !strings.EqualFold(asked, right.Path):
		return right.String(), "the document of " + described(product) + " is at " + right.String()
	case !sure: // the path of Skype for Business, by somebody who may have left out /autodiscover
		right = at(target, Exchange)
		return right.String(), "if this is an Exchange server, its document is at " + right.String() + "; if it is Skype for Business, is the host " + where(Skype) + "?"
	}
	return "", "the path is the right one for " + described(product) + ", so the host is not: is it " + where(product) + "?"
}

func at(target *url.URL, p Product) *url.URL {
	return &url.URL{Scheme: target.Scheme, Host: target.Host, Path: prefix(target.Path, p) + p.Path()}
}

// meant tells which product the URL was written for: the one asked for, else
// the one the path or the host hints at.
func meant(target *url.URL, o ParseOptions) (p Product, sure bool) {
	for _, app := range []Product{Exchange, Skype, SharePoint, TokenServer} {
		if o.Application == app.App() || o.Application == "" && o.Pinned.App == app.App() {
			return app, true
		}
	}
	path, host := strings.ToLower(target.Path), strings.ToLower(target.Hostname())
	switch {
	case o.AuthServer:
		return TokenServer, true
	case strings.Contains(path, "autodiscover"), strings.HasPrefix(host, "autodiscover."):
		return Exchange, true
	case strings.Contains(path, "_layouts"):
		return SharePoint, true
	}
	return Skype, false
}

// prefix keeps the tenant that stands in front of a token server's path.
func prefix(path string, p Product) string {
	if p != TokenServer {
		return ""
	}
	tenant, _, found := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if !found || strings.EqualFold(tenant, "metadata") {
		return ""
	}
	return "/" + tenant
}

func described(p Product) string {
	switch p {
	case Skype:
		return "Skype for Business"
	case TokenServer:
		return "a token server"
	}
	return string(p)
}

func where(p Product) string {
	switch p {
	case Exchange:
		return "the Autodiscover host (Get-ClientAccessService | fl AutoDiscoverServiceInternalUri)"
	case Skype:
		return "the host of a pool (Get-CsPool), and does it have a signing certificate (Get-CsCertificate -Type OAuthTokenIssuer)"
	}
	return "the server's own host"
}
