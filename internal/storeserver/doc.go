// Package storeserver is the HTTPS face of the Storage Service: front ends
// and test rigs post conversations to it as JSON.
//
//	POST /storage/v1/conversations
//
// It answers 201 when the conversation is safe in the queue, 200 when a
// segment of that id was there already, and a problem document (RFC 9457)
// otherwise. The caller must be a directory account that may act for the
// communications server (a member of one of the Writers groups): whoever can
// store a conversation can make it appear in other people's mailboxes.
//
// It owns the JSON form. It does not own the queue (storagesvc) nor the check
// of passwords (access).
package storeserver
