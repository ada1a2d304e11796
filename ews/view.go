package ews

import (
	"strconv"
	"strings"
	"time"
)

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

// element names the element of a view of items ("Item") or folders ("Folder").
func (k ViewKind) element(of string) string {
	switch k {
	case IndexedView, FractionalView:
		return string(k) + "Page" + of + "View"
	}
	return string(k) + "View"
}

// decodeView reads a view element; nil for any other element.
func decodeView(e element) *View {
	if !strings.HasSuffix(e.name(), "View") {
		return nil
	}
	name := strings.TrimSuffix(e.name(), "View")
	name = strings.TrimSuffix(strings.TrimSuffix(name, "Item"), "Folder")
	v := &View{Kind: ViewKind(strings.TrimSuffix(name, "Page")), MaxEntries: e.attrNumber("MaxEntriesReturned")}
	if v.MaxEntries < 0 {
		e.fail("MaxEntriesReturned is negative")
	}
	switch v.Kind {
	case IndexedView:
		v.Offset = e.parseNumber(e.need("Offset"))
		v.FromEnd = enum(e, e.need("BasePoint"), "Beginning", "End") == "End"
	case FractionalView:
		v.Numerator, v.Denominator = e.parseNumber(e.need("Numerator")), e.parseNumber(e.need("Denominator"))
		if v.Denominator <= 0 || v.Numerator < 0 || v.Numerator > v.Denominator {
			e.fail("The fraction %d/%d is not between zero and one", v.Numerator, v.Denominator)
		}
	case CalendarView:
		v.Start, v.End = e.parseDate(e.need("StartDate")), e.parseDate(e.need("EndDate"))
	case ContactsView:
		v.InitialName, v.FinalName = e.attr("InitialName"), e.attr("FinalName")
	default:
		e.fail("The view '%s' is not supported", brief(e.name()))
	}
	return v
}

// encode writes the view of a FindItem ("Item") or FindFolder ("Folder").
func (v *View) encode(w *writer, of string) {
	if v == nil {
		return
	}
	var attrs []string
	if v.MaxEntries > 0 {
		attrs = append(attrs, "MaxEntriesReturned", strconv.Itoa(v.MaxEntries))
	}
	switch v.Kind {
	case IndexedView:
		base := "Beginning"
		if v.FromEnd {
			base = "End"
		}
		attrs = append(attrs, "Offset", strconv.Itoa(v.Offset), "BasePoint", base)
	case FractionalView:
		attrs = append(attrs, "Numerator", strconv.Itoa(v.Numerator), "Denominator", strconv.Itoa(v.Denominator))
	case CalendarView:
		attrs = append(attrs, "StartDate", FormatDate(v.Start), "EndDate", FormatDate(v.End))
	case ContactsView:
		attrs = append(attrs, "InitialName", v.InitialName, "FinalName", v.FinalName)
	}
	w.empty("m:"+v.Kind.element(of), attrs...)
}

func decodePage(e element) Page {
	return Page{
		IndexedPagingOffset:     e.attrNumber("IndexedPagingOffset"),
		NumeratorOffset:         e.attrNumber("NumeratorOffset"),
		AbsoluteDenominator:     e.attrNumber("AbsoluteDenominator"),
		TotalItemsInView:        e.attrNumber("TotalItemsInView"),
		IncludesLastItemInRange: e.attrFlag("IncludesLastItemInRange"),
	}
}

// open writes the start tag of RootFolder.
func (p Page) open(w *writer) {
	attrs := []string{"IndexedPagingOffset", strconv.Itoa(p.IndexedPagingOffset)}
	if p.AbsoluteDenominator != 0 {
		attrs = []string{"NumeratorOffset", strconv.Itoa(p.NumeratorOffset),
			"AbsoluteDenominator", strconv.Itoa(p.AbsoluteDenominator)}
	}
	w.open("m:RootFolder", append(attrs, "TotalItemsInView", strconv.Itoa(p.TotalItemsInView),
		"IncludesLastItemInRange", strconv.FormatBool(p.IncludesLastItemInRange))...)
}

func decodeSortOrder(e element) (order []SortField) {
	for c := range e.in(nsTypes) {
		if c.name() == "FieldOrder" {
			descending := enum(c, c.need("Order"), "Ascending", "Descending") == "Descending"
			order = append(order, SortField{Field: onlyPath(c), Descending: descending})
		}
	}
	return order
}

func encodeSortOrder(w *writer, order []SortField) {
	if len(order) == 0 {
		return
	}
	w.open("m:SortOrder")
	for _, f := range order {
		direction := "Ascending"
		if f.Descending {
			direction = "Descending"
		}
		w.open("t:FieldOrder", "Order", direction)
		f.Field.encode(w)
		w.close("t:FieldOrder")
	}
	w.close("m:SortOrder")
}
