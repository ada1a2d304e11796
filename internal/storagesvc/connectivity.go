package storagesvc

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
	"strings"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
)

// TestRequest holds the parameters of Test-CsExStorageConnectivity.
type TestRequest struct {
	SipURI     string // with or without sip:
	Folder     string // ConversationHistory (default), Inbox, Dumpster
	DeleteItem bool
	UseCache   bool
	Binding    string // NetNamedPipe (default) or NetTCP; only told
}

// TestResult is a passed test; a failed one is an error.
type TestResult struct {
	Lines  []string // what -Verbose prints, each without "VERBOSE: "
	ItemID string
}

// TestError is a failed test with what it had done by then.
type TestError struct {
	Err   error
	Lines []string
}

func (e *TestError) Error() string { return e.Err.Error() }
func (e *TestError) Unwrap() error { return e.Err }

// Trace gives the lines to whoever prints them.
func (e *TestError) Trace() []string { return e.Lines }

// Test writes an item into the user's mailbox on the very path that
// conversations take, and removes it again when asked to (004-09 to 004-11).
// Success or failure goes into the event log as well.
func (s *Service) Test(ctx context.Context, req TestRequest) (TestResult, error) {
	binding := req.Binding
	if binding == "" {
		binding = "NetNamedPipe"
	}
	lines := []string{
		"Successfully opened a connection to storage service at localhost using binding: " + binding + ".",
		"Create message.",
		"Execute Exchange Storage Command.",
	}
	t := &trace{now: s.cfg.Now}
	activity := uuid()
	id, err := s.test(ctx, req, t)
	if err != nil {
		lines = append(lines,
			fmt.Sprintf("Processing web storage response for ExCreateItem Failure, result=%d, activityId=%s, reason=%v.", problem.Of(err).Entry().Cmdlet, activity, err),
			"Activity tracing:\n"+t.String(), "Is command successful: False.")
		if logged := s.events.failed(ctx, err); logged != nil {
			s.cfg.Log.Error("event not written", "error", logged)
		}
		return TestResult{}, &TestError{err, lines}
	}
	if err := s.events.succeeded(ctx, true); err != nil {
		return TestResult{}, &TestError{err, lines}
	}
	lines = append(lines,
		fmt.Sprintf("Processing web storage response for ExCreateItem Success., result=1, activityId=%s, reason=.", activity),
		"Activity tracing:\n"+t.String(),
		"Items choice type: CreateItemResponseMessageType.",
		"Response message, class: Success, code: NoError.",
		fmt.Sprintf("Item: Microsoft.Rtc.Internal.Storage.Exchange.Ews.MessageType, Id:%s, change key: %s, subject: , body: .", id.ID, id.ChangeKey),
		"Is command successful: True.")
	return TestResult{Lines: lines, ItemID: id.ID}, nil
}

func (s *Service) test(ctx context.Context, req TestRequest, t *trace) (ews.ItemID, error) {
	folder, err := testFolder(req.Folder)
	if err != nil {
		return ews.ItemID{}, err
	}
	sip, err := directory.ParseSIP(req.SipURI)
	if err != nil {
		return ews.ItemID{}, problem.Wrap(err, problem.StorageUnknownUser, "SipUri %q", req.SipURI)
	}
	u, err := s.cfg.User(ctx, sip)
	if err != nil {
		return ews.ItemID{}, err
	}
	t.add("Lookup user details, sipUri=sip:%s, smtpAddress=%s, sid=%s, upn=%s, tenantId=00000000-0000-0000-0000-000000000000", u.SIP, u.SMTP, u.SID, u.UPN)
	m, err := s.exchange.locate(ctx, u, req.UseCache, t)
	if err != nil {
		return ews.ItemID{}, err
	}
	id, err := s.exchange.create(ctx, m, folder, ews.Item{
		Class: classTest, Subject: "Test item of the Storage Service", Body: &ews.Body{Type: ews.BodyText, Text: "Written by Test-CsExStorageConnectivity."},
		Properties: []ews.ExtendedProperty{{URI: ews.PropertyTag(0x0e07, "Integer"), Values: []string{strconv.Itoa(1)}}},
	})
	if err != nil {
		return ews.ItemID{}, err
	}
	t.add("Item created in %s, ewsUrl=%s, id=%s", folder, m.url, id.ID)
	if req.DeleteItem {
		if err := s.exchange.remove(ctx, m, id); err != nil {
			return ews.ItemID{}, fmt.Errorf("the item was written but could not be deleted: %w", err)
		}
		t.add("Item deleted, id=%s", id.ID)
	}
	return id, nil
}

func testFolder(name string) (ews.DistinguishedFolder, error) {
	switch strings.ToLower(name) {
	case "", "conversationhistory":
		return ews.ConversationHistory, nil
	case "inbox":
		return ews.Inbox, nil
	case "dumpster":
		return ews.RecoverableItemsPurges, nil
	}
	return "", problem.New(problem.StorageFolder, "there is no folder %q for the test item", name)
}

// uuid makes a random id in the form that the product prints.
func uuid() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
