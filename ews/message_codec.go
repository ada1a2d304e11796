package ews

// encode writes a response message named tag; payload writes what follows the
// outcome and may be nil.
func (m ResponseMessage) encode(w *writer, tag string, payload func()) {
	w.open(tag, "ResponseClass", string(m.class()))
	m.encodeOutcome(w)
	if payload != nil {
		payload()
	}
	w.close(tag)
}

// encodeOutcome writes MessageText before ResponseCode, the order of the
// schema.
func (m ResponseMessage) encodeOutcome(w *writer) {
	code := m.Code
	if code == "" {
		code = NoError
		if m.class() == ClassError {
			code = ErrorInternalServerError
		}
	}
	text := m.Text
	if text == "" && code != NoError {
		text = code.Text()
	}
	if !w.knows(code.since()) {
		code = ErrorInternalServerError
	}
	w.textIf("m:MessageText", text)
	w.text("m:ResponseCode", string(code))
	if m.class() == ClassSuccess {
		return
	}
	w.number("m:DescriptiveLinkKey", 0)
	if len(m.Details) > 0 {
		w.open("m:MessageXml")
		for _, d := range m.Details {
			w.text("t:Value", d.Value, "Name", d.Name)
		}
		w.close("m:MessageXml")
	}
}

// decodeOutcome reads what every response message begins with.
func decodeOutcome(e element) ResponseMessage {
	m := ResponseMessage{Class: enum(e, e.need("ResponseClass"), ClassSuccess, ClassWarning, ClassError)}
	for c := range e.in(nsMessages) {
		switch c.name() {
		case "MessageText":
			m.Text = c.text()
		case "ResponseCode":
			m.Code = ResponseCode(c.token())
		case "MessageXml":
			m.Details = decodeDetails(c)
		}
	}
	return m
}

func decodeDetails(e element) (details []Detail) {
	for c := range e.in(nsTypes) {
		if c.name() == "Value" {
			details = append(details, Detail{Name: c.attr("Name"), Value: c.text()})
		}
	}
	return details
}

// decodeMessages reads the response messages of an operation.
func decodeMessages[M any](e element, decode func(element) M) (messages []M) {
	list, ok := e.child(nsMessages, "ResponseMessages")
	if !ok {
		e.fail("The element '%s' has no ResponseMessages", e.name())
		return nil
	}
	for c := range list.in(nsMessages) {
		messages = append(messages, decode(c))
	}
	return messages
}

// encodeMessages writes an operation's response around its messages.
func encodeMessages[M any](w *writer, operation string, messages []M, encode func(tag string, m *M)) {
	w.openOperation(operation + "Response")
	w.open("m:ResponseMessages")
	tag := "m:" + operation + "ResponseMessage"
	for i := range messages {
		encode(tag, &messages[i])
	}
	w.close("m:ResponseMessages")
	w.close("m:" + operation + "Response")
}

// openOperation opens the element in the Body, where the namespaces are
// declared.
func (w *writer) openOperation(name string, attrs ...string) {
	w.open("m:"+name, append([]string{"xmlns:m", messagesURI, "xmlns:t", typesURI}, attrs...)...)
}

// decodeItemMessage reads the answer of GetItem and CreateItem.
func decodeItemMessage(e element) ItemMessage {
	m := ItemMessage{ResponseMessage: decodeOutcome(e)}
	if items, ok := e.child(nsMessages, "Items"); ok {
		m.Items = decodeItems(items)
	}
	return m
}

func encodeItemMessages(w *writer, operation string, messages []ItemMessage) {
	encodeMessages(w, operation, messages, func(tag string, m *ItemMessage) {
		m.ResponseMessage.encode(w, tag, func() { encodeItems(w, "m:Items", m.Items) })
	})
}

// decodeFolderMessage reads the answer of GetFolder and CreateFolder.
func decodeFolderMessage(e element) FolderMessage {
	m := FolderMessage{ResponseMessage: decodeOutcome(e)}
	if folders, ok := e.child(nsMessages, "Folders"); ok {
		m.Folders = decodeFolders(folders)
	}
	return m
}

func encodeFolderMessages(w *writer, operation string, messages []FolderMessage) {
	encodeMessages(w, operation, messages, func(tag string, m *FolderMessage) {
		m.ResponseMessage.encode(w, tag, func() { encodeFolders(w, "m:Folders", m.Folders) })
	})
}
