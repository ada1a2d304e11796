// Package journal keeps the two records of what a role did: the event log, in
// which administrators find events such as 32048, 32053 and 32054, and the
// access audit, which says of every token that came to a door whether it was
// accepted, for whom, and why not.
//
// It owns the two tables, their limits (every text is cut, freed of control
// characters and of anything that looks like a token) and their retention.
//
// It does not own the wording of events (the failure catalogue and the package
// that notices do), nor the diagnostic log of the process, which is package
// telemetry's.
package journal
