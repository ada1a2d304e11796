package config

import (
	"encoding/hex"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/problem"
)

// Sizes of thumbprints in hexadecimal digits.
const (
	sha1Digits   = 40
	sha256Digits = 64
)

// httpsPort is what a name without a port means.
const httpsPort = "443"

// PinsByAddress is trust.pins in the form that connections are made by: host:port to
// the SHA-256 of a certificate in lower-case hexadecimal digits, or to the
// absolute path of a file with certificates.
func (t Trust) PinsByAddress() map[string]string {
	pins := map[string]string{}
	for host, pin := range t.Pins {
		pins[withPort(host)] = pin
	}
	return pins
}

// TakesAnyName says that the certificate pinned for host:port may be made out
// to another name.
func (t Trust) TakesAnyName(address string) bool {
	return slices.ContainsFunc(t.PinsAnyName, func(host string) bool { return withPort(host) == address })
}

func withPort(host string) string {
	host = strings.ToLower(host)
	if ip := net.ParseIP(host); ip != nil {
		return net.JoinHostPort(host, httpsPort)
	}
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	return net.JoinHostPort(host, httpsPort)
}

// thumbprint reads a SHA-256 as tools print it: with or without "sha256:",
// colons and capitals; ok says that the text was meant as a thumbprint, which
// is then wrong when sum is empty.
func thumbprint(text string) (sum string, ok bool) {
	rest, marked := strings.CutPrefix(strings.ToLower(text), "sha256:")
	sum = strings.NewReplacer(":", "", " ", "").Replace(rest)
	_, err := hex.DecodeString(sum)
	digits := err == nil && len(sum) >= 32
	if !marked && !digits {
		return "", false
	}
	if err != nil || len(sum) != sha256Digits {
		return "", true
	}
	return sum, true
}

// unfitPin says why a text is neither a thumbprint nor a file.
func unfitPin(s string) string {
	sum, ok := thumbprint(s)
	switch {
	case ok && sum != "":
		return ""
	case ok && len(strings.NewReplacer(":", "", " ", "").Replace(s)) == sha1Digits:
		return "this is a SHA-1 thumbprint, which can be forged; write the SHA-256 that `matchseal cert inspect https://<host>` prints, or the file of the certificate"
	case ok:
		return fmt.Sprintf("%q is no SHA-256 thumbprint: that has %d hexadecimal digits", s, sha256Digits)
	}
	return unfitPath(s)
}

// unfitPinned wants what a URL names: a host, short or full, or an address,
// with the port if it is not 443.
func unfitPinned(s string) string {
	if net.ParseIP(s) != nil {
		return ""
	}
	host := s
	if h, port, err := net.SplitHostPort(s); err == nil && !strings.Contains(s, "/") {
		if why := unfitPort(port, 1); why != "" {
			return why
		}
		if net.ParseIP(h) != nil {
			return ""
		}
		host = h
	}
	if !strings.ContainsAny(host, "./:@*") { // a short name, as servers call themselves
		if why := unfitLabel(host); why != "" {
			return fmt.Sprintf("%q is no name of a server: %s", host, why)
		}
		return ""
	}
	return unfitName(host)
}

// checkPins looks at the hosts that have pins.
func (l *loader) checkPins(t Trust) {
	for _, host := range slices.Sorted(maps.Keys(t.Pins)) {
		if why := unfitPinned(host); why != "" {
			l.wrong(problem.ConfigValue, "trust.pins."+host, "the name: %s", why)
		}
	}
	for i, host := range t.PinsAnyName {
		path := fmt.Sprintf("trust.pins_any_name[%d]", i)
		if why := unfitPinned(host); host != "" && why != "" {
			l.wrong(problem.ConfigValue, path, "%s", why)
		} else if _, pinned := t.PinsByAddress()[withPort(host)]; host != "" && !pinned {
			l.wrong(problem.ConfigConflict, path, "%s has no pin; name its certificate under trust.pins first", host)
		}
	}
	seen := map[string]string{}
	for _, host := range slices.Sorted(maps.Keys(t.Pins)) {
		if first, twice := seen[withPort(host)]; twice {
			l.wrong(problem.ConfigConflict, "trust.pins."+host, "is the same place as %s; keep one of them (a file may hold several certificates)", first)
		}
		seen[withPort(host)] = host
	}
}
