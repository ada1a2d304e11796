package ews

import "time"

// Attachment is what an item says of one of its attachments.
type Attachment struct {
	ID          string // AttachmentId
	Item        bool   // an ItemAttachment, not a FileAttachment
	Name        string
	ContentType string
	ContentID   string
	// Size, Modified and Inline are known from Exchange 2010 on.
	Size     int // bytes
	Modified time.Time
	Inline   bool
	// Content is the file, in requests that create an item with files.
	Content []byte
}

func attachmentsForm() form[[]Attachment] {
	return form[[]Attachment]{
		absent: func(list []Attachment) bool { return len(list) == 0 },
		encode: func(w *writer, tag string, list []Attachment) {
			w.open(tag)
			for i := range list {
				list[i].encode(w)
			}
			w.close(tag)
		},
		decode: func(e element, list *[]Attachment) {
			*list = []Attachment{}
			for c := range e.in(nsTypes) {
				*list = append(*list, decodeAttachment(c))
			}
		},
	}
}

func (a *Attachment) encode(w *writer) {
	tag := "t:FileAttachment"
	if a.Item {
		tag = "t:ItemAttachment"
	}
	w.open(tag)
	if a.ID != "" {
		w.empty("t:AttachmentId", "Id", a.ID)
	}
	w.textIf("t:Name", a.Name)
	w.textIf("t:ContentType", a.ContentType)
	w.textIf("t:ContentId", a.ContentID)
	if w.knows(Exchange2010) {
		if a.Size != 0 {
			w.number("t:Size", a.Size)
		}
		if !a.Modified.IsZero() {
			w.date("t:LastModifiedTime", a.Modified)
		}
		w.flag("t:IsInline", a.Inline)
	}
	if a.Content != nil && !a.Item {
		w.bytes("t:Content", a.Content)
	}
	w.close(tag)
}

func decodeAttachment(e element) Attachment {
	a := Attachment{Item: e.name() == "ItemAttachment"}
	for c := range e.in(nsTypes) {
		switch c.name() {
		case "AttachmentId":
			a.ID = c.need("Id")
		case "Name":
			a.Name = c.text()
		case "ContentType":
			a.ContentType = c.token()
		case "ContentId":
			a.ContentID = c.token()
		case "Size":
			a.Size = c.number()
		case "LastModifiedTime":
			a.Modified = c.date()
		case "IsInline":
			a.Inline = c.flag()
		case "Content":
			a.Content = c.bytes()
		}
	}
	return a
}
