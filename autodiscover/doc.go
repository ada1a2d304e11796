// Package autodiscover speaks the three forms of Exchange's Autodiscover:
// SOAP (autodiscover.svc, [MS-OXWSADISC]), POX (autodiscover.xml,
// [MS-OXDSCLI]) and the JSON form called V2 (autodiscover.json).
//
// It owns the codecs of all three in both directions, the SOAP client that
// follows redirects with the caller's consent, and the locator that finds a
// domain's service in the canonical order (service connection points, the
// domain, autodiscover.<domain>, the plain HTTP redirect, the SRV record) and
// says of every candidate what happened.
//
// It does not own authentication: it knows nothing of tokens or passwords,
// and whoever needs them gives the [Client] an *http.Client whose transport
// adds them. It does not own DNS either (see [Resolver]), nor what a server
// answers from (that is the server's business), nor EWS itself.
//
// A request for the address of a mailbox's web services:
//
//	c := autodiscover.Client{HTTP: httpClient}
//	found, err := c.GetUserSettings(ctx,
//		"https://autodiscover.litware.test/autodiscover/autodiscover.svc",
//		"kim@litware.test",
//		autodiscover.InternalEwsURL, autodiscover.ExternalEwsURL)
//	...
//	url, err := found.EwsURL()
//
// Every failure is an [*Error] whose [Kind] says what went wrong.
package autodiscover
