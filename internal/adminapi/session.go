package adminapi

import "time"

// LogOn opens a session; it is the only call that needs none.
var LogOn = Call[LogOnRequest, Session]{"session/log-on"}

// Who says whose session this is.
var Who = Call[Empty, Session]{"session/who"}

// LogOff ends it.
var LogOff = Call[Empty, Changed]{"session/log-off"}

// LogOnRequest names the operator: a directory account by SAM name, UPN or
// DOMAIN\name. Password is left empty over the socket file.
type LogOnRequest struct {
	Account  string `json:"account"`
	Password string `json:"password,omitempty"`
}

// Session is an operator's log-on. Groups are those of the moment of log-on.
type Session struct {
	Token   string    `json:"token,omitempty"`
	Account string    `json:"account"`
	Groups  []string  `json:"groups"`
	Expires time.Time `json:"expires"`
	Roles   []string  `json:"roles"` // roles this node runs
}
