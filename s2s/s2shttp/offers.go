package s2shttp

import (
	"errors"
	"fmt"
	"strings"
)

// offer is one challenge of any scheme (RFC 9110, 11.6.1).
type offer struct {
	scheme   string
	params   map[string]string // names in lower case
	repeated string            // name of a parameter that came twice
}

// Limits before anything is allocated that grows with the input.
const (
	maxFieldBytes = 16 * 1024
	maxFields     = 32
	maxOffers     = 32
	maxParams     = 32
)

// parseOffers reads the fields one after the other. A field may carry several
// schemes, and a comma separates schemes as well as parameters, so what a word
// is shows only behind it: "=" makes it a parameter.
func parseOffers(fields []string) ([]offer, error) {
	if len(fields) > maxFields {
		return nil, fmt.Errorf("more than %d fields", maxFields)
	}
	var offers []offer
	for _, field := range fields {
		if len(field) > maxFieldBytes {
			return nil, fmt.Errorf("a field is longer than %d bytes", maxFieldBytes)
		}
		r := fieldReader{rest: field}
		var current *offer // parameters do not reach over to the next field
		for r.skip(" \t,"); r.rest != ""; r.skip(" \t,") {
			word := r.word()
			r.skip(" \t")
			switch {
			case word == "":
				return nil, fmt.Errorf("unexpected character %q", r.rest[0])
			case current != nil && strings.HasPrefix(r.rest, "="):
				if err := r.param(current, word); err != nil {
					return nil, err
				}
			case len(offers) == maxOffers:
				return nil, fmt.Errorf("more than %d schemes", maxOffers)
			default:
				offers = append(offers, offer{scheme: schemeName(word), params: map[string]string{}})
				current = &offers[len(offers)-1]
				r.skipToken68()
			}
		}
	}
	return offers, nil
}

func schemeName(word string) string {
	for _, known := range [...]string{"Bearer", "Basic", "Digest", "Negotiate", "NTLM", "MsRtcOAuth"} {
		if strings.EqualFold(word, known) {
			return known
		}
	}
	return word
}

type fieldReader struct{ rest string }

func (r *fieldReader) skip(chars string) { r.rest = strings.TrimLeft(r.rest, chars) }

// word takes an RFC 9110 token.
func (r *fieldReader) word() string {
	n := 0
	for n < len(r.rest) && isTokenChar(r.rest[n]) {
		n++
	}
	word := r.rest[:n]
	r.rest = r.rest[n:]
	return word
}

func isTokenChar(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}

// skipToken68 steps over credentials-like data behind a scheme, such as the
// base64 of Negotiate. It must fill the space up to a comma or the end,
// otherwise it is something else.
func (r *fieldReader) skipToken68() {
	n := 0
	for n < len(r.rest) && (isTokenChar(r.rest[n]) || r.rest[n] == '/') {
		n++
	}
	for n < len(r.rest) && r.rest[n] == '=' {
		n++
	}
	behind := strings.TrimLeft(r.rest[n:], " \t")
	if behind == "" || behind[0] == ',' {
		r.rest = behind
	}
}

// param reads ="value" or =value behind a name.
func (r *fieldReader) param(o *offer, name string) error {
	r.rest = r.rest[1:]
	r.skip(" \t")
	var value string
	if strings.HasPrefix(r.rest, `"`) {
		var err error
		if value, err = r.quotedString(); err != nil {
			return fmt.Errorf("parameter %s: %w", name, err)
		}
	} else {
		n := strings.IndexAny(r.rest, " \t,\"")
		if n < 0 {
			n = len(r.rest)
		}
		value, r.rest = r.rest[:n], r.rest[n:]
	}
	name = strings.ToLower(name)
	if name == "trustedissuers" { // the spelling of [MS-SPS2SAUTH]
		name = "trusted_issuers"
	}
	if _, twice := o.params[name]; twice {
		o.repeated = name
	}
	if len(o.params) == maxParams {
		return fmt.Errorf("more than %d parameters", maxParams)
	}
	o.params[name] = value
	return nil
}

func (r *fieldReader) quotedString() (string, error) {
	var value strings.Builder
	for i := 1; i < len(r.rest); i++ {
		switch c := r.rest[i]; {
		case c == '"':
			r.rest = r.rest[i+1:]
			return value.String(), nil
		case c == '\\' && i+1 < len(r.rest):
			i++
			value.WriteByte(r.rest[i])
		case c < ' ' && c != '\t' || c == 0x7f:
			return "", errors.New("control character in a quoted value")
		default:
			value.WriteByte(c)
		}
	}
	return "", errors.New("the closing quote is missing")
}
