// Package arch checks the house: which package may import which, who alone
// may use certain libraries, that every package says what it is for, and how
// large files and functions may grow. The rules are tables in its tests; a
// failure prints the reason for the rule, so that the reader can judge
// whether code or rule has to move.
//
// It owns no code that runs in the product.
package arch
