// Package object holds the values that flow through the shell's pipeline:
// texts, numbers, dates, collections and objects with typed properties, and
// what can be done with one of them: read and set properties, index, call the
// methods and static members that administrators use, convert, compare, match,
// calculate, and show as text.
//
// Types, conversions and texts are those of Windows PowerShell 5.1 in the
// culture en-US, because that is what the seeds' outputs show. Where .NET has a
// type that Go has not, the nearest stands in: short and unsigned integers are
// Int32 or Int64 after a check of their range, Decimal and Single are Double,
// a Char is a text of one character, and texts count characters instead of
// UTF-16 units. A DateTime is of kind Utc when its location is time.UTC, else
// Local; an unspecified kind is Local.
//
// Every failure is an *Error with the shell's words and stable id. What one
// operation can make is bounded: texts by 64 MiB, collections by a million
// members, expressions, patterns and nesting by small numbers. Regular
// expressions run in linear time; what .NET knows and Go does not (lookaround,
// backreferences) is an error that says so.
//
// It owns the values and the operators. It knows no command, no pipeline, no
// script block's content (the engine), no layout of lists and tables (package
// format) and no file or clock of its own (Runtime).
package object
