package meetingserver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/meetings"
)

// meetingInput is the body of POST and PUT. PUT replaces: what is left out
// takes its default.
type meetingInput struct {
	AccessLevel              meetings.AccessLevel      `json:"accessLevel"`
	Attendees                []string                  `json:"attendees"`
	AutomaticLeaderAssigment meetings.LeaderAssignment `json:"automaticLeaderAssignment"`
	Description              string                    `json:"description"`
	EntryExitAnnouncement    string                    `json:"entryExitAnnouncement"`
	ExpirationTime           json.RawMessage           `json:"expirationTime"`
	Leaders                  []string                  `json:"leaders"`
	LobbyBypassForPhoneUsers string                    `json:"lobbyBypassForPhoneUsers"`
	PhoneUserAdmission       string                    `json:"phoneUserAdmission"`
	Subject                  string                    `json:"subject"`
}

// fields checks what only UCWA knows of and leaves the rest to meetings.
func (in meetingInput) fields() (meetings.Fields, error) {
	f := meetings.Fields{
		Subject: in.Subject, Description: in.Description, AccessLevel: in.AccessLevel,
		LeaderAssignment: in.AutomaticLeaderAssigment, Attendees: addresses(in.Attendees), Leaders: addresses(in.Leaders),
	}
	if len(in.ExpirationTime) > 0 {
		var expires jsonTime
		if err := expires.UnmarshalJSON(in.ExpirationTime); err != nil {
			return f, badParameter("expirationTime", err.Error())
		}
		f.Expires = expires.Time
	}
	switch in.LobbyBypassForPhoneUsers {
	case "", disabled:
	case enabled:
		f.LobbyBypass = true
	default:
		return f, badParameter("lobbyBypassForPhoneUsers", "it is Disabled or Enabled")
	}
	if in.PhoneUserAdmission != "" && in.PhoneUserAdmission != disabled {
		return f, badParameter("phoneUserAdmission", "nobody can dial in here, so it has to be Disabled")
	}
	switch in.EntryExitAnnouncement {
	case "", disabled, unsupported:
		return f, nil
	}
	return f, badParameter("entryExitAnnouncement", "there is no audio here, so it has to be Unsupported or Disabled")
}

// addresses leaves the reading to meetings, which knows the limits.
func addresses(texts []string) []directory.SIP {
	all := make([]directory.SIP, len(texts))
	for i, text := range texts {
		all[i] = directory.SIP(text)
	}
	return all
}

const (
	enabled     = "Enabled"
	disabled    = "Disabled"
	unsupported = "Unsupported"
)

// meetingOutput is UCWA's myOnlineMeeting.
type meetingOutput struct {
	Rel                      string                    `json:"rel"`
	AccessLevel              meetings.AccessLevel      `json:"accessLevel"`
	Attendees                []string                  `json:"attendees"`
	AutomaticLeaderAssigment meetings.LeaderAssignment `json:"automaticLeaderAssignment"`
	ConferenceID             string                    `json:"conferenceId"`
	Description              string                    `json:"description"`
	EntryExitAnnouncement    string                    `json:"entryExitAnnouncement"`
	ExpirationTime           jsonTime                  `json:"expirationTime"`
	JoinURL                  string                    `json:"joinUrl"`
	Leaders                  []string                  `json:"leaders"`
	LobbyBypassForPhoneUsers string                    `json:"lobbyBypassForPhoneUsers"`
	OnlineMeetingID          string                    `json:"onlineMeetingId"`
	OnlineMeetingRel         string                    `json:"onlineMeetingRel"`
	OnlineMeetingURI         string                    `json:"onlineMeetingUri"`
	OrganizerURI             string                    `json:"organizerUri"`
	PhoneUserAdmission       string                    `json:"phoneUserAdmission"`
	Subject                  string                    `json:"subject"`
	Links                    links                     `json:"_links"`
}

// collection is UCWA's myOnlineMeetings.
type collection struct {
	Rel      string                     `json:"rel"`
	Links    links                      `json:"_links"`
	Embedded map[string][]meetingOutput `json:"_embedded"`
}

func resource(c *call, m meetings.Meeting) meetingOutput {
	out := meetingOutput{
		Rel: "myOnlineMeeting", AccessLevel: m.AccessLevel, Attendees: uris(m.Attendees),
		AutomaticLeaderAssigment: m.LeaderAssignment, ConferenceID: m.ConferenceID, Description: m.Description,
		EntryExitAnnouncement: unsupported, ExpirationTime: jsonTime{m.Expires}, JoinURL: m.JoinURL,
		Leaders: uris(m.Leaders), LobbyBypassForPhoneUsers: disabled, OnlineMeetingID: m.ID,
		OnlineMeetingRel: "myOnlineMeetings", OnlineMeetingURI: m.URI(), OrganizerURI: uri(m.Organizer),
		PhoneUserAdmission: disabled, Subject: m.Subject, Links: links{"self": {meetingPath(c, m.ID)}},
	}
	if m.LobbyBypass {
		out.LobbyBypassForPhoneUsers = enabled
	}
	return out
}

func uri(s directory.SIP) string { return "sip:" + string(s) }

func uris(all []directory.SIP) []string {
	out := make([]string, len(all)) // [] in JSON, not null
	for i, s := range all {
		out[i] = uri(s)
	}
	return out
}

func (s *Server) list(c *call) error {
	all, err := s.cfg.Meetings.List(c.Context(), c.user.ID)
	if err != nil {
		return err
	}
	out := make([]meetingOutput, len(all))
	for i, m := range all {
		out[i] = resource(c, m)
	}
	return writeJSON(c, http.StatusOK, collection{
		Rel: "myOnlineMeetings", Links: links{"self": {meetingsPath(c)}},
		Embedded: map[string][]meetingOutput{"myOnlineMeeting": out},
	})
}

func (s *Server) create(c *call) error {
	fields, err := readFields(c)
	if err != nil {
		return err
	}
	m, err := s.cfg.Meetings.Create(c.Context(), c.user, fields)
	if err != nil {
		return err
	}
	c.w.Header().Set("Location", meetingPath(c, m.ID))
	return writeMeeting(c, http.StatusCreated, m)
}

func (s *Server) get(c *call) error {
	m, err := s.cfg.Meetings.Get(c.Context(), c.user.ID, c.id)
	if err != nil {
		return err
	}
	if matchesTag(c.Header.Get("If-None-Match"), m) {
		c.w.Header().Set("ETag", tag(m))
		c.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return writeMeeting(c, http.StatusOK, m)
}

func (s *Server) update(c *call) error {
	fields, err := readFields(c)
	if err != nil {
		return err
	}
	version := int64(0)
	if condition := c.Header.Get("If-Match"); condition != "" && condition != "*" {
		m, err := s.cfg.Meetings.Get(c.Context(), c.user.ID, c.id)
		if err != nil {
			return err
		}
		if !matchesTag(condition, m) {
			return preconditionFailed()
		}
		version = m.Version
	}
	m, err := s.cfg.Meetings.Update(c.Context(), c.user.ID, c.id, version, fields)
	if err != nil {
		return err
	}
	return writeMeeting(c, http.StatusOK, m)
}

func (s *Server) delete(c *call) error {
	if err := s.cfg.Meetings.Delete(c.Context(), c.user.ID, c.id); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

func readFields(c *call) (meetings.Fields, error) {
	var in meetingInput
	if err := readJSON(c, &in); err != nil {
		return meetings.Fields{}, err
	}
	return in.fields()
}

func writeMeeting(c *call, status int, m meetings.Meeting) error {
	c.w.Header().Set("ETag", tag(m))
	return writeJSON(c, status, resource(c, m))
}

// tag changes with every change of the meeting.
func tag(m meetings.Meeting) string {
	return fmt.Sprintf(`"%s-%s"`, m.ID, strconv.FormatInt(m.Version, 10))
}

// matchesTag compares with one tag, with or without the quotation marks that
// UCWA's own samples leave out.
func matchesTag(given string, m meetings.Meeting) bool {
	return strings.Trim(strings.TrimSpace(given), `"`) == strings.Trim(tag(m), `"`)
}
