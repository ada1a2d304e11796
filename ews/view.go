package ews

import "time"

// ViewKind is how a result is paged.
type ViewKind string

// The kinds of view.
const (
	IndexedView    ViewKind = "Indexed"
	FractionalView ViewKind = "Fractional"
	CalendarView   ViewKind = "Calendar"
	ContactsView   ViewKind = "Contacts"
)

// View is the part of a result a Find operation asks for.
type View struct {
	Kind ViewKind
	// MaxEntries is the page size; zero means no limit.
	MaxEntries int
	// Offset counts entries from the beginning, or from the end when FromEnd
	// is set. It belongs to IndexedView.
	Offset  int
	FromEnd bool
	// Numerator and Denominator give the start of a FractionalView.
	Numerator, Denominator int
	// Start and End bound a CalendarView.
	Start, End time.Time
	// InitialName and FinalName bound a ContactsView.
	InitialName, FinalName string
}

// Page says where a Find result lies in the whole.
type Page struct {
	// IndexedPagingOffset is the offset of the next page of an Indexed view.
	IndexedPagingOffset int
	// NumeratorOffset and AbsoluteDenominator give the next page of a
	// Fractional view. A zero denominator means the view was not fractional.
	NumeratorOffset, AbsoluteDenominator int
	TotalItemsInView                     int
	IncludesLastItemInRange              bool
}

// SortField is one key of a sort order.
type SortField struct {
	Field      FieldPath
	Descending bool
}

// Traversal says how deep a Find operation looks.
type Traversal string

// The traversals. Associated belongs to FindItem only, Deep to FindFolder.
const (
	Shallow     Traversal = "Shallow"
	Deep        Traversal = "Deep"
	SoftDeleted Traversal = "SoftDeleted"
	Associated  Traversal = "Associated"
)
