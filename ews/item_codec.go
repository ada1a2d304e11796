package ews

func itemIDForm() form[ItemID] {
	return form[ItemID]{
		absent: func(id ItemID) bool { return id.ID == "" },
		encode: func(w *writer, tag string, id ItemID) { w.empty(tag, "Id", id.ID, "ChangeKey", id.ChangeKey) },
		decode: func(e element, id *ItemID) { *id = ItemID{ID: e.need("Id"), ChangeKey: e.attr("ChangeKey")} },
	}
}

func conversationForm() form[string] {
	return form[string]{
		absent: func(id string) bool { return id == "" },
		encode: func(w *writer, tag string, id string) { w.empty(tag, "Id", id) },
		decode: func(e element, id *string) { *id = e.attr("Id") },
	}
}

func followUpForm() form[*Flag] {
	return form[*Flag]{
		absent: func(f *Flag) bool { return f == nil },
		encode: func(w *writer, tag string, f *Flag) {
			w.open(tag)
			w.text("t:FlagStatus", f.Status)
			if !f.Start.IsZero() {
				w.date("t:StartDate", f.Start)
			}
			if !f.Due.IsZero() {
				w.date("t:DueDate", f.Due)
			}
			if !f.Complete.IsZero() {
				w.date("t:CompleteDate", f.Complete)
			}
			w.close(tag)
		},
		decode: func(e element, f **Flag) { *f = decodeFlag(e) },
	}
}

func decodeFlag(e element) *Flag {
	f := &Flag{}
	for c := range e.in(nsTypes) {
		switch c.name() {
		case "FlagStatus":
			f.Status = enum(c, c.text(), "NotFlagged", "Flagged", "Complete")
		case "StartDate":
			f.Start = c.date()
		case "DueDate":
			f.Due = c.date()
		case "CompleteDate":
			f.Complete = c.date()
		}
	}
	return f
}

func (i *Item) encode(w *writer) {
	kind := i.Kind
	if kind == "" {
		kind = KindMessage
	}
	tag := "t:" + string(kind)
	w.open(tag)
	if kind == KindSuppressReadReceipt {
		w.empty("t:ReferenceItemId", "Id", i.ReferenceID.ID, "ChangeKey", i.ReferenceID.ChangeKey)
	} else {
		encodeFields(w, fieldsOf(kind), i)
	}
	w.close(tag)
}

func decodeItem(e element) Item {
	i := Item{Kind: ItemKind(e.name())}
	decodeFields(e, anyFields, &i)
	return i
}

func encodeItems(w *writer, tag string, items []Item) {
	w.open(tag)
	for i := range items {
		items[i].encode(w)
	}
	w.close(tag)
}

func decodeItems(e element) []Item {
	items := []Item{}
	for c := range e.in(nsTypes) {
		items = append(items, decodeItem(c))
	}
	return items
}

// decodeItemID reads an ItemId. Any other kind of id comes out empty.
func decodeItemID(e element) ItemID {
	if e.name() != "ItemId" {
		return ItemID{}
	}
	return ItemID{ID: e.need("Id"), ChangeKey: e.attr("ChangeKey")}
}

func decodeItemIDs(e element) (ids []ItemID) {
	for c := range e.in(nsTypes) {
		ids = append(ids, decodeItemID(c))
	}
	if len(ids) == 0 {
		e.fail("The element '%s' holds no item ids", e.name())
	}
	return ids
}

func encodeItemIDs(w *writer, ids []ItemID) {
	w.open("m:ItemIds")
	for _, id := range ids {
		w.empty("t:ItemId", "Id", id.ID, "ChangeKey", id.ChangeKey)
	}
	w.close("m:ItemIds")
}
