package ews

import (
	"strconv"
	"time"
)

// ResponseClass says how one part of a request went.
type ResponseClass string

// The response classes.
const (
	ClassSuccess ResponseClass = "Success"
	ClassWarning ResponseClass = "Warning"
	ClassError   ResponseClass = "Error"
)

// ResponseMessage is the outcome every response message begins with. The zero
// value is success.
type ResponseMessage struct {
	// Class may be left empty: it then follows from Code.
	Class ResponseClass
	// Code may be left empty for [NoError].
	Code ResponseCode
	// Text is MessageText. An error without one is written with the usual
	// text of its code, because clients treat the element as mandatory.
	Text string
	// Details are the named values of MessageXml.
	Details []Detail
}

// Detail is one Value element of MessageXml, such as BackOffMilliseconds.
type Detail struct{ Name, Value string }

// Failed returns the outcome of a part that failed. An empty text stands for
// the usual text of the code.
func Failed(code ResponseCode, text string) ResponseMessage {
	if text == "" {
		text = code.Text()
	}
	return ResponseMessage{Class: ClassError, Code: code, Text: text}
}

// OK reports whether the part succeeded, warnings included.
func (m ResponseMessage) OK() bool { return m.class() != ClassError }

func (m ResponseMessage) class() ResponseClass {
	switch {
	case m.Class != "":
		return m.Class
	case m.Code == "" || m.Code == NoError:
		return ClassSuccess
	}
	return ClassError
}

func (m ResponseMessage) outcome() ResponseMessage { return m }

// outcomesOf returns the outcomes of the messages of a response.
func outcomesOf[M interface{ outcome() ResponseMessage }](messages []M) []ResponseMessage {
	list := make([]ResponseMessage, len(messages))
	for i := range messages {
		list[i] = messages[i].outcome()
	}
	return list
}

func backOff(details []Detail) time.Duration {
	for _, d := range details {
		if d.Name == "BackOffMilliseconds" {
			if ms, err := strconv.ParseInt(d.Value, 10, 32); err == nil && ms > 0 {
				return time.Duration(ms) * time.Millisecond
			}
		}
	}
	return 0
}
