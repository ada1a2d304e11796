package adminapi

import "time"

// The calls about a rollover of the signing certificate, the one under way or
// the one to come. They change nothing.
var (
	GetExchangeRollPlan = Call[RollPlanRequest, RollPlan]{"exchange/roll/plan"}
	GetSkypeRollPlan    = Call[RollPlanRequest, RollPlan]{"skype/roll/plan"}
)

// RollPlanRequest brings what the caller learned at the partners' own nodes. It
// stands above what readers of the metadata document say of themselves, which
// is all that a role has of its own.
type RollPlanRequest struct {
	Readings []RollReading `json:"readings,omitempty"`
}

// RollReading is one partner application as another role keeps it.
type RollReading struct {
	Reader       string     `json:"reader"` // who keeps it, <application id>@<realm>
	Of           string     `json:"of"`     // whom it is about, in the same form
	ReadAt       *time.Time `json:"readAt,omitempty"`
	LastError    string     `json:"lastError,omitempty"`
	Certificates [][]byte   `json:"certificates,omitempty"` // DER
}

// RollPlan is a rollover laid out in time.
type RollPlan struct {
	Role   string    `json:"role"`
	Issuer string    `json:"issuer"` // <application id>@<realm>
	Now    time.Time `json:"now"`    // the node's clock

	Current  *RollSlot `json:"current,omitempty"`
	Next     *RollSlot `json:"next,omitempty"`
	Previous *RollSlot `json:"previous,omitempty"`

	// Outlook is steady, due, safe, not-known, unsafe or stopped; Reasons are
	// the sentences behind it.
	Outlook string   `json:"outlook"`
	Reasons []string `json:"reasons,omitempty"`

	Timeline []RollMoment  `json:"timeline"`
	Partners []RollPartner `json:"partners"`          // the slowest first
	Slowest  string        `json:"slowest,omitempty"` // of those that have read
	// Others are the latest readers that do not say they are a partner, Unnamed
	// how many there are. A product that does not introduce itself is among
	// them.
	Others   []RollReader  `json:"others,omitempty"`
	Unnamed  int           `json:"unnamed,omitempty"`
	Commands []RollCommand `json:"commands,omitempty"`
}

// Attention says that somebody has to do something.
func (p RollPlan) Attention() bool {
	return p.Outlook == "due" || p.Outlook == "unsafe" || p.Outlook == "stopped"
}

// RollSlot is a certificate in its place.
type RollSlot struct {
	Thumbprint string     `json:"thumbprint"`
	Subject    string     `json:"subject,omitempty"`
	NotAfter   time.Time  `json:"notAfter"`
	Published  time.Time  `json:"published"`           // since when it is in the metadata
	Effective  time.Time  `json:"effective"`           // when it became, or becomes, current
	ClearedAt  *time.Time `json:"clearedAt,omitempty"` // when a previous one leaves the metadata
}

// RollMoment is one step of the timeline.
type RollMoment struct {
	At   time.Time `json:"at"`
	What string    `json:"what"`
	Past bool      `json:"past,omitempty"`
}

// RollPartner is how one partner reads this role's document.
type RollPartner struct {
	Name   string     `json:"name"`
	Issuer string     `json:"issuer,omitempty"`
	Known  bool       `json:"known"` // whether the partner itself was asked; ReadAt, HasNewest and LastError are its answer
	ReadAt *time.Time `json:"readAt,omitempty"`
	// HasNewest says that it has the newest certificate already.
	HasNewest bool   `json:"hasNewest,omitempty"`
	LastError string `json:"lastError,omitempty"`
	// Claims are the readers that say they are this partner, the latest first,
	// when it was not asked. Nobody proved it.
	Claims []RollReader `json:"claims,omitempty"`
	// NoticedSince is since when such a reader would have been noticed.
	NoticedSince *time.Time `json:"noticedSince,omitempty"`
}

// RollReader is somebody who reads the document, by its own word.
type RollReader struct {
	Says    string    `json:"says,omitempty"`  // who it says it is, <application id>@<realm>
	Agent   string    `json:"agent,omitempty"` // what it sends in place of that
	Address string    `json:"address"`
	ReadAt  time.Time `json:"readAt"`
	// EverySeconds is how long it usually goes without reading; 0: not known.
	EverySeconds int64 `json:"everySeconds,omitempty"`
	HasNewest    bool  `json:"hasNewest,omitempty"` // what it read last held the newest certificate
}

// RollCommand is a command line, and what it is for.
type RollCommand struct {
	For  string `json:"for"`
	Type string `json:"type"`
}
