package adminapi

import "time"

// The directory and the journal, the same on every node.
var (
	GetUser           = Call[Identity, []User]{"directory/user/get"}
	NewUser           = Call[NewUserRequest, User]{"directory/user/new"}
	SetUserEnabled    = Call[SetUserEnabledRequest, Changed]{"directory/user/set-enabled"}
	SetPassword       = Call[SetPasswordRequest, Changed]{"directory/user/set-password"}
	AddGroupMember    = Call[GroupMember, Changed]{"directory/group/add-member"}
	RemoveGroupMember = Call[GroupMember, Changed]{"directory/group/remove-member"}
	// GetGroupMember lists who is in a group directly.
	GetGroupMember = Call[Identity, []Member]{"directory/group/members"}

	// FirstOperator makes the account with which a new deployment is taken into
	// use. It needs no session, is answered over the socket file only, and only
	// while nobody is in Organization Management.
	FirstOperator = Call[NewUserRequest, User]{"directory/operator/first"}
)

// Member is a direct member of a group.
type Member struct {
	ID                string `json:"id"`
	Name              string `json:"name"`
	DistinguishedName string `json:"distinguishedName"`
	SID               string `json:"sid"`
	Class             string `json:"class"` // user or group
}

// User is a directory account.
type User struct {
	Name        string   `json:"name"`
	DisplayName string   `json:"displayName"`
	UPN         string   `json:"userPrincipalName"`
	SMTP        string   `json:"smtp,omitempty"`
	SIP         string   `json:"sip,omitempty"`
	SID         string   `json:"sid"`
	Enabled     bool     `json:"enabled"`
	Protected   bool     `json:"protected,omitempty"`
	Container   string   `json:"container,omitempty"`
	Groups      []string `json:"groups,omitempty"`
	// CommonName is Name where that did not have to be cut.
	CommonName     string    `json:"commonName,omitempty"`
	AccountControl string    `json:"accountControl,omitempty"` // "AccountDisabled, NormalAccount"
	Linked         bool      `json:"linked,omitempty"`         // stands for a partner application
	Created        time.Time `json:"created,omitzero"`
	Changed        time.Time `json:"changed,omitzero"`
	ID             string    `json:"id,omitempty"` // a GUID
	// DistinguishedName is the place of the object as LDAP writes it.
	DistinguishedName string `json:"distinguishedName,omitempty"`
}

// NewUserRequest makes an account.
type NewUserRequest struct {
	Name string `json:"name"` // the account name, 20 characters at most
	// CommonName is the name of the object, where it is another.
	CommonName  string `json:"commonName,omitempty"`
	DisplayName string `json:"displayName,omitempty"`
	UPN         string `json:"userPrincipalName,omitempty"` // default: Name in the operator's domain
	SMTP        string `json:"smtp,omitempty"`
	SIP         string `json:"sip,omitempty"`
	Password    string `json:"password,omitempty"`
	Disabled    bool   `json:"disabled,omitempty"`
}

// SetUserEnabledRequest switches an account on or off.
type SetUserEnabledRequest struct {
	Identity string `json:"identity"`
	Enabled  bool   `json:"enabled"`
}

// SetPasswordRequest sets a password.
type SetPasswordRequest struct {
	Identity string `json:"identity"`
	Password string `json:"password"`
}

// GroupMember names a group and an account.
type GroupMember struct {
	Group   string `json:"group"`
	Account string `json:"account"`
}

// EventFilter picks journal entries, newest first. Names compare without case.
type EventFilter struct {
	ID    int       `json:"id,omitempty"`
	Since time.Time `json:"since,omitzero"`
	Max   int       `json:"max,omitempty"` // default 50, at most 1000

	IDs      []int     `json:"ids,omitempty"`
	Until    time.Time `json:"until,omitzero"`   // exclusive
	Before   int64     `json:"before,omitempty"` // only records below this: the next page
	Log      string    `json:"log,omitempty"`
	Source   string    `json:"source,omitempty"`
	Level    string    `json:"level,omitempty"`
	Contains string    `json:"contains,omitempty"` // part of text or detail
}

// Event is an entry of the event log.
type Event struct {
	ID       int       `json:"id"`
	Level    string    `json:"level"`
	Log      string    `json:"log"`
	Source   string    `json:"source"`
	Time     time.Time `json:"time"`
	Text     string    `json:"text"`
	Detail   string    `json:"detail,omitempty"`
	Record   int64     `json:"record,omitempty"`   // ascending number of the entry
	Computer string    `json:"computer,omitempty"` // whose log it is
}

// Access is an entry of the audit trail: one token, accepted or refused.
type Access struct {
	Time        time.Time `json:"time"`
	RequestID   string    `json:"requestId"`
	Endpoint    string    `json:"endpoint"`
	Remote      string    `json:"remote,omitempty"`
	Accepted    bool      `json:"accepted"`
	Kind        string    `json:"kind,omitempty"`
	Application string    `json:"application,omitempty"`
	Issuer      string    `json:"issuer,omitempty"`
	Partner     string    `json:"partner,omitempty"`
	User        string    `json:"user,omitempty"`
	Audience    string    `json:"audience,omitempty"`
	Key         string    `json:"key,omitempty"`
	Step        string    `json:"step,omitempty"`
	Reason      string    `json:"reason,omitempty"`
	Code        int       `json:"code,omitempty"`
}
