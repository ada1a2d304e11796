package directory

import (
	"slices"
	"strings"
)

// DistinguishedName writes the path of an object as LDAP does:
// "litware.test/Users/Ken Myer" is "CN=Ken Myer,CN=Users,DC=litware,DC=test".
// The containers that every domain has are CN, all others OU.
func DistinguishedName(path string) string {
	parts := strings.Split(path, "/")
	var names []string
	for i, name := range slices.Backward(parts[1:]) {
		kind := "OU="
		if i == len(parts)-2 || isContainer(name) {
			kind = "CN="
		}
		names = append(names, kind+escapeDN(name))
	}
	for _, label := range strings.Split(parts[0], ".") {
		names = append(names, "DC="+escapeDN(label))
	}
	return strings.Join(names, ",")
}

func isContainer(name string) bool {
	return slices.ContainsFunc([]string{"Users", "Computers", "Builtin"}, func(c string) bool { return strings.EqualFold(c, name) })
}

// special are the characters that a distinguished name escapes (RFC 4514 2.4).
const special = `\,+"<>;=`

func escapeDN(s string) string {
	var b strings.Builder
	for i, r := range s {
		if strings.ContainsRune(special, r) || i == 0 && r == '#' {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// pathOfDN reads a distinguished name as the path of an object; false when the
// text is none.
func pathOfDN(s string) (string, bool) {
	var domain, names []string
	for _, part := range splitDN(s) {
		kind, value, ok := strings.Cut(part, "=")
		if !ok || value == "" {
			return "", false
		}
		switch fold(strings.TrimSpace(kind)) {
		case "dc":
			domain = append(domain, value)
		case "cn", "ou":
			if len(domain) > 0 {
				return "", false
			}
			names = append(names, value)
		default:
			return "", false
		}
	}
	if len(domain) == 0 || len(names) == 0 {
		return "", false
	}
	slices.Reverse(names)
	return strings.Join(domain, ".") + "/" + strings.Join(names, "/"), true
}

// splitDN cuts at the commas that are not escaped, and takes escapes out.
func splitDN(s string) []string {
	parts := []string{""}
	escaped := false
	for _, r := range s {
		switch last := len(parts) - 1; {
		case escaped:
			parts[last] += string(r)
			escaped = false
		case r == '\\':
			escaped = true
		case r == ',':
			parts = append(parts, "")
		case r == ' ' && parts[last] == "": // blanks after a comma
		default:
			parts[last] += string(r)
		}
	}
	return parts
}
