// Package outbound is the only way out: every HTTP connection that this
// program opens to another server is made here.
//
// It owns the http.Transport and what holds for all calls: TLS 1.2 or newer
// with a verified certificate, the resolver, addresses that are never called,
// redirects, timeouts, and the words for what went wrong on the way (a fetch of
// authmeta included), ours and the ones .NET prints in the same place.
//
// There is no switch that turns certificate verification off. A server whose
// authority is not trusted is reached by trusting that authority for that
// host, or by pinning the very certificate it shows (Trust). Look reads what a
// server shows without ever completing a handshake that is not verified.
//
// The one connection without TLS is that of Socket, to a program on the same
// machine.
//
// It does not own what is sent: tokens (s2s/s2shttp), documents (authmeta)
// and SOAP (autodiscover, ews) are the callers', and so are limits on the
// size of an answer.
package outbound
