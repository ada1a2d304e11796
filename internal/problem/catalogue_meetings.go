package problem

import "net/http"

// Failures of the skype role's online meetings. What the door in front of a
// listener refuses has no code of its own: a peer gets a challenge, and the
// audit has step and reason.
const (
	MeetingsInvalid  Code = "meetings.invalid"
	MeetingsNotFound Code = "meetings.not-found"
	MeetingsNoSIP    Code = "meetings.no-sip"
	MeetingsTooMany  Code = "meetings.too-many"
	MeetingsChanged  Code = "meetings.changed"
	MeetingsNoUser   Code = "meetings.no-user"
)

func meetingsRows() []Entry {
	return []Entry{{
		Code:       MeetingsInvalid,
		Title:      "a field of the meeting is not acceptable",
		Cause:      "A text is too long, an address is not of the form user@domain, or a value is not one of those there are.",
		Remedy:     "Correct the field the message names and send the request again.",
		HTTPStatus: http.StatusBadRequest,
		Public:     true,
	}, {
		Code:       MeetingsNotFound,
		Title:      "there is no such meeting",
		Cause:      "The meeting was deleted or has expired, or belongs to somebody else: organisers see their own meetings only.",
		Remedy:     "List the meetings of the user the token is for: GET …/onlineMeetings/myOnlineMeetings.",
		HTTPStatus: http.StatusNotFound,
		Public:     true,
	}, {
		Code:       MeetingsNoSIP,
		Title:      "the user is not enabled for Skype for Business",
		Cause:      "Only users with a SIP address on this deployment have meetings.",
		Remedy:     "Enable the user: Enable-CsUser -Identity <user> -RegistrarPool <pool> -SipAddress sip:<user>@<domain>.",
		HTTPStatus: http.StatusForbidden,
		Public:     true,
	}, {
		Code:       MeetingsTooMany,
		Title:      "the user has too many meetings",
		Cause:      "A user can have 1000 meetings at a time.",
		Remedy:     "Delete meetings that are over.",
		HTTPStatus: http.StatusConflict,
		Public:     true,
	}, {
		Code:       MeetingsChanged,
		Title:      "the meeting has changed since it was read",
		Cause:      "Somebody else changed it in between; its ETag is another one now.",
		Remedy:     "Read the meeting again and repeat the change.",
		HTTPStatus: http.StatusPreconditionFailed,
		Public:     true,
	}, {
		Code:       MeetingsNoUser,
		Title:      "meetings belong to users, and the request names none",
		Cause:      "The token is for the application itself (app-only).",
		Remedy:     "Send an act-as token for the user. The partner application needs the trust level for it: Set-CsPartnerApplication -Identity <name> -ApplicationTrustLevel Full.",
		HTTPStatus: http.StatusForbidden,
		Public:     true,
	}}
}
