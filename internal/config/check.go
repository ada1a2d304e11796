package config

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/matchseal/matchseal/internal/problem"
)

const (
	maxText     = 128 // bytes
	maxSocket   = 103 // bytes of a Unix socket's path, on every system that has them
	leastWait   = time.Second
	longestWait = 10 * time.Minute
)

// text is one text of a setting: its value, or an element of its list or map.
type text struct {
	path string
	text string
	set  func(string)
}

// texts lists the texts of a setting; those of a map are its values.
func texts(f field) []text {
	var all []text
	switch v := f.value.Interface().(type) {
	case string:
		all = append(all, text{f.path, v, f.value.SetString})
	case []string:
		for i := range v {
			all = append(all, text{fmt.Sprintf("%s[%d]", f.path, i), v[i], func(s string) { v[i] = s }})
		}
	case map[string]string:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			all = append(all, text{f.path + "." + name, v[name], func(s string) { v[name] = s }})
		}
	}
	return all
}

// wrong records a mistake in a value, wherever it was set.
func (l *loader) wrong(code problem.Code, path, format string, args ...any) {
	m := Mistake{Code: code, Where: l.file, Key: path, Text: fmt.Sprintf(format, args...)}
	for at := path; at != ""; at = parent(at) { // the line of the value, or of what should hold it
		if where, ok := l.set[at]; ok {
			m.Where = where
			break
		}
		if line, ok := l.lines[at]; ok {
			m.Line = line
			break
		}
	}
	l.mistakes = append(l.mistakes, m)
}

// parent of roles[0].listen[1] is roles[0].listen, then roles[0], then roles.
func parent(path string) string {
	return path[:max(strings.LastIndexAny(path, ".["), 0)]
}

// checkValues looks at each value by itself, as it was written.
func (l *loader) checkValues(c *Config) {
	for _, f := range fields(c) {
		if f.tag.Get("must") != "" && f.value.IsZero() {
			l.wrong(problem.ConfigRequired, f.path, "must be set, for example to: %s", example(f.tag, 0))
		}
		for _, t := range texts(f) {
			if t.text == "" {
				if f.value.Kind() != reflect.String {
					l.wrong(problem.ConfigValue, t.path, "is empty")
				}
			} else if why := unfit(f.tag.Get("is"), t.text); why != "" {
				l.wrong(problem.ConfigValue, t.path, "%s", why)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Outbound.Connect)) {
		if why := unfitAddress(name); why != "" {
			l.wrong(problem.ConfigValue, "outbound.connect."+name, "the name: %s", why)
		}
	}
	l.checkPins(c.Trust)
	if c.Outbound.Timeout < leastWait || c.Outbound.Timeout > longestWait {
		l.wrong(problem.ConfigValue, "outbound.timeout", "%s is not between %s and %s", c.Outbound.Timeout, leastWait, longestWait)
	}
}

// checkTogether looks at the complete configuration.
func (l *loader) checkTogether(c *Config) {
	l.checkManagement(c.Management)
	l.checkRoles(c)
	l.checkListeners(c)
}

func (l *loader) checkManagement(m Management) {
	if len(m.Socket) > maxSocket {
		l.wrong(problem.ConfigValue, "management.socket", "the path has %d bytes, but the path of a socket may have %d at most; choose a shorter one", len(m.Socket), maxSocket)
	}
	if (m.TLSCert == "") != (m.TLSKey == "") {
		l.wrong(problem.ConfigRequired, "management.tls_cert", "tls_cert and tls_key go together; set both or none")
	}
	host, _, err := net.SplitHostPort(m.Listen)
	if err == nil && m.TLSCert == "" && !isLoopback(host) {
		l.wrong(problem.ConfigRequired, "management.tls_cert", "must be set, because %s can be reached from other machines; or listen on 127.0.0.1", m.Listen)
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (l *loader) checkRoles(c *Config) {
	if len(c.Roles) == 0 {
		l.wrong(problem.ConfigRequired, "roles", "at least one role must be set; print an example with: matchseal config describe")
	}
	roles, databases := map[string]string{}, map[string]string{c.Directory.DSN: "directory.dsn"}
	for i, r := range c.Roles {
		path := fmt.Sprintf("roles[%d]", i)
		if first, twice := roles[r.Role]; twice && r.Role != "" {
			l.wrong(problem.ConfigConflict, path+".role", "%s is the role of %s already; a second one needs a node of its own", r.Role, first)
			continue
		}
		roles[r.Role] = path
		if first, twice := databases[r.Database]; twice {
			l.wrong(problem.ConfigConflict, path+".database", "is the database of %s already; each needs its own", first)
		}
		databases[r.Database] = path + ".database"
	}
}

// checkListeners finds two listeners on one port of one address.
func (l *loader) checkListeners(c *Config) {
	type listener struct{ path, host, port, address string }
	var all []listener
	add := func(path, address string) {
		host, port, err := net.SplitHostPort(address)
		if err != nil || port == "0" {
			return
		}
		for _, other := range all {
			if other.port == port && (other.host == host || isAny(other.host) || isAny(host)) {
				l.wrong(problem.ConfigConflict, path, "%s is taken by %s (%s); choose another port or address", address, other.path, other.address)
				return
			}
		}
		all = append(all, listener{path, host, port, address})
	}
	add("management.listen", c.Management.Listen)
	for i, r := range c.Roles {
		for j, address := range r.Listen {
			add(fmt.Sprintf("roles[%d].listen[%d]", i, j), address)
		}
	}
}

func isAny(host string) bool {
	ip := net.ParseIP(host)
	return host == "" || ip != nil && ip.IsUnspecified()
}

// unfit says why a text is not what the tag "is" asks for, or "".
func unfit(is, s string) string {
	switch is {
	case "path":
		return unfitPath(s)
	case "dsn":
		return unfitDSN(s)
	case "listen":
		return unfitListen(s)
	case "address":
		return unfitAddress(s)
	case "host":
		return unfitHost(s)
	case "fqdn":
		return unfitName(s)
	case "text":
		return unfitText(s)
	case "pin":
		return unfitPin(s)
	case "pinned":
		return "" // checked with the pins themselves
	}
	if choices := strings.Split(is, "|"); !slices.Contains(choices, s) {
		why := fmt.Sprintf("%q is none of %s", s, strings.Join(choices, ", "))
		if near := nearest(s, choices); near != "" {
			why += fmt.Sprintf("; did you mean %q?", near)
		}
		return why
	}
	return ""
}

func unfitText(s string) string {
	if len(s) > maxText {
		return fmt.Sprintf("has %d bytes, at most %d are allowed", len(s), maxText)
	}
	if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return "holds control characters"
	}
	if strings.TrimSpace(s) != s {
		return "begins or ends with a space"
	}
	return ""
}

func unfitPath(s string) string {
	switch {
	case strings.ContainsFunc(s, unicode.IsControl):
		return "holds control characters"
	case strings.Contains(s, "://"):
		return fmt.Sprintf("%q is a URL; write the path of a file", s)
	case strings.Contains(s, "/~/") || strings.HasPrefix(s, "~"):
		return "~ is not replaced by a home directory here; write the whole path"
	}
	return ""
}

func unfitDSN(s string) string {
	scheme, rest, ok := strings.Cut(s, ":")
	switch {
	case ok && scheme == "sqlite" && rest != "" && !strings.HasPrefix(rest, ":"):
		return unfitPath(rest)
	case ok && (scheme == "postgres" || scheme == "postgresql"):
		if u, err := url.Parse(s); err != nil || len(u.Path) < 2 {
			return "the address of a PostgreSQL database has the form postgres://user:password@host:5432/database (write special characters of the password as %XX)"
		}
		return ""
	}
	return "must begin with sqlite: or postgres://, for example sqlite:/var/lib/matchseal/skype.db"
}

func unfitListen(s string) string {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return fmt.Sprintf("%q is not of the form host:port; write for example 0.0.0.0:443, or [::1]:443 for IPv6", s)
	}
	if host != "" && net.ParseIP(host) == nil && host != "localhost" {
		if why := unfitName(host); why != "" {
			return why
		}
	}
	return unfitPort(port, 0)
}

func unfitAddress(s string) string {
	host, port, err := net.SplitHostPort(s)
	if err != nil || host == "" {
		return fmt.Sprintf("%q is not of the form host:port; write for example 192.0.2.7:443", s)
	}
	if net.ParseIP(host) == nil && host != "localhost" {
		if why := unfitName(host); why != "" {
			return why
		}
	}
	return unfitPort(port, 1)
}

func unfitPort(port string, least int) string {
	if n, err := strconv.Atoi(port); err != nil || n < least || n > 65535 {
		return fmt.Sprintf("the port %q is not a number from %d to 65535", port, least)
	}
	return ""
}

func unfitHost(s string) string {
	if host, port, ok := strings.Cut(s, ":"); ok && !strings.Contains(s, "://") {
		if why := unfitPort(port, 1); why != "" {
			return why
		}
		s = host
	}
	return unfitName(s)
}

// unfitName wants a full DNS name, RFC 1123 2.1, with at least two labels.
func unfitName(s string) string {
	switch {
	case strings.Contains(s, "://"), strings.Contains(s, "/"):
		return fmt.Sprintf("%q is a URL; write only the name of the server in it", s)
	case net.ParseIP(s) != nil:
		return fmt.Sprintf("%q is an IP address; certificates and tokens need a name", s)
	case strings.Contains(s, "@"):
		return fmt.Sprintf("%q is an address of a user; write the part behind the @", s)
	case strings.HasSuffix(s, "."):
		return fmt.Sprintf("%q ends in a dot; leave it out", s)
	case strings.HasPrefix(s, "*."):
		return fmt.Sprintf("%q is a wildcard; list the names one by one", s)
	case len(s) > 253:
		return fmt.Sprintf("the name has %d characters, a DNS name has 253 at most", len(s))
	case !strings.Contains(s, "."):
		return fmt.Sprintf("%q is a short name; write the full one, for example %s.litware.test", s, s)
	}
	for label := range strings.SplitSeq(s, ".") {
		if why := unfitLabel(label); why != "" {
			return fmt.Sprintf("%q is no DNS name: %s", s, why)
		}
	}
	return ""
}

func unfitLabel(label string) string {
	switch {
	case label == "":
		return "two dots follow each other"
	case len(label) > 63:
		return "a part between dots has more than 63 characters"
	case strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-"):
		return "a part between dots begins or ends with a hyphen"
	}
	for _, r := range label {
		if r > unicode.MaxASCII {
			return "write names with other than English letters in their xn-- form"
		}
		if !(r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z') {
			return fmt.Sprintf("it holds %q", r)
		}
	}
	return ""
}
