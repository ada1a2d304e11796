package ews

// FolderID names a folder, either by ID or by a distinguished name.
type FolderID struct {
	ID, ChangeKey string
	// Distinguished is set instead of ID: "inbox", "conversationhistory" …
	Distinguished DistinguishedFolder
	// Mailbox is the address whose distinguished folder is meant; empty means
	// the caller's.
	Mailbox string
}

// DistinguishedFolder is a well-known folder. Any name decodes: an unknown one
// is answered for its own id, not for the request.
type DistinguishedFolder string

// Some distinguished folders.
const (
	MsgFolderRoot             DistinguishedFolder = "msgfolderroot"
	Root                      DistinguishedFolder = "root"
	Inbox                     DistinguishedFolder = "inbox"
	Outbox                    DistinguishedFolder = "outbox"
	SentItems                 DistinguishedFolder = "sentitems"
	DeletedItems              DistinguishedFolder = "deleteditems"
	Drafts                    DistinguishedFolder = "drafts"
	JunkEmail                 DistinguishedFolder = "junkemail"
	ConversationHistory       DistinguishedFolder = "conversationhistory"
	RecoverableItemsRoot      DistinguishedFolder = "recoverableitemsroot"
	RecoverableItemsDeletions DistinguishedFolder = "recoverableitemsdeletions"
	RecoverableItemsVersions  DistinguishedFolder = "recoverableitemsversions"
	RecoverableItemsPurges    DistinguishedFolder = "recoverableitemspurges"
)

// FolderKind is the element name of a folder.
type FolderKind string

// The kinds of folder. The zero value is written as Folder.
const (
	PlainFolder    FolderKind = "Folder"
	CalendarFolder FolderKind = "CalendarFolder"
	ContactsFolder FolderKind = "ContactsFolder"
	SearchFolder   FolderKind = "SearchFolder"
	TasksFolder    FolderKind = "TasksFolder"
)

// Folder is a folder with the properties that are known. Zero strings, nil
// pointers and nil slices are absent properties.
type Folder struct {
	Kind             FolderKind
	ID               FolderID
	ParentID         FolderID
	Class            string // FolderClass, "IPF.Note"
	DisplayName      string
	TotalCount       *int
	ChildFolderCount *int
	Properties       []ExtendedProperty
	EffectiveRights  *EffectiveRights
	UnreadCount      *int
	// Distinguished is DistinguishedFolderId, known from Exchange 2013 on.
	Distinguished DistinguishedFolder
}

// EffectiveRights says what the caller may do with a folder or item.
type EffectiveRights struct {
	CreateAssociated, CreateContents, CreateHierarchy, Delete, Modify, Read bool
}
