package s2shttp

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/matchseal/matchseal/s2s"
)

// DiagnosticsHeader is the response header in which the products say why they
// refused a token.
const DiagnosticsHeader = "X-Ms-Diagnostics"

// Diagnostics is the content of an x-ms-diagnostics header. What a peer writes
// there is for people to read; nothing is decided by it.
type Diagnostics struct {
	Code     int // 2000000 to 2000008 where the products document it
	Reason   string
	Category string
	Source   string // the server's name; Skype only
}

func diagnosticsOf(ref *s2s.Refusal, fqdn string) Diagnostics {
	return Diagnostics{Code: int(ref.Code()), Reason: ref.PublicText(), Category: ref.Category(), Source: fqdn}
}

// Header writes the value in the product's form.
func (d Diagnostics) Header(style Style) string {
	switch style {
	case Skype:
		return fmt.Sprintf("%d;%s;%s", d.Code, quoted("source", d.Source), quoted("reason", d.Reason))
	case SharePoint:
		return fmt.Sprintf("%d;%s;%s", d.Code, quoted("reason", d.Reason), quoted("category", d.Category))
	}
	return fmt.Sprintf("%d;%s;%s", d.Code, quoted("reason", d.Reason), quoted("error_category", d.Category))
}

// String is for people: `2000003 invalid_resource: The audience ...`.
func (d Diagnostics) String() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s: %s", d.Code, d.Category, d.Reason))
}

// ParseDiagnostics reads any product's form: a number, then name="value" pairs
// in any order and separation. It is not ok without a number.
func ParseDiagnostics(value string) (d Diagnostics, ok bool) {
	const maxBytes = 8 * 1024
	value = strings.TrimSpace(value)
	digits := len(value) - len(strings.TrimLeft(value, "0123456789"))
	code, err := strconv.Atoi(value[:digits])
	if err != nil || len(value) > maxBytes {
		return Diagnostics{}, false
	}
	d.Code = code
	rest := value[digits:]
	for {
		name, behind, found := strings.Cut(rest, `="`)
		if !found {
			return d, true
		}
		text, next, _ := strings.Cut(behind, `"`)
		switch strings.ToLower(strings.Trim(name, "; \t")) {
		case "reason":
			d.Reason = text
		case "error_category", "error_type", "category":
			d.Category = text
		case "source":
			d.Source = text
		}
		rest = next
	}
}
