package ewsserver

import (
	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/mailbox"
)

// window finds the part of a result that a view asks for. A view of
// appointments or contacts is empty: none are stored.
func window[T any](v *ews.View, find func(mailbox.Window) (mailbox.Page[T], error)) ([]T, ews.Page, error) {
	if v == nil {
		v = &ews.View{Kind: ews.IndexedView}
	}
	switch v.Kind {
	case ews.CalendarView, ews.ContactsView:
		return nil, ews.Page{IncludesLastItemInRange: true}, nil
	case ews.FractionalView:
		return fraction(*v, find)
	}
	found, err := find(mailbox.Window{Offset: v.Offset, Limit: v.MaxEntries, FromEnd: v.FromEnd})
	return found.List, ews.Page{
		IndexedPagingOffset: found.Next, TotalItemsInView: found.Total, IncludesLastItemInRange: found.Last,
	}, err
}

// fraction begins Numerator/Denominator into the result, for which its size has
// to be known first.
func fraction[T any](v ews.View, find func(mailbox.Window) (mailbox.Page[T], error)) ([]T, ews.Page, error) {
	whole, err := find(mailbox.Window{Limit: 1})
	if err != nil {
		return nil, ews.Page{}, err
	}
	offset := 0
	if v.Denominator > 0 {
		offset = int(int64(whole.Total) * int64(v.Numerator) / int64(v.Denominator))
	}
	found, err := find(mailbox.Window{Offset: offset, Limit: v.MaxEntries})
	return found.List, ews.Page{
		NumeratorOffset: found.Next, AbsoluteDenominator: max(found.Total, 1),
		TotalItemsInView: found.Total, IncludesLastItemInRange: found.Last,
	}, err
}
