package format

// Width is the number of terminal columns text takes when printed.
func Width(text string) int { panic("format") }

// Visible writes out, in the form of JSON's escapes, the characters of text
// that do not show themselves and could act on the terminal. Line feeds and
// tabs stay.
func Visible(text string) string { panic("format") }
