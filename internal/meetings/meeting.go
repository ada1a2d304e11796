package meetings

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
)

// AccessLevel says who is let in without waiting.
type AccessLevel string

// The access levels of UCWA's myOnlineMeeting.
const (
	NoLevel        AccessLevel = "None" // as if none were given
	SameEnterprise AccessLevel = "SameEnterprise"
	Locked         AccessLevel = "Locked"
	Invited        AccessLevel = "Invited"
	Everyone       AccessLevel = "Everyone"
)

// LeaderAssignment says who becomes a leader by joining.
type LeaderAssignment string

const (
	NobodyLeads          LeaderAssignment = "Disabled"
	SameEnterpriseLeads  LeaderAssignment = "SameEnterprise"
	EveryoneLeads        LeaderAssignment = "Everyone"
	defaultAccessLevel                    = SameEnterprise
	defaultLeaderAssigns                  = NobodyLeads
)

// Fields are what an organiser sets.
type Fields struct {
	Subject          string           `json:"subject,omitempty"`
	Description      string           `json:"description,omitempty"`
	AccessLevel      AccessLevel      `json:"accessLevel"`               // empty: SameEnterprise
	LeaderAssignment LeaderAssignment `json:"automaticLeaderAssignment"` // empty: Disabled
	LobbyBypass      bool             `json:"lobbyBypass,omitempty"`     // for those who dial in
	Attendees        []directory.SIP  `json:"attendees,omitempty"`
	Leaders          []directory.SIP  `json:"leaders,omitempty"` // beside the organiser
	// Expires is when the meeting may be forgotten; the zero time means 8
	// hours from now.
	Expires time.Time `json:"-"`
}

// Meeting is a scheduled online meeting.
type Meeting struct {
	Fields
	ID           string        // eight letters and digits
	ConferenceID string        // digits, for people
	Organizer    directory.SIP // whose it is
	JoinURL      string
	Version      int64 // goes up with each change
	Created      time.Time
	Changed      time.Time
}

// URI is the address by which participants join:
// "sip:ken@litware.test;gruu;opaque=app:conf:focus:id:IB88RLLY".
func (m Meeting) URI() string {
	return "sip:" + string(m.Organizer) + ";gruu;opaque=app:conf:focus:id:" + m.ID
}

// The limits of a meeting. UCWA states those of the expiration time; the others
// are our own.
const (
	MaxSubject      = 255  // characters
	MaxDescription  = 4096 // characters
	MaxParticipants = 250  // attendees, and leaders
	MaxPerUser      = 1000 // meetings of one organiser
	defaultLife     = 8 * time.Hour
	earliest        = -1 // years from now
	latest          = 10 // years from now
	// forgottenAfter is how long an expired meeting stays.
	forgottenAfter = 14 * 24 * time.Hour
)

// InvalidField is the failure of one field; its code is meetings.invalid.
type InvalidField struct {
	Field  string // as UCWA names it
	Reason string // one sentence
}

func (e *InvalidField) Error() string { return e.Field + ": " + e.Reason }

func invalid(field, format string, args ...any) error {
	e := &InvalidField{field, fmt.Sprintf(format, args...)}
	return &problem.Failure{Code: problem.MeetingsInvalid, Err: e}
}

// check fills in defaults and holds every field to its rules.
func (f *Fields) check(now time.Time) error {
	if err := checkText("subject", f.Subject, MaxSubject); err != nil {
		return err
	}
	if err := checkText("description", f.Description, MaxDescription); err != nil {
		return err
	}
	switch f.AccessLevel {
	case "", NoLevel:
		f.AccessLevel = defaultAccessLevel
	case SameEnterprise, Locked, Invited, Everyone:
	default:
		return invalid("accessLevel", "%q is not one of None, SameEnterprise, Locked, Invited, Everyone", f.AccessLevel)
	}
	switch f.LeaderAssignment {
	case "":
		f.LeaderAssignment = defaultLeaderAssigns
	case NobodyLeads, SameEnterpriseLeads, EveryoneLeads:
	default:
		return invalid("automaticLeaderAssignment", "%q is not one of Disabled, SameEnterprise, Everyone", f.LeaderAssignment)
	}
	var err error
	if f.Attendees, err = checkPeople("attendees", f.Attendees); err != nil {
		return err
	}
	if f.Leaders, err = checkPeople("leaders", f.Leaders); err != nil {
		return err
	}
	if f.Expires.IsZero() {
		f.Expires = now.Add(defaultLife)
	}
	f.Expires = f.Expires.UTC().Truncate(time.Millisecond) // what the JSON form keeps
	if f.Expires.Before(now.AddDate(earliest, 0, 0)) || f.Expires.After(now.AddDate(latest, 0, 0)) {
		return invalid("expirationTime", "it has to be between one year before and ten years after now")
	}
	return nil
}

func checkText(field, text string, limit int) error {
	switch {
	case !utf8.ValidString(text):
		return invalid(field, "it is not valid UTF-8")
	case utf8.RuneCountInString(text) > limit:
		return invalid(field, "it is longer than %d characters", limit)
	case strings.ContainsRune(text, 0):
		return invalid(field, "it holds a NUL character")
	}
	return nil
}

// checkPeople reads SIP addresses and leaves out those that come twice.
func checkPeople(field string, people []directory.SIP) ([]directory.SIP, error) {
	if len(people) > MaxParticipants {
		return nil, invalid(field, "%d people are too many; %d is the limit", len(people), MaxParticipants)
	}
	var checked []directory.SIP
	for _, p := range people {
		address, err := directory.ParseSIP(string(p))
		if err != nil {
			return nil, invalid(field, "%s", err)
		}
		same := func(q directory.SIP) bool { return strings.EqualFold(string(q), string(address)) }
		if !slices.ContainsFunc(checked, same) {
			checked = append(checked, address)
		}
	}
	return checked, nil
}

// joinURL is below base: "https://meet.litware.test/ken/IB88RLLY".
func joinURL(base string, organizer directory.SIP, id string) string {
	user, _, _ := strings.Cut(string(organizer), "@")
	return strings.TrimSuffix(base, "/") + "/" + url.PathEscape(user) + "/" + id
}
