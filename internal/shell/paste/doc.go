// Package paste mends command lines that were damaged on their way from a web
// page, a word processor or another console into this shell.
//
// Strip takes off what such places put in front of a line: prompts, list
// numbers, bullets. Repair changes a line that cannot be read or bound as it
// stands, and says in words what it changed; each rule answers one damage that
// has been seen on a page, and a value that was lost is never made up. Suggest
// finds the name that was probably meant.
//
// The package owns the rules, as functions of text and of what the shell knows
// (Knowledge). It does not decide when to repair, announces nothing and runs
// nothing: that is the engine's part, which does without repairs when it is
// told to be strict. The language belongs to package syntax.
package paste
