package ews

import (
	"strconv"
	"time"
)

func stringForm() form[string] {
	return form[string]{
		absent: func(s string) bool { return s == "" },
		encode: func(w *writer, tag string, s string) { w.text(tag, s) },
		decode: func(e element, s *string) { *s = e.text() },
	}
}

func enumForm(values ...string) form[string] {
	f := stringForm()
	f.decode = func(e element, s *string) { *s = enum(e, e.text(), values...) }
	return f
}

func flagForm() form[*bool] {
	return form[*bool]{
		absent: func(b *bool) bool { return b == nil },
		encode: func(w *writer, tag string, b *bool) { w.flag(tag, *b) },
		decode: func(e element, b **bool) { *b = new(e.flag()) },
	}
}

func countForm() form[*int] {
	return form[*int]{
		absent: func(n *int) bool { return n == nil },
		encode: func(w *writer, tag string, n *int) { w.number(tag, *n) },
		decode: func(e element, n **int) { *n = new(e.number()) },
	}
}

func numberForm() form[int] {
	return form[int]{
		absent: func(n int) bool { return n == 0 },
		encode: func(w *writer, tag string, n int) { w.number(tag, n) },
		decode: func(e element, n *int) { *n = e.number() },
	}
}

func dateForm() form[time.Time] {
	return form[time.Time]{
		absent: time.Time.IsZero,
		encode: func(w *writer, tag string, t time.Time) { w.date(tag, t) },
		decode: func(e element, t *time.Time) { *t = e.date() },
	}
}

func bytesForm(attrs ...string) form[[]byte] {
	return form[[]byte]{
		absent: func(b []byte) bool { return b == nil },
		encode: func(w *writer, tag string, b []byte) { w.bytes(tag, b, attrs...) },
		decode: func(e element, b *[]byte) { *b = e.bytes() },
	}
}

func bodyForm() form[*Body] {
	return form[*Body]{
		absent: func(b *Body) bool { return b == nil },
		encode: func(w *writer, tag string, b *Body) {
			kind, truncated := b.Type, ""
			if kind == "" {
				kind = BodyText
			}
			if w.knows(Exchange2013) {
				truncated = strconv.FormatBool(b.Truncated)
			}
			w.text(tag, b.Text, "BodyType", string(kind), "IsTruncated", truncated)
		},
		decode: func(e element, b **Body) {
			*b = &Body{
				Type:      enum(e, e.need("BodyType"), BodyHTML, BodyText),
				Text:      e.text(),
				Truncated: e.attrFlag("IsTruncated"),
			}
		},
	}
}

func stringsForm() form[[]string] {
	return form[[]string]{
		absent: func(s []string) bool { return s == nil },
		encode: func(w *writer, tag string, list []string) {
			w.open(tag)
			for _, s := range list {
				w.text("t:String", s)
			}
			w.close(tag)
		},
		decode: func(e element, list *[]string) {
			*list = []string{}
			for c := range e.in(nsTypes) {
				*list = append(*list, c.text())
			}
		},
	}
}

func mailboxForm() form[*Mailbox] {
	return form[*Mailbox]{
		absent: func(m *Mailbox) bool { return m == nil },
		encode: func(w *writer, tag string, m *Mailbox) {
			w.open(tag)
			m.encode(w)
			w.close(tag)
		},
		decode: func(e element, m **Mailbox) {
			if list := decodeMailboxes(e); len(list) > 0 {
				*m = &list[0]
			}
		},
	}
}

func mailboxesForm() form[[]Mailbox] {
	return form[[]Mailbox]{
		absent: func(list []Mailbox) bool { return list == nil },
		encode: func(w *writer, tag string, list []Mailbox) {
			w.open(tag)
			for i := range list {
				list[i].encode(w)
			}
			w.close(tag)
		},
		decode: func(e element, list *[]Mailbox) { *list = decodeMailboxes(e) },
	}
}

func headersForm() form[[]InternetHeader] {
	return form[[]InternetHeader]{
		absent: func(list []InternetHeader) bool { return len(list) == 0 },
		encode: func(w *writer, tag string, list []InternetHeader) {
			w.open(tag)
			for _, h := range list {
				w.text("t:InternetMessageHeader", h.Value, "HeaderName", h.Name)
			}
			w.close(tag)
		},
		decode: func(e element, list *[]InternetHeader) {
			*list = []InternetHeader{}
			for c := range e.in(nsTypes) {
				*list = append(*list, InternetHeader{Name: c.attr("HeaderName"), Value: c.text()})
			}
		},
	}
}

func propertiesForm() form[[]ExtendedProperty] {
	return form[[]ExtendedProperty]{
		absent: func(list []ExtendedProperty) bool { return len(list) == 0 },
		encode: func(w *writer, _ string, list []ExtendedProperty) {
			for _, p := range list {
				p.encode(w)
			}
		},
		decode: func(e element, list *[]ExtendedProperty) { *list = append(*list, decodeProperty(e)) },
	}
}

func rightsForm() form[*EffectiveRights] {
	return form[*EffectiveRights]{
		absent: func(r *EffectiveRights) bool { return r == nil },
		encode: func(w *writer, tag string, r *EffectiveRights) {
			w.open(tag)
			w.flag("t:CreateAssociated", r.CreateAssociated)
			w.flag("t:CreateContents", r.CreateContents)
			w.flag("t:CreateHierarchy", r.CreateHierarchy)
			w.flag("t:Delete", r.Delete)
			w.flag("t:Modify", r.Modify)
			w.flag("t:Read", r.Read)
			w.close(tag)
		},
		decode: func(e element, r **EffectiveRights) { *r = decodeRights(e) },
	}
}

func decodeRights(e element) *EffectiveRights {
	r := &EffectiveRights{}
	for c := range e.in(nsTypes) {
		switch c.name() {
		case "CreateAssociated":
			r.CreateAssociated = c.flag()
		case "CreateContents":
			r.CreateContents = c.flag()
		case "CreateHierarchy":
			r.CreateHierarchy = c.flag()
		case "Delete":
			r.Delete = c.flag()
		case "Modify":
			r.Modify = c.flag()
		case "Read":
			r.Read = c.flag()
		}
	}
	return r
}
