package mailbox

import (
	"html"
	"strings"
	"unicode"
)

// BodyType is the form in which a body is written.
type BodyType string

const (
	Text BodyType = "text"
	HTML BodyType = "html"
)

// Body is the body of an item in the form in which it was given.
type Body struct {
	Type BodyType
	Text string
}

// As returns the body in the wanted form, converted when it is in the other
// one. Making text of HTML loses what text cannot show.
func (b Body) As(want BodyType) Body {
	switch {
	case b.Type == want || b.Type == "":
		return Body{want, b.Text}
	case want == HTML:
		escaped := html.EscapeString(strings.ReplaceAll(b.Text, "\r\n", "\n"))
		return Body{HTML, "<html><body>" + strings.ReplaceAll(escaped, "\n", "<br>\r\n") + "</body></html>"}
	}
	return Body{Text, htmlText(b.Text)}
}

const previewLength = 255 // characters

// preview is the beginning of the body on one line.
func preview(b Body) string {
	// A body of many megabytes need not be converted for its first line.
	if len(b.Text) > 64<<10 {
		b.Text = strings.ToValidUTF8(b.Text[:64<<10], "")
	}
	line := []rune(strings.Join(strings.Fields(b.As(Text).Text), " "))
	return string(line[:min(len(line), previewLength)])
}

// htmlText takes the tags out of HTML: one line per block, entities resolved,
// no scripts and styles.
func htmlText(s string) string {
	var out strings.Builder
	for s != "" {
		before, rest, found := strings.Cut(s, "<")
		out.WriteString(html.UnescapeString(collapse(before)))
		if !found {
			break
		}
		if comment, ok := strings.CutPrefix(rest, "!--"); ok {
			_, s, _ = strings.Cut(comment, "-->")
			continue
		}
		tag, after, _ := strings.Cut(rest, ">")
		s = after
		switch name := tagName(tag); name {
		case "script", "style", "head", "title":
			s = skipElement(after, name)
		case "br", "/p", "/div", "/tr", "/li", "/h1", "/h2", "/h3", "/h4", "/table":
			out.WriteString("\n")
		}
	}
	lines := strings.Split(out.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.TrimSpace(strings.Join(lines, "\r\n"))
}

// tagName is "p" of `p class=x` and "/p" of "/p".
func tagName(tag string) string {
	end := strings.IndexFunc(tag, func(r rune) bool { return unicode.IsSpace(r) })
	if end < 0 {
		end = len(tag)
	}
	return strings.ToLower(strings.TrimSuffix(tag[:end], "/"))
}

// skipElement returns what follows the end tag of an element.
func skipElement(s, name string) string {
	for s != "" {
		_, rest, found := strings.Cut(s, "</")
		if !found {
			return ""
		}
		if len(rest) >= len(name) && strings.EqualFold(rest[:len(name)], name) {
			_, after, _ := strings.Cut(rest, ">")
			return after
		}
		s = rest
	}
	return ""
}

// collapse makes every run of white space one space, as a browser does.
func collapse(s string) string {
	words := strings.Join(strings.Fields(s), " ")
	if words == "" {
		if s == "" {
			return ""
		}
		return " "
	}
	if unicode.IsSpace(rune(s[0])) {
		words = " " + words
	}
	if unicode.IsSpace(rune(s[len(s)-1])) {
		words += " "
	}
	return words
}
