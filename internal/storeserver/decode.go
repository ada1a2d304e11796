package storeserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/storagesvc"
)

// decode reads one conversation in its JSON form, with a sentence for every
// way in which it can be wrong.
func decode(body []byte) (c storagesvc.Conversation, err error) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")) // Windows editors begin a file with it
	if err := checkText(body); err != nil {
		return c, err
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return c, explain(err, body)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return c, refuse("there is something behind the conversation's closing brace; send one conversation at a time")
	}
	return c, nil
}

func refuse(format string, args ...any) error {
	return problem.New(problem.StorageConversation, format, args...)
}

// checkText refuses what encoding/json would silently replace.
func checkText(body []byte) error {
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		return refuse("the request has no body; it is the conversation as a JSON object")
	case bytes.HasPrefix(body, []byte("\xff\xfe")), bytes.HasPrefix(body, []byte("\xfe\xff")):
		return refuse("the conversation is UTF-16; save it as UTF-8")
	case !utf8.Valid(body):
		return refuse("the conversation is not valid UTF-8 at byte %d", firstInvalid(body)+1)
	}
	return nil
}

func firstInvalid(b []byte) (at int) {
	for at < len(b) {
		r, n := utf8.DecodeRune(b[at:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		at += n
	}
	return at
}

func explain(err error, body []byte) error {
	var wrongType *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	var known *problem.Failure
	var badTime *time.ParseError
	switch {
	case errors.As(err, &known): // an address, which explains itself
		return problem.Wrap(known, problem.StorageConversation, "reading the conversation")
	case errors.As(err, &badTime):
		return refuse("%s is not a time; write it as 2026-01-31T09:00:00Z", badTime.Value)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return refuse("the conversation ends in the middle, after %d bytes", len(body))
	case errors.As(err, &wrongType) && wrongType.Field == "":
		return refuse("the conversation must be a JSON object, not %s", kind(wrongType.Value))
	case errors.As(err, &wrongType):
		return refuse("%s must not be %s", wrongType.Field, kind(wrongType.Value))
	case errors.As(err, &syntax):
		return explainSyntax(syntax, body)
	}
	what := strings.TrimPrefix(err.Error(), "json: ")
	if field, ok := strings.CutPrefix(what, "unknown field "); ok {
		return refuse("there is no field %s; a conversation has id, subject, started, participants (sip, name) and messages (from, at, text)", field)
	}
	return refuse("reading the conversation: %s", what)
}

// explainSyntax names the curly quotation marks that documents and chat
// programs put in the place of straight ones.
func explainSyntax(syntax *json.SyntaxError, body []byte) error {
	at := min(max(0, int(syntax.Offset)-1), len(body))
	if r, _ := utf8.DecodeRune(body[at:]); strings.ContainsRune("\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u00ab\u00bb", r) {
		return refuse("byte %d is the curly quotation mark %c (U+%04X); JSON takes the straight one, \"", at+1, r, r)
	}
	return problem.Wrap(syntax, problem.StorageConversation, "the conversation is not JSON at byte %d", at+1)
}

// kind is a JSON type with its article.
func kind(value string) string {
	switch value {
	case "array", "object":
		return "an " + value
	}
	return "a " + value
}
