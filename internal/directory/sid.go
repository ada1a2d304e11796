package directory

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"github.com/matchseal/matchseal/internal/problem"
)

// SID is a security identifier in its string form ([MS-DTYP] 2.4.2.1), for
// example S-1-5-21-1004336348-1177238915-682003330-1104: the identifier of a
// domain followed by the relative identifier (RID) of the account.
type SID string

// Relative identifiers that every domain gives out the same way ([MS-DTYP]
// 2.4.2.4).
const (
	ridAdministrator    = 500
	ridGuest            = 501
	ridKrbtgt           = 502
	ridDomainAdmins     = 512
	ridSchemaAdmins     = 518
	ridEnterpriseAdmins = 519
	// firstRID is where the identifiers of ordinary accounts begin; all below
	// 1000 belong to built-in ones.
	firstRID       = 1101
	lastBuiltInRID = 999
)

// sidAdministrators is the group that every domain has under the same SID.
const sidAdministrators SID = "S-1-5-32-544"

const maxSID = 184 // "S-1-", an authority of 14 characters, 15 sub-authorities

// ParseSID reads a security identifier. Errors have the code directory.sid.
func ParseSID(s string) (SID, error) {
	text := strings.Trim(s, " \t\r\n")
	if why := explainSID(text); why != "" {
		if len(s) > maxSID {
			s = s[:maxSID] + "…"
		}
		return "", problem.New(problem.DirectorySID, "%q is not a security identifier: %s", s, why)
	}
	return SID("S" + text[1:]), nil
}

func explainSID(s string) string {
	if len(s) > maxSID {
		return "it is too long"
	}
	parts := strings.Split(s, "-")
	switch {
	case len(parts) < 4 || (parts[0] != "S" && parts[0] != "s"):
		return "write it as S-1-5-21-…"
	case parts[1] != "1":
		return "its revision is not 1"
	case len(parts) > 3+15:
		return "it has more than 15 sub-authorities"
	}
	for i, part := range parts[2:] {
		bits := 32
		if i == 0 {
			bits = 48 // the identifier authority
		}
		if _, err := strconv.ParseUint(part, 10, bits); err != nil || part[0] == '+' || len(part) > 1 && part[0] == '0' {
			return fmt.Sprintf("%q is not one of its numbers", part)
		}
	}
	return ""
}

// String returns the identifier.
func (s SID) String() string { return string(s) }

// Equal compares two identifiers. There is one spelling of each.
func (s SID) Equal(t SID) bool { return s == t }

// RID returns the last number, the account within its domain; 0 for none.
func (s SID) RID() uint32 {
	n, err := strconv.ParseUint(string(s[strings.LastIndexByte(string(s), '-')+1:]), 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

// MarshalText writes the identifier; the zero value is empty text.
func (s SID) MarshalText() ([]byte, error) { return []byte(s), nil }

// UnmarshalText is [ParseSID]; empty text is the zero value.
func (s *SID) UnmarshalText(text []byte) error { return unmarshal(s, text, ParseSID) }

// newDomainSID makes the identifier of a new domain.
func newDomainSID() SID {
	var random [12]byte
	rand.Read(random[:]) // never fails: crypto/rand stops the program instead
	return SID(fmt.Sprintf("S-1-5-21-%d-%d-%d",
		binary.LittleEndian.Uint32(random[0:]),
		binary.LittleEndian.Uint32(random[4:]),
		binary.LittleEndian.Uint32(random[8:])))
}

// account makes the identifier of an account of domain s.
func (s SID) account(rid int64) SID { return SID(fmt.Sprintf("%s-%d", s, rid)) }

// builtIn reports whether the identifier belongs to an account or group that
// every domain has from its beginning.
func (s SID) builtIn() bool {
	return strings.HasPrefix(string(s), "S-1-5-32-") ||
		strings.HasPrefix(string(s), "S-1-5-21-") && s.RID() <= lastBuiltInRID
}
