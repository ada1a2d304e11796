package ews_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/matchseal/matchseal/ews"
)

const request = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"
    xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"
    xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types">
  <s:Header><t:RequestServerVersion Version="Exchange2013"/></s:Header>
  <s:Body>
    <m:DeleteItem DeleteType="HardDelete">
      <m:ItemIds><t:ItemId Id="AAMk"/><t:ItemId Id="gone"/></m:ItemIds>
    </m:DeleteItem>
  </s:Body>
</s:Envelope>`

// A server decodes, acts on each id and answers each of them.
func ExampleDecodeRequest() {
	r, err := ews.DecodeRequest(strings.NewReader(request), ews.Limits{})
	if err != nil {
		ews.EncodeFault(os.Stdout, err.(*ews.Fault))
		return
	}
	var response ews.Payload
	switch body := r.Body.(type) {
	case *ews.DeleteItemRequest:
		deleted := &ews.DeleteItemResponse{}
		for _, id := range body.IDs {
			outcome := ews.ResponseMessage{}
			if id.ID == "gone" {
				outcome = ews.Failed(ews.ErrorItemNotFound, "")
			}
			deleted.Messages = append(deleted.Messages, outcome)
		}
		response = deleted
	default:
		response = &ews.FailedResponse{Name: r.Operation, Message: ews.Failed(ews.ErrorInvalidOperation, "")}
	}
	server := ews.ServerVersion{Major: 15, Minor: 1, MajorBuild: 2507, MinorBuild: 6, Version: "V2017_07_11"}
	var out strings.Builder
	ews.EncodeResponse(&out, server, r.Header.Version, response)
	_, messages, _ := strings.Cut(out.String(), "<m:ResponseMessages>")
	messages, _, _ = strings.Cut(messages, "</m:ResponseMessages>")
	fmt.Println(strings.ReplaceAll(messages, "><", ">\n<"))
	// Output:
	// <m:DeleteItemResponseMessage ResponseClass="Success">
	// <m:ResponseCode>NoError</m:ResponseCode>
	// </m:DeleteItemResponseMessage>
	// <m:DeleteItemResponseMessage ResponseClass="Error">
	// <m:MessageText>The specified object was not found in the store.</m:MessageText>
	// <m:ResponseCode>ErrorItemNotFound</m:ResponseCode>
	// <m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>
	// </m:DeleteItemResponseMessage>
}

// A document that cannot be served is a fault that says where and why.
func ExampleFault() {
	document := strings.Replace(request, "HardDelete", "Burn", 1)
	_, err := ews.DecodeRequest(strings.NewReader(document), ews.Limits{})
	fault, _ := errors.AsType[*ews.Fault](err)
	fmt.Println(fault.HTTPStatus(), fault.Code)
	fmt.Println(fault.Line, fault.Position, fault.Violation)
	// Output:
	// 500 ErrorSchemaValidation
	// 6 5 The value 'Burn' of 'DeleteItem' is not in its enumeration.
}

// A conversation goes into the Conversation History folder of a mailbox. The
// http.Client brings the authentication.
func ExampleClient_CreateItem() {
	c := &ews.Client{HTTP: http.DefaultClient, URL: "https://mail.example.test/EWS/Exchange.asmx", AnchorMailbox: "kim@example.test"}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	created, err := c.CreateItem(ctx, &ews.CreateItemRequest{
		Disposition: ews.SaveOnly,
		Folder:      &ews.FolderID{Distinguished: ews.ConversationHistory},
		Items: []ews.Item{{
			Class:   "IPM.Note.Microsoft.Conversation",
			Subject: "Conversation with Ken",
			Body:    &ews.Body{Type: ews.BodyHTML, Text: "<p>hello</p>"},
			// Without the message flags the item would be an unsent draft.
			Properties: []ews.ExtendedProperty{{URI: ews.PropertyTag(0x0e07, "Integer"), Values: []string{"1"}}},
			IsRead:     new(true),
		}},
	})
	if wait := ews.BackOff(err); wait > 0 {
		fmt.Println("the server is busy, come back in", wait)
		return
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(created.Messages[0].Items[0].ID)
}

// A server fills an item with what it has and lets the shape choose.
func ExampleItemShape_Select() {
	shape := ews.ItemShape{Base: ews.IDOnly, Additional: []ews.FieldPath{ews.Field("item:Subject")}}
	item := shape.Select(ews.Item{ID: ews.ItemID{ID: "AAMk"}, Subject: "hello", Size: 4711})
	fmt.Println(item.ID.ID, item.Subject, item.Size)
	// Output: AAMk hello 0
}

// An update changes an item or says why not.
func ExampleFieldUpdate_Apply() {
	item := ews.Item{Subject: "old", Size: 4711}
	set := ews.FieldUpdate{Kind: ews.SetField, Field: ews.Field("item:Subject"), Item: &ews.Item{Subject: "new"}}
	fmt.Println(set.Apply(&item).OK(), item.Subject)
	set = ews.FieldUpdate{Kind: ews.SetField, Field: ews.Field("item:Size"), Item: &ews.Item{Size: 1}}
	fmt.Println(set.Apply(&item).Code, item.Size)
	// Output:
	// true new
	// ErrorInvalidPropertySet 4711
}
