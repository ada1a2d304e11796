package ews

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"io"
	"strings"
	"testing"
)

// createItemDocument is the request this package exists for: a conversation
// of an hour or so going into a Conversation History folder, 4.9 KB of XML.
func createItemDocument(tb testing.TB) []byte {
	tb.Helper()
	history := strings.Repeat("<p><b>Ken</b> 10:42: shall we look at the rollover before lunch?</p>\n", 37)
	request := &CreateItemRequest{
		Disposition: SaveOnly,
		Folder:      &FolderID{Distinguished: ConversationHistory},
		Items: []Item{{
			Class:      "IPM.Note.Microsoft.Conversation",
			Subject:    "Conversation with Kim",
			Body:       &Body{Type: BodyHTML, Text: "<html><body>" + history + "</body></html>"},
			Importance: "Normal",
			Properties: []ExtendedProperty{
				{URI: PropertyTag(0x0E07, "Integer"), Values: []string{"1"}},
				{URI: ExtendedFieldURI{DistinguishedSet: "PublicStrings", Name: "ConversationKey", Type: "String"}, Values: []string{"7c0a"}},
			},
			From:              &Mailbox{Name: "Ken", Address: "ken@litware.test", RoutingType: "SMTP"},
			To:                []Mailbox{{Name: "Kim", Address: "kim@litware.test", RoutingType: "SMTP"}},
			InternetMessageID: "<7c0a@sfb.litware.test>",
			IsRead:            new(true),
		}},
	}
	var b bytes.Buffer
	if err := EncodeRequest(&b, Header{Version: Exchange2013}, request); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func BenchmarkDecodeRequestCreateItem(b *testing.B) {
	document := createItemDocument(b)
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := DecodeRequest(bytes.NewReader(document), Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEncodingXMLTokens is the floor of any decoder built on
// encoding/xml: it reads the same document's tokens and keeps nothing.
func BenchmarkEncodingXMLTokens(b *testing.B) {
	document := createItemDocument(b)
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		d := xml.NewDecoder(bytes.NewReader(document))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkEncodingXMLUnmarshal is what decoding into tagged structs costs.
func BenchmarkEncodingXMLUnmarshal(b *testing.B) {
	type mailbox struct{ Name, EmailAddress, RoutingType string }
	var into struct {
		Header struct {
			RequestServerVersion struct {
				Version string `xml:",attr"`
			}
		}
		Body struct {
			CreateItem struct {
				MessageDisposition string `xml:",attr"`
				SavedItemFolderID  struct {
					DistinguishedFolderID struct {
						ID string `xml:"Id,attr"`
					} `xml:"DistinguishedFolderId"`
				} `xml:"SavedItemFolderId"`
				Items struct {
					Message []struct {
						ItemClass, Subject, Importance, InternetMessageId string
						Body                                              struct {
							Type string `xml:"BodyType,attr"`
							Text string `xml:",chardata"`
						}
						ExtendedProperty []struct {
							ExtendedFieldURI struct {
								PropertyTag  string `xml:",attr"`
								PropertyType string `xml:",attr"`
							}
							Value string
						}
						From, ToRecipients struct{ Mailbox []mailbox }
						IsRead             bool
					}
				}
			}
		}
	}
	document := createItemDocument(b)
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		if err := xml.Unmarshal(document, &into); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeResponseGetItem(b *testing.B) {
	request, err := DecodeRequest(bytes.NewReader(createItemDocument(b)), Limits{})
	if err != nil {
		b.Fatal(err)
	}
	response := &GetItemResponse{Messages: []ItemMessage{{Items: request.Body.(*CreateItemRequest).Items}}}
	b.ReportAllocs()
	for b.Loop() {
		if err := EncodeResponse(io.Discard, ServerVersion{Major: 15, Minor: 1}, Exchange2013, response); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeRequestMIME1MiB(b *testing.B) {
	mime := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("0123456789abcdef"), 1<<16))
	document := strings.Replace(string(createItemDocument(b)), "<t:ItemClass>", "<t:MimeContent>"+mime+"</t:MimeContent><t:ItemClass>", 1)
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := DecodeRequest(strings.NewReader(document), Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func TestBenchmarkDocumentIsAsLargeAsStated(t *testing.T) {
	if n := len(createItemDocument(t)); n < 4700 || n > 5100 {
		t.Errorf("the document of the benchmarks has %d bytes, the baseline was measured with 4.9 KB", n)
	}
}
