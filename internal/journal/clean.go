package journal

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/matchseal/matchseal/internal/telemetry"
)

// Limits of the texts of an entry, in bytes.
const (
	maxShort  = 512
	maxText   = 2 << 10
	maxDetail = 16 << 10
)

const cut = "…"

func short(s string) string { return clean(s, maxShort, false) }

// clean makes foreign text fit to be shown and kept: secrets are masked,
// control characters and the invisible characters that turn or hide text are
// written out as \u escapes, broken UTF-8 is replaced, and what is longer than
// limit is cut. Lines and tabs survive where lines is set.
func clean(s string, limit int, lines bool) string {
	// Masking looks at the whole, so that no secret is cut in two and missed,
	// within reason: what no entry will ever show need not be read.
	if len(s) > 16*limit {
		s = s[:16*limit]
	}
	s = strings.ToValidUTF8(telemetry.Mask(s), "\uFFFD")
	if lines {
		s = strings.ReplaceAll(s, "\r\n", "\n")
	}
	var b strings.Builder
	for _, r := range s {
		if visible(r) || lines && (r == '\n' || r == '\t') {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	if s = b.String(); len(s) > limit {
		s = strings.ToValidUTF8(s[:limit-len(cut)], "") + cut
	}
	return s
}

// visible reports whether r shows itself: not a control character, not a
// format character such as U+202E, not a line or paragraph separator.
func visible(r rune) bool {
	return !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}
