// Package telemetry is how a node tells about itself: a structured log without
// secrets, request ids, metrics, and the middleware that feeds all three from a
// listener.
//
// It owns the masking of secrets (what counts as one, and where), the request
// id in a context, the Prometheus library (no other package imports it) and the
// access log.
//
// It does not own the event log and the audit trail, which administrators read
// through cmdlets (package journal), nor the decision when to log something.
package telemetry
