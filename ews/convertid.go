package ews

// IDFormat is one of the forms an id can have.
type IDFormat string

// The id formats.
const (
	EwsLegacyID IDFormat = "EwsLegacyId"
	EwsID       IDFormat = "EwsId"
	EntryID     IDFormat = "EntryId"
	HexEntryID  IDFormat = "HexEntryId"
	StoreID     IDFormat = "StoreId"
	OWAID       IDFormat = "OwaId"
)

// ConvertIDRequest asks for ids in another form.
type ConvertIDRequest struct {
	Destination IDFormat
	IDs         []AlternateID
}

// AlternateID is an id in a stated form, of an item or folder of a mailbox.
// Ids of public folders decode with an empty Mailbox.
type AlternateID struct {
	Format  IDFormat
	ID      string
	Mailbox string // the mailbox's primary SMTP address
	Archive bool
}

// ConvertIDResponse holds one message per id, in order.
type ConvertIDResponse struct{ Messages []ConvertIDMessage }

// ConvertIDMessage is the answer for one id.
type ConvertIDMessage struct {
	ResponseMessage
	AlternateID *AlternateID // nil when the part failed
}

// Operation returns "ConvertId".
func (*ConvertIDRequest) Operation() string { return "ConvertId" }

// Operation returns "ConvertId".
func (*ConvertIDResponse) Operation() string { return "ConvertId" }
