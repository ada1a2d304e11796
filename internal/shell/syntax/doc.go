// Package syntax reads the shell's language: it turns text into a tree with
// positions, and a tree back into text.
//
// The language is the part of Windows PowerShell 5.1 that administrators of
// Exchange and Skype for Business type and paste. Dashes and quotation marks
// of every typographic kind count as the plain ones, and every Unicode space
// is a space, because command lines arrive here by way of web pages and word
// processors.
//
// It owns the lexical rules, the grammar and the printer. It does not know
// which commands exist, does not repair what is wrong (that is package paste)
// and runs nothing.
package syntax
