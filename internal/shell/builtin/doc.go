// Package builtin holds the commands that every management shell has, whatever
// it manages: filters and selections, formatting, conversion to JSON, CSV and
// CLIXML, dates, variables, files, help.
//
// Commands returns them as a table of package shell: names, aliases, parameters
// and outputs are data, the rest of a row is the function that runs it. Names,
// behaviour, output and error texts are those of Windows PowerShell 5.1 in the
// culture en-US. Commands stream where they do there, and keep no more of their
// input than their answer needs.
//
// It owns what a command does with the objects it is given. How parameters are
// bound, pipelines run and errors are reported belongs to package shell, how a
// value reads, compares and converts to package object, how it is laid out to
// package format. It knows no product and no network.
package builtin
