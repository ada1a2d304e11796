package syntax

import "sort"

// stride is the distance of a ruler's marks.
const stride = 512

// ruler finds line and column of an offset. Marks count the characters before
// every stride-th byte, so that a column is cheap on lines of any length.
type ruler struct {
	source string
	lines  []int // where each line begins
	marks  []int
}

func newRuler(source string) *ruler {
	r := &ruler{source: source, lines: []int{0}}
	count := 0
	for i := range len(source) {
		if i%stride == 0 {
			r.marks = append(r.marks, count)
		}
		if startsRune(source[i]) {
			count++
		}
		if source[i] == '\n' || source[i] == '\r' && (i+1 == len(source) || source[i+1] != '\n') {
			r.lines = append(r.lines, i+1)
		}
	}
	r.marks = append(r.marks, count)
	return r
}

func startsRune(b byte) bool { return b&0xC0 != 0x80 }

// count is the number of characters before an offset.
func (r *ruler) count(offset int) int {
	mark := min(offset/stride, len(r.marks)-1)
	n := r.marks[mark]
	for i := mark * stride; i < offset && i < len(r.source); i++ {
		if startsRune(r.source[i]) {
			n++
		}
	}
	return n
}

func (r *ruler) pos(offset int) Pos {
	line := sort.SearchInts(r.lines, offset+1)
	return Pos{Offset: offset, Line: line, Column: r.count(offset) - r.count(r.lines[line-1]) + 1}
}
