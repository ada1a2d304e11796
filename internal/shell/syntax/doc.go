// Package syntax reads the shell's language: it turns text into a tree with
// positions, and a tree back into text.
//
// The language is the part of Windows PowerShell 5.1 that administrators of
// Exchange and Skype for Business type and paste. Dashes and quotation marks
// of every typographic kind count as the plain ones, and every Unicode space
// is a space, because command lines arrive here by way of web pages and word
// processors.
//
// The language has two modes. A statement that starts with a variable, a
// literal, a bracket or an operator is an expression, in which -eq compares
// and + adds; any other is a command, whose arguments are words that mean
// themselves. There is no separate lexer for that reason: the parser asks for
// what may stand where it is (cursor.go) and reads words, strings and numbers
// as the mode demands.
//
// It owns the lexical rules, the grammar and the printer. It does not know
// which commands exist, does not repair what is wrong (that is package paste)
// and runs nothing.
package syntax
