package adminapi

import "time"

// The calls for a signing key of the role's own that is in wrong hands. A plan
// changes nothing and says what the withdrawal would do and what it leaves to
// be done; the withdrawal answers with the same about itself.
var (
	PlanExchangeWithdrawal = Call[WithdrawalRequest, Withdrawal]{"exchange/withdrawal/plan"}
	WithdrawExchangeKey    = Call[WithdrawalRequest, Withdrawal]{"exchange/withdrawal/do"}
	PlanSkypeWithdrawal    = Call[WithdrawalRequest, Withdrawal]{"skype/withdrawal/plan"}
	WithdrawSkypeKey       = Call[WithdrawalRequest, Withdrawal]{"skype/withdrawal/do"}
)

// WithdrawalRequest says which keys leaked, and what takes over.
type WithdrawalRequest struct {
	// Leaked are thumbprints; without any it is the current certificate.
	Leaked []string `json:"leaked,omitempty"`
	// Everything adds each certificate that signs or is published: whoever has
	// broken into a server has all of its keys.
	Everything bool `json:"everything,omitempty"`
	// Replacement is the thumbprint of a certificate of the store. Empty means
	// a new one, like the current certificate.
	Replacement string `json:"replacement,omitempty"`
	// Holders are what the caller learned at the partners' own nodes: a role
	// does not know who holds its key.
	Holders []KeyHolder `json:"holders,omitempty"`
}

// KeyHolder is a partner application of another role that stands for this one.
type KeyHolder struct {
	RollReading
	Name string `json:"name"` // what it is called there
	// MetadataURL is where it is read; empty when its certificates were given
	// by hand.
	MetadataURL string `json:"metadataUrl,omitempty"`
	// Denied are the thumbprints on that role's deny list.
	Denied []string `json:"denied,omitempty"`
}

// Withdrawal is one, planned or done.
type Withdrawal struct {
	Role   string    `json:"role"`
	Issuer string    `json:"issuer"` // <application id>@<realm>
	Now    time.Time `json:"now"`    // the node's clock

	Leaked []LeakedKey `json:"leaked"`
	// Current is what signs afterwards. In a plan it has no thumbprint when it
	// is to be made.
	Current *WithdrawalKey `json:"current,omitempty"`
	// TookOver is set in a plan when the current certificate is among the leaked
	// and took over from a withdrawn one lately, which is TookOverFrom: perhaps
	// that one is meant.
	TookOver     *time.Time `json:"tookOver,omitempty"`
	TookOverFrom string     `json:"tookOverFrom,omitempty"`
	// Partners are those who hold the role's keys, or may hold them.
	Partners []WithdrawalPartner `json:"partners"`
	Warnings []string            `json:"warnings,omitempty"`
}

// LeakedKey is a certificate whose key is in wrong hands.
type LeakedKey struct {
	Thumbprint string `json:"thumbprint"`
	Subject    string `json:"subject,omitempty"`
	// Place is where it stands, or stood before it was withdrawn: current,
	// next, previous, published, retired, unused or withdrawn.
	Place string `json:"place"`
}

// WithdrawalKey is the certificate that signs after a withdrawal.
type WithdrawalKey struct {
	Thumbprint string    `json:"thumbprint,omitempty"`
	Subject    string    `json:"subject,omitempty"`
	NotAfter   time.Time `json:"notAfter"`
	New        bool      `json:"new,omitempty"`         // it takes over from a leaked one
	Raw        []byte    `json:"certificate,omitempty"` // DER
}

// How a partner comes by the role's certificate.
const (
	HoldsByMetadata = "metadata"    // it reads the role's document
	HoldsByHand     = "by-hand"     // somebody gave it the certificate
	HoldsNotKnown   = "not-known"   // nothing is known of it here
	HoldsCredential = "auth-server" // it is a token server; the certificate is a credential there
)

// WithdrawalPartner is what a withdrawal means at one partner.
type WithdrawalPartner struct {
	Name   string     `json:"name"`
	Issuer string     `json:"issuer,omitempty"`
	How    string     `json:"how"`
	ReadAt *time.Time `json:"readAt,omitempty"`
	// Safe says that it holds none of the leaked certificates.
	Safe bool `json:"safe,omitempty"`
	// AcceptsUntil is when a partner that reads drops the leaked key without
	// anybody's doing; nil where nobody can tell.
	AcceptsUntil *time.Time    `json:"acceptsUntil,omitempty"`
	Text         string        `json:"text"` // the same in words
	Commands     []RollCommand `json:"commands,omitempty"`
}

// Before says that everything was withdrawn before, so that nothing is left to
// be done but at the partners.
func (w Withdrawal) Before() bool {
	for _, l := range w.Leaked {
		if l.Place != "withdrawn" {
			return false
		}
	}
	return true
}

// Exposed says that somebody may go on accepting a leaked key.
func (w Withdrawal) Exposed() bool {
	for _, p := range w.Partners {
		if !p.Safe {
			return true
		}
	}
	return false
}
