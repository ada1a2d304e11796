package format

import "strings"

// list shows one property per line, the objects separated by empty lines.
type list struct {
	p     *Printer
	begun bool
}

// leastValue is how many columns a narrow window leaves to the values; the
// names are cut for it.
const leastValue = 5

func (l *list) add(cells []cell) {
	if !l.begun {
		l.p.o.Out("\n")
		l.begun = true
	}
	l.p.o.Out("\n")
	names, longest := make([]string, len(cells)), 0
	for i, c := range cells {
		names[i] = title(c.Name)
		longest = max(longest, Width(names[i]))
	}
	const colon = " : "
	longest = min(longest, l.p.o.Width-len(colon)-leastValue)
	column := longest + len(colon)
	for i, c := range cells {
		front := pad(cut(names[i], longest), longest, Left) + colon
		for _, line := range wrap(l.p.text(c), l.p.o.Width-column) {
			l.p.line(front + line)
			front = strings.Repeat(" ", column)
		}
	}
}

func (l *list) end() { l.p.o.Out("\n\n") }
