package ews

import "slices"

// Apply makes the update on an item a server holds. The outcome is success, or
// says why the property cannot be changed this way; the item is then unchanged.
func (u FieldUpdate) Apply(i *Item) ResponseMessage {
	if u.Field.IsExtended() {
		return u.applyExtended(i)
	}
	at := slices.IndexFunc(anyFields, func(f field[Item]) bool { return f.uri != "" && f.uri == u.Field.URI })
	if at < 0 || u.Field.Index != "" {
		return Failed(u.refusal(), "The property "+u.Field.String()+" is not valid for this object type.")
	}
	f := &anyFields[at]
	switch {
	case f.traits&readOnly != 0, u.Kind == AppendField && f.traits&appendable == 0:
		return Failed(u.refusal(), "The property "+u.Field.String()+" cannot be changed this way.")
	case u.Kind == DeleteField:
		f.clear(i)
		return ResponseMessage{}
	case u.Item == nil, f.absent(u.Item) && !f.text:
		return Failed(ErrorUpdatePropertyMismatch, "The update of "+u.Field.String()+" does not hold that property.")
	case u.Kind == AppendField:
		u.appendTo(i)
		return ResponseMessage{}
	}
	f.assign(i, u.Item)
	return ResponseMessage{}
}

// refusal is the code for a property that cannot be changed.
func (u FieldUpdate) refusal() ResponseCode {
	switch u.Kind {
	case AppendField:
		return ErrorInvalidPropertyAppend
	case DeleteField:
		return ErrorInvalidPropertyDelete
	}
	return ErrorInvalidPropertySet
}

func (u FieldUpdate) appendTo(i *Item) {
	switch u.Field.URI {
	case "item:Body":
		if i.Body == nil {
			i.Body = &Body{Type: u.Item.Body.Type}
		}
		i.Body = &Body{Type: i.Body.Type, Text: i.Body.Text + u.Item.Body.Text}
	case "message:ToRecipients":
		i.To = slices.Concat(i.To, u.Item.To)
	case "message:CcRecipients":
		i.Cc = slices.Concat(i.Cc, u.Item.Cc)
	case "message:BccRecipients":
		i.Bcc = slices.Concat(i.Bcc, u.Item.Bcc)
	case "message:ReplyTo":
		i.ReplyTo = slices.Concat(i.ReplyTo, u.Item.ReplyTo)
	}
}

func (u FieldUpdate) applyExtended(i *Item) ResponseMessage {
	same := func(p ExtendedProperty) bool { return p.URI == u.Field.Extended }
	// A new slice: the old one may be shared with what the server read from.
	rest := slices.DeleteFunc(slices.Clone(i.Properties), same)
	switch {
	case u.Kind == AppendField:
		return Failed(ErrorInvalidPropertyAppend, "An extended property cannot be appended to.")
	case u.Kind == DeleteField:
		i.Properties = rest
		return ResponseMessage{}
	case u.Item == nil || !slices.ContainsFunc(u.Item.Properties, same):
		return Failed(ErrorUpdatePropertyMismatch, "The update of "+u.Field.String()+" does not hold that property.")
	}
	i.Properties = append(rest, u.Item.Properties[slices.IndexFunc(u.Item.Properties, same)])
	return ResponseMessage{}
}
