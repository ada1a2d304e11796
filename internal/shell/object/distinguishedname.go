package object

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"slices"
	"strings"
)

// distinguishedName writes a name as Windows does: the most specific part
// first, ", " between parts, quotes around values that need them.
func distinguishedName(raw []byte) string {
	var name pkix.RDNSequence
	if _, err := asn1.Unmarshal(raw, &name); err != nil {
		return ""
	}
	slices.Reverse(name)
	parts := make([]string, len(name))
	for i, set := range name {
		values := make([]string, len(set))
		for j, a := range set {
			values[j] = attributeName(a.Type) + "=" + attributeValue(fmt.Sprint(a.Value))
		}
		parts[i] = strings.Join(values, " + ")
	}
	return strings.Join(parts, ", ")
}

func attributeName(id asn1.ObjectIdentifier) string {
	switch id.String() {
	case "2.5.4.3":
		return "CN"
	case "2.5.4.5":
		return "SERIALNUMBER"
	case "2.5.4.6":
		return "C"
	case "2.5.4.7":
		return "L"
	case "2.5.4.8":
		return "S"
	case "2.5.4.9":
		return "STREET"
	case "2.5.4.10":
		return "O"
	case "2.5.4.11":
		return "OU"
	case "2.5.4.12":
		return "T"
	case "2.5.4.42":
		return "G"
	case "2.5.4.4":
		return "SN"
	case "0.9.2342.19200300.100.1.25":
		return "DC"
	case "1.2.840.113549.1.9.1":
		return "E"
	}
	return "OID." + id.String()
}

func attributeValue(s string) string {
	if s != "" && strings.TrimSpace(s) == s && !strings.ContainsAny(s, ",+=\"\n\r<>#;") {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}
