// Package meetingserver is the face of online meetings: the resource a caller
// reaches with a token at the skype role, in the manner of UCWA's
// myOnlineMeetings (https://learn.microsoft.com/skype-sdk/ucwa/).
//
// It owns paths, JSON forms, links and errors. It does not own the rules and
// the table of meetings (meetings), nor authentication: access.Door stands in
// front and says who calls.
//
// # What there is
//
//	POST   /ucwa/oauth/v1/applications                     an application for the caller
//	GET    …/applications/{id}                             that application and its links
//	DELETE …/applications/{id}                             (nothing is kept, so nothing goes)
//	GET    …/{id}/onlineMeetings                           the links to meetings
//	GET    …/{id}/onlineMeetings/myOnlineMeetings          the user's meetings
//	POST   …/{id}/onlineMeetings/myOnlineMeetings          a new one
//	GET PUT DELETE …/myOnlineMeetings/{meeting}            one of them
//
// An application is a name for a user who is acted for by a partner: the server
// makes its id from the two and keeps nothing, so that it is the same on every
// node and after every restart. Paths are matched without regard to case, JSON
// is the only form, and nothing else of UCWA is there.
//
// # Who may what
//
// Meetings belong to a user, so the call has to be for one: an act-as token of
// a partner whose trust level lets it act for users (004-07). A call of an
// application for itself is answered with 403, as is one for a user without a
// SIP address. A user sees his own meetings only; another's does not exist.
package meetingserver
