package ews

// folderFields is every property of a folder in the order of the schema.
var folderFields = []field[Folder]{
	row("FolderId", "folder:FolderId", Exchange2007, folderIDForm(), func(f *Folder) *FolderID { return &f.ID }, inIDOnly),
	row("ParentFolderId", "folder:ParentFolderId", Exchange2007, folderIDForm(), func(f *Folder) *FolderID { return &f.ParentID }, inAll),
	row("FolderClass", "folder:FolderClass", Exchange2007, stringForm(), func(f *Folder) *string { return &f.Class }, inAll),
	row("DisplayName", "folder:DisplayName", Exchange2007, stringForm(), func(f *Folder) *string { return &f.DisplayName }, inDefault),
	row("TotalCount", "folder:TotalCount", Exchange2007, countForm(), func(f *Folder) **int { return &f.TotalCount }, inDefault),
	row("ChildFolderCount", "folder:ChildFolderCount", Exchange2007, countForm(), func(f *Folder) **int { return &f.ChildFolderCount }, inDefault),
	row("ExtendedProperty", "", Exchange2007, propertiesForm(), func(f *Folder) *[]ExtendedProperty { return &f.Properties }, asked),
	row("EffectiveRights", "folder:EffectiveRights", Exchange2007SP1, rightsForm(), func(f *Folder) **EffectiveRights { return &f.EffectiveRights }, inAll),
	row("DistinguishedFolderId", "folder:DistinguishedFolderId", Exchange2013, distinguishedForm(), func(f *Folder) *DistinguishedFolder { return &f.Distinguished }, inAll),
	row("UnreadCount", "folder:UnreadCount", Exchange2007, countForm(), func(f *Folder) **int { return &f.UnreadCount }, inDefault),
}

func folderIDForm() form[FolderID] {
	return form[FolderID]{
		absent: func(id FolderID) bool { return id.ID == "" },
		encode: func(w *writer, tag string, id FolderID) { w.empty(tag, "Id", id.ID, "ChangeKey", id.ChangeKey) },
		decode: func(e element, id *FolderID) { *id = FolderID{ID: e.attr("Id"), ChangeKey: e.attr("ChangeKey")} },
	}
}

func distinguishedForm() form[DistinguishedFolder] {
	return form[DistinguishedFolder]{
		absent: func(d DistinguishedFolder) bool { return d == "" },
		encode: func(w *writer, tag string, d DistinguishedFolder) { w.text(tag, string(d)) },
		decode: func(e element, d *DistinguishedFolder) { *d = DistinguishedFolder(e.token()) },
	}
}

func (f *Folder) encode(w *writer) {
	kind := f.Kind
	if kind == "" {
		kind = PlainFolder
	}
	tag := "t:" + string(kind)
	w.open(tag)
	table := folderFields
	if kind == CalendarFolder || kind == ContactsFolder {
		table = table[:len(table)-1] // they have no UnreadCount
	}
	encodeFields(w, table, f)
	w.close(tag)
}

func decodeFolder(e element) Folder {
	f := Folder{Kind: FolderKind(e.name())}
	decodeFields(e, folderFields, &f)
	return f
}

func encodeFolders(w *writer, tag string, folders []Folder) {
	w.open(tag)
	for i := range folders {
		folders[i].encode(w)
	}
	w.close(tag)
}

func decodeFolders(e element) []Folder {
	folders := []Folder{}
	for c := range e.in(nsTypes) {
		folders = append(folders, decodeFolder(c))
	}
	return folders
}

// encode writes the id the way requests name a folder.
func (id FolderID) encode(w *writer) {
	switch {
	case id.Distinguished == "":
		w.empty("t:FolderId", "Id", id.ID, "ChangeKey", id.ChangeKey)
	case id.Mailbox == "":
		w.empty("t:DistinguishedFolderId", "Id", string(id.Distinguished), "ChangeKey", id.ChangeKey)
	default:
		w.open("t:DistinguishedFolderId", "Id", string(id.Distinguished), "ChangeKey", id.ChangeKey)
		w.open("t:Mailbox")
		w.text("t:EmailAddress", id.Mailbox)
		w.close("t:Mailbox")
		w.close("t:DistinguishedFolderId")
	}
}

// decodeFolderID reads a FolderId or DistinguishedFolderId. Any other kind of
// id leaves both names empty.
func decodeFolderID(e element) (id FolderID) {
	switch e.name() {
	case "FolderId":
		id = FolderID{ID: e.need("Id"), ChangeKey: e.attr("ChangeKey")}
	case "DistinguishedFolderId":
		id = FolderID{Distinguished: DistinguishedFolder(e.need("Id")), ChangeKey: e.attr("ChangeKey")}
		if m, ok := e.child(nsTypes, "Mailbox"); ok {
			id.Mailbox = decodeMailbox(m).Address
		}
	}
	return id
}

func decodeFolderIDs(e element) (ids []FolderID) {
	for c := range e.in(nsTypes) {
		ids = append(ids, decodeFolderID(c))
	}
	if len(ids) == 0 {
		e.fail("The element '%s' holds no folder ids", e.name())
	}
	return ids
}

func encodeFolderIDs(w *writer, tag string, ids []FolderID) {
	w.open(tag)
	for _, id := range ids {
		id.encode(w)
	}
	w.close(tag)
}

// targetFolder reads the id inside a SavedItemFolderId or ParentFolderId.
func targetFolder(e element) FolderID {
	for c := range e.in(nsTypes) {
		return decodeFolderID(c)
	}
	e.fail("The element '%s' names no folder", e.name())
	return FolderID{}
}

func encodeTarget(w *writer, tag string, id FolderID) {
	w.open(tag)
	id.encode(w)
	w.close(tag)
}
