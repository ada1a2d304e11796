// Package s2shttp carries server-to-server tokens over HTTP.
//
// For servers there is [Guard]: it reads the Authorization header, has the
// token judged by an s2s.Verifier and otherwise writes the challenge
// (WWW-Authenticate: Bearer ...) and the x-ms-diagnostics header in the
// spelling of the product it plays ([Style]).
//
// For clients there is [Transport], an http.RoundTripper: it discovers the
// challenge with an empty Bearer, decides whether it may call at all, makes
// the token and sends it, and never to any other host than the configured
// partner's ([MS-XOAUTH] 3.2.5.2 and 4.6).
//
// The package does not own the decision about a token (s2s), connections and
// certificate checks (the http.RoundTripper it is given), the choice of
// partners, or the rights of a caller.
//
// [MS-XOAUTH]: https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-xoauth/
package s2shttp
