package directory

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/matchseal/matchseal/internal/problem"
)

// User is an account.
type User struct {
	ID   string // the directory's own key, a GUID
	Name string // account name (sAMAccountName), at most 20 characters
	// CommonName is the name of the object in its container. It is Name
	// unless that had to be cut.
	CommonName   string
	DisplayName  string
	UPN          UPN
	SMTP         SMTP // primary address, may be empty
	SIP          SIP  // may be empty
	SID          SID
	Organisation string
	Container    string // for example "litware.test/Users"

	Enabled bool
	// Protected accounts are never acted for by an application. Built-in
	// accounts and service accounts are protected from their beginning,
	// members of administrators' groups as long as they are members.
	Protected bool
	Service   bool // a service account rather than a person
	Linked    bool // stands for a partner application: disabled, without password

	HasPassword      bool  // set by the directory
	Version          int64 // of the account, for SetUser
	Created, Changed time.Time
}

// Path is where the object lies, for example
// "litware.test/Users/LyncEnterprise-ApplicationAccount".
func (u User) Path() string { return u.Container + "/" + u.CommonName }

// DistinguishedName is the place of the object as LDAP writes it, for example
// "CN=Ken Myer,CN=Users,DC=litware,DC=test".
func (u User) DistinguishedName() string { return DistinguishedName(u.Path()) }

// AccountControl lists the flags of userAccountControl in the words the
// management shell prints.
func (u User) AccountControl() string {
	var flags []string
	if !u.Enabled {
		flags = append(flags, "AccountDisabled")
	}
	if !u.HasPassword {
		flags = append(flags, "PasswordNotRequired")
	}
	return strings.Join(append(flags, "NormalAccount"), ", ")
}

// Sizes in characters.
const (
	maxName        = 20 // sAMAccountName of a user
	maxCommonName  = 64
	maxDisplayName = 256
	maxContainer   = 256
)

// wellKnownRID returns the relative identifier of accounts that have the same
// one in every domain, or 0.
func wellKnownRID(name string) int64 {
	switch fold(name) {
	case "administrator":
		return ridAdministrator
	case "guest":
		return ridGuest
	case "krbtgt":
		return ridKrbtgt
	}
	return 0
}

// complete fills what was left empty and checks every field that people type.
func (u User) complete() (User, error) {
	if u.CommonName == "" {
		u.CommonName = u.Name
	}
	if u.DisplayName == "" {
		u.DisplayName = u.CommonName
	}
	for _, check := range []struct {
		what, name string
		limit      int
	}{{"account name", u.Name, maxName}, {"common name", u.CommonName, maxCommonName}} {
		if why := explainName(check.name, check.limit); why != "" {
			return u, problem.New(problem.DirectoryName, "the %s %q cannot be used: %s", check.what, check.name, why)
		}
	}
	if why := explainText(u.DisplayName, maxDisplayName); why != "" {
		return u, problem.New(problem.DirectoryName, "the display name %q cannot be used: %s", u.DisplayName, why)
	}
	if why := explainText(u.Container, maxContainer); why != "" {
		return u, problem.New(problem.DirectoryName, "the container %q cannot be used: %s", u.Container, why)
	}
	var err error
	if u.UPN, err = ParseUPN(string(u.UPN)); err != nil {
		return u, err
	}
	if u.SMTP != "" {
		if u.SMTP, err = ParseSMTP(string(u.SMTP)); err != nil {
			return u, err
		}
	}
	if u.SIP != "" {
		if u.SIP, err = ParseSIP(string(u.SIP)); err != nil {
			return u, err
		}
	}
	if u.SID != "" {
		u.SID, err = ParseSID(string(u.SID))
	}
	return u, err
}

// explainName says why s cannot name an account or a group, or "". The
// forbidden characters are those of sAMAccountName.
func explainName(s string, limit int) string {
	if s == "" {
		return "it is empty"
	}
	if why := explainText(s, limit); why != "" {
		return why
	}
	if i := strings.IndexAny(s, `"/\[]:;|=,+*?<>@`); i >= 0 {
		return fmt.Sprintf("it holds %q", s[i])
	}
	if s != strings.Trim(s, " .") {
		return "it begins or ends with a space or a dot"
	}
	return ""
}

// explainText says why s cannot be shown as one line, or "".
func explainText(s string, limit int) string {
	if !utf8.ValidString(s) {
		return "it is not valid UTF-8 text"
	}
	if n := utf8.RuneCountInString(s); n > limit {
		return fmt.Sprintf("it has %d characters; at most %d are allowed", n, limit)
	}
	for _, r := range s {
		if r != ' ' && !unicode.IsGraphic(r) || unicode.In(r, unicode.Zs, unicode.Cf) && r != ' ' {
			return fmt.Sprintf("it holds the invisible character U+%04X", r)
		}
	}
	return ""
}
