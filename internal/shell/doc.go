// Package shell runs the management shell's language: it binds parameters,
// streams objects through pipelines, keeps variables, asks questions, and
// turns failures into error records.
//
// A command is data (Command, Parameter) and a Handler. The engine decides
// everything that is the same for all commands: prefixes and aliases of
// parameters, parameter sets, conversion, pipeline input, prompts for what is
// mandatory, the common parameters, -WhatIf and -Confirm, the streams, and
// what an error looks like. The semantics are those of Windows PowerShell 5.1.
//
// A text goes this way: Session.Run reads it and, unless the session is Strict,
// mends what was damaged on its way here (run.go, repair.go). A frame evaluates
// its statements (frame.go, evaluate_*.go). A pipeline finds and binds all its
// commands first (stage.go, lookup.go, bind.go, bindset.go, convert.go,
// prompt.go) and then pushes objects from one to the next (pipeline.go), so that
// nothing is kept between them. Functions, blocks and scripts are commands like
// any other, with a handler that evaluates (function.go, parameters.go).
//
// Failures are faults (errors.go). One that ends its statement is reported
// there, and the text goes on, unless a try waits for it; throw and
// -ErrorAction Stop end everything up to a try.
//
// It owns the evaluation. Text becomes a tree in package syntax, values and
// operators live in package object, layout in package format, what is known of
// damaged lines in package paste, the commands every shell has in package
// builtin, the terminal in package console. It knows no product, no node and no
// network.
package shell
