package ews

// Header holds the SOAP headers of a request that EWS defines. Headers that
// are not listed here are ignored unless marked mustUnderstand.
type Header struct {
	// Version is RequestServerVersion; empty means the header was absent.
	Version Version
	// Impersonation is ExchangeImpersonation, nil when absent.
	Impersonation *Impersonation
	// MailboxCulture is a culture name such as "en-US".
	MailboxCulture string
	// TimeZone is the Id of TimeZoneContext/TimeZoneDefinition, a Windows
	// time zone name.
	TimeZone string
	// DateTimePrecision is "Seconds" or "Milliseconds".
	DateTimePrecision string
	// UserRoles and ApplicationRoles are the two lists of ManagementRole.
	UserRoles, ApplicationRoles []string
}

// Impersonation names the user an ExchangeImpersonation header asks to act as.
// Exactly one field is set.
type Impersonation struct {
	PrincipalName      string // userPrincipalName
	SID                string // S-1-5-…
	PrimarySMTPAddress string
	SMTPAddress        string
}
