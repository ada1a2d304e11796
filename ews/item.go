package ews

import "time"

// ItemID names an item. An id of a kind this package does not model
// (OccurrenceItemId …) decodes with an empty ID, so that it is answered in its
// place.
type ItemID struct{ ID, ChangeKey string }

// ItemKind is the element name of an item. A kind without a constant decodes
// and encodes with the properties every item has.
type ItemKind string

// The kinds of item. The zero value is written as Message.
const (
	KindMessage             ItemKind = "Message"
	KindItem                ItemKind = "Item"
	KindPostItem            ItemKind = "PostItem"
	KindSuppressReadReceipt ItemKind = "SuppressReadReceipt"
)

// Body is the body of an item. Text may be HTML.
type Body struct {
	Type BodyType // BodyHTML or BodyText; empty is written as BodyText
	Text string
	// Truncated is known from Exchange 2013 on.
	Truncated bool
}

// InternetHeader is one header of a message as it was received.
type InternetHeader struct{ Name, Value string }

// Flag is the follow-up flag of an item, known from Exchange 2013 on.
type Flag struct {
	Status               string // NotFlagged, Flagged, Complete
	Start, Due, Complete time.Time
}

// Item is a message, post or other item with the properties that are known.
// Zero strings and times, nil pointers and nil slices are absent properties; an
// empty slice that is not nil is a property without values.
type Item struct {
	Kind ItemKind

	// Properties of every item.
	MimeContent            []byte
	ID                     ItemID
	ParentFolderID         FolderID
	Class                  string // ItemClass, "IPM.Note"
	Subject                string
	Sensitivity            string // Normal, Personal, Private, Confidential
	Body                   *Body
	Attachments            []Attachment
	Received               time.Time // DateTimeReceived
	Size                   int       // bytes
	Categories             []string
	Importance             string // Low, Normal, High
	InReplyTo              string
	IsSubmitted            *bool
	IsDraft                *bool
	IsFromMe               *bool
	IsResend               *bool
	IsUnmodified           *bool
	InternetMessageHeaders []InternetHeader
	Sent                   time.Time // DateTimeSent
	Created                time.Time // DateTimeCreated
	DisplayCc              string
	DisplayTo              string
	HasAttachments         *bool
	Properties             []ExtendedProperty
	Culture                string
	EffectiveRights        *EffectiveRights
	LastModifiedName       string
	LastModified           time.Time // LastModifiedTime
	IsAssociated           *bool
	ConversationID         string
	UniqueBody             *Body
	Flag                   *Flag
	InstanceKey            []byte
	Preview                string
	TextBody               *Body

	// Properties of messages; posts have some of them.
	Sender                     *Mailbox
	To, Cc, Bcc                []Mailbox
	IsReadReceiptRequested     *bool
	IsDeliveryReceiptRequested *bool
	ConversationIndex          []byte
	ConversationTopic          string
	From                       *Mailbox
	InternetMessageID          string
	IsRead                     *bool
	IsResponseRequested        *bool
	References                 string
	ReplyTo                    []Mailbox
	ReceivedBy                 *Mailbox
	ReceivedRepresenting       *Mailbox
	Posted                     time.Time // PostedTime, of posts only

	// ReferenceID is the item a response object (SuppressReadReceipt …)
	// answers.
	ReferenceID ItemID
}
