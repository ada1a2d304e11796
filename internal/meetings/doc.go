// Package meetings keeps the online meetings of the skype role's users: the
// resource that makes this role a server to call, and not only a caller.
//
// It owns the table of meetings, the rules for their fields, the ids and
// addresses a meeting has, and the rule that only the organiser of a meeting
// sees it.
//
// It does not own users (directory), the decision who may act for one (access),
// the JSON form (meetingserver), or a conference itself: nobody can join here,
// and there is no dial-in.
package meetings
