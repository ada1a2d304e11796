package ewsserver

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/ews"
)

// tenItems fills the inbox: subjects "0" to "9", received in that order.
func tenItems(t *testing.T) *fixture {
	f := newFixture(t)
	var items []ews.Item
	for n := range 10 {
		it := ews.Item{
			Subject: fmt.Sprint(n), Received: time.Date(2025, 1, 1+n, 0, 0, 0, 0, time.UTC), IsRead: new(n%2 == 0),
			Importance: []string{"Low", "Normal", "High"}[n%3], Sensitivity: []string{"Normal", "Private"}[n%2],
			From: &ews.Mailbox{Name: fmt.Sprint("Sender ", n), Address: fmt.Sprintf("s%d@x.test", n)},
			Properties: []ews.ExtendedProperty{
				{URI: named, Values: []string{fmt.Sprint("Own-", n)}},
				{URI: ews.PropertyTag(0x8001, "Integer"), Values: []string{fmt.Sprint(n)}},
			},
		}
		if n > 6 {
			it.Categories = []string{"late", fmt.Sprint("c", n)}
		}
		if n == 3 {
			it.MimeContent = []byte("X-Spam: very\r\nSubject: 3\r\n\r\nneedle\r\n")
		}
		items = append(items, it)
	}
	f.create(t, ews.Inbox, items...)
	return f
}

func (f *fixture) find(t *testing.T, r ews.FindItemRequest) (string, ews.Page, error) {
	t.Helper()
	r.Traversal = ews.Shallow
	r.Shape = ews.ItemShape{Base: ews.Default}
	r.Parents = []ews.FolderID{{Distinguished: ews.Inbox}}
	found, err := f.client.FindItem(t.Context(), &r)
	if err != nil {
		return "", ews.Page{}, err
	}
	var subjects []string
	for _, it := range found.Messages[0].Items {
		subjects = append(subjects, it.Subject)
	}
	return strings.Join(subjects, ""), found.Messages[0].Page, nil
}

func is(op ews.Operator, field ews.FieldPath, value string) ews.Restriction {
	return ews.Restriction{Op: op, Field: field, Value: value}
}

func TestRestrictions(t *testing.T) {
	f := tenItems(t)
	read, number := ews.Field("message:IsRead"), ews.Extended(ews.PropertyTag(0x8001, "Integer"))
	for _, test := range []struct {
		name string
		r    ews.Restriction
		want string // subjects, newest first
	}{
		{"equal", is(ews.IsEqualTo, ews.Field("item:Subject"), "4"), "4"},
		{"a flag", is(ews.IsEqualTo, read, "true"), "86420"},
		{"a flag as a number", is(ews.IsEqualTo, read, "1"), "86420"},
		{"dates", ews.Restriction{Op: ews.And, Operands: []ews.Restriction{
			is(ews.IsGreaterThanOrEqualTo, ews.Field("item:DateTimeReceived"), "2025-01-03T00:00:00Z"),
			is(ews.IsLessThan, ews.Field("item:DateTimeReceived"), "2025-01-05T01:00:00+01:00"),
		}}, "32"},
		{"a word of the schema", is(ews.IsEqualTo, ews.Field("item:Importance"), "High"), "852"},
		{"order of such words", is(ews.IsLessThan, ews.Field("item:Importance"), "Normal"), "9630"},
		{"sensitivity", is(ews.IsNotEqualTo, ews.Field("item:Sensitivity"), "Normal"), "97531"},
		{"a named property", is(ews.IsEqualTo, ews.Extended(named), "own-7"), "7"},
		{"a numbered property", is(ews.IsGreaterThan, number, "7"), "98"},
		{"exists", ews.Restriction{Op: ews.Exists, Field: ews.Field("item:Categories")}, "987"},
		{"one of several", is(ews.IsEqualTo, ews.Field("item:Categories"), "c8"), "8"},
		{"not", ews.Restriction{Op: ews.Not, Operands: []ews.Restriction{is(ews.IsLessThan, number, "8")}}, "98"},
		{"or", ews.Restriction{Op: ews.Or, Operands: []ews.Restriction{is(ews.IsEqualTo, number, "1"), is(ews.IsEqualTo, number, "5")}}, "51"},
		{"bits", ews.Restriction{Op: ews.Excludes, Field: number, Bitmask: 3}, "840"},
		{"bits of the flags", ews.Restriction{Op: ews.Excludes, Field: ews.Extended(ews.PropertyTag(0x0e07, "Integer")), Bitmask: 1}, "97531"},
		{"a sender by name", ews.Restriction{Op: ews.Contains, Field: ews.Field("message:From"), Value: "SENDER 6", Mode: ews.FullString, Comparison: ews.IgnoreCase}, "6"},
		{"a sender by address", is(ews.IsEqualTo, ews.Field("message:From"), "S6@x.test"), "6"},
		{"contains, exactly", ews.Restriction{Op: ews.Contains, Field: ews.Extended(named), Value: "own", Mode: ews.Prefixed, Comparison: ews.Exact}, ""},
		{"contains, loosely", ews.Restriction{Op: ews.Contains, Field: ews.Extended(named), Value: "öwn-3", Mode: ews.Substring, Comparison: ews.IgnoreCaseAndNonSpacingCharacters}, "3"},
		{"in the body", ews.Restriction{Op: ews.Contains, Field: ews.Field("item:Body"), Value: "need", Mode: ews.PrefixOnWords, Comparison: ews.Loose}, "3"},
		{"a header", is(ews.IsEqualTo, ews.FieldPath{URI: "item:InternetMessageHeader", Index: "X-Spam"}, "very"), "3"},
		{"two properties", ews.Restriction{Op: ews.IsGreaterThan, Field: number, Other: new(ews.Extended(ews.PropertyTag(0x0e07, "Integer")))}, "9"},
		{"a property nobody has", is(ews.IsEqualTo, ews.Extended(ews.PropertyTag(0x8002, "String")), "x"), ""},
		{"a set nobody knows", is(ews.IsEqualTo, ews.Extended(ews.ExtendedFieldURI{DistinguishedSet: "Moon", Name: "x", Type: "String"}), "x"), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, page, err := f.find(t, ews.FindItemRequest{Restriction: &test.r})
			must(t, err)
			if got != test.want || page.TotalItemsInView != len(test.want) || !page.IncludesLastItemInRange {
				t.Errorf("found %q, want %q; %+v", got, test.want, page)
			}
		})
	}
	for _, test := range []struct {
		r    ews.FindItemRequest
		want ews.ResponseCode
	}{
		{ews.FindItemRequest{Restriction: new(is(ews.IsEqualTo, ews.Field("item:Nonsense"), "x"))}, ews.ErrorUnsupportedPathForQuery},
		{ews.FindItemRequest{Restriction: new(is(ews.IsEqualTo, ews.Field("item:DateTimeReceived"), "tomorrow"))}, "ErrorInvalidValueForProperty"},
		{ews.FindItemRequest{Restriction: &ews.Restriction{Op: ews.Excludes, Field: ews.Field("item:Subject")}}, ews.ErrorUnsupportedPathForQuery},
		{ews.FindItemRequest{SortOrder: []ews.SortField{{Field: ews.Field("item:Nonsense")}}}, ews.ErrorUnsupportedPathForSortGroup},
		{ews.FindItemRequest{QueryString: "subject:x"}, ews.ErrorInvalidOperation},
	} {
		_, _, err := f.find(t, test.r)
		wantFailed(t, err, test.want)
	}
}

func TestSortingAndPaging(t *testing.T) {
	f := tenItems(t)
	indexed := func(offset, max int, fromEnd bool) *ews.View {
		return &ews.View{Kind: ews.IndexedView, Offset: offset, MaxEntries: max, FromEnd: fromEnd}
	}
	rising := []ews.SortField{{Field: ews.Field("item:DateTimeReceived")}}
	for _, test := range []struct {
		name string
		r    ews.FindItemRequest
		want string
		page ews.Page
	}{
		{"everything", ews.FindItemRequest{}, "9876543210", ews.Page{IndexedPagingOffset: 10, TotalItemsInView: 10, IncludesLastItemInRange: true}},
		{"the first", ews.FindItemRequest{View: indexed(0, 3, false), SortOrder: rising}, "012", ews.Page{IndexedPagingOffset: 3, TotalItemsInView: 10}},
		{"the last", ews.FindItemRequest{View: indexed(9, 3, false), SortOrder: rising}, "9", ews.Page{IndexedPagingOffset: 10, TotalItemsInView: 10, IncludesLastItemInRange: true}},
		{"from the end", ews.FindItemRequest{View: indexed(2, 3, true), SortOrder: rising}, "567", ews.Page{IndexedPagingOffset: 5, TotalItemsInView: 10}},
		{"two keys, one in Go", ews.FindItemRequest{SortOrder: []ews.SortField{{Field: ews.Field("item:Importance"), Descending: true}, {Field: ews.Field("message:From")}}}, "2581470369",
			ews.Page{IndexedPagingOffset: 10, TotalItemsInView: 10, IncludesLastItemInRange: true}},
		{"a fraction", ews.FindItemRequest{View: &ews.View{Kind: ews.FractionalView, Numerator: 1, Denominator: 2, MaxEntries: 2}, SortOrder: rising}, "56",
			ews.Page{NumeratorOffset: 7, AbsoluteDenominator: 10, TotalItemsInView: 10}},
		{"dates of a calendar", ews.FindItemRequest{View: &ews.View{Kind: ews.CalendarView, Start: time.Unix(1, 0), End: time.Unix(2, 0)}}, "", ews.Page{IncludesLastItemInRange: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, page, err := f.find(t, test.r)
			must(t, err)
			if diff := cmp.Diff(test.page, page); diff != "" || got != test.want {
				t.Errorf("found %q, want %q\n%s", got, test.want, diff)
			}
		})
	}
	// An empty result still says that it is whole.
	got := f.post(t, envelope("", `<m:FindItem Traversal="SoftDeleted"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>
  <m:ParentFolderIds><t:DistinguishedFolderId Id="inbox"/><t:DistinguishedFolderId Id="outbox"/></m:ParentFolderIds></m:FindItem>`))
	got.wantCodes(t, "NoError", "NoError")
	for _, root := range got.tree.all("RootFolder") {
		if root.attr("TotalItemsInView") != "0" || root.attr("IncludesLastItemInRange") != "true" {
			t.Errorf("root %+v", root.Attrs)
		}
	}
}
