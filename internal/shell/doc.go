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
// It owns the evaluation. Text becomes a tree in package syntax, values and
// operators live in package object, layout in package format, the commands
// every shell has in package builtin, the terminal in package console. It
// knows no product, no node and no network.
package shell
