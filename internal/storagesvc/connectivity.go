package storagesvc

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
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
// Its outcome goes into the event log. A failure is a *TestError.
func (s *Service) Test(ctx context.Context, req TestRequest) (TestResult, error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	t := &test{service: s, req: req, lines: []string{
		"Successfully opened a connection to storage service at localhost using binding: " + cmp.Or(req.Binding, "NetNamedPipe") + ".",
	}}
	began := s.cfg.Now()
	m, id, err := t.run(ctx)
	s.report(ctx, began, m, err, true)
	if err != nil {
		t.lines = append(t.lines, "Is command successful: False.")
		return TestResult{}, &TestError{err, t.lines}
	}
	t.lines = append(t.lines, "Is command successful: True.")
	return TestResult{Lines: t.lines, ItemID: id}, nil
}

// test is one run of Test.
type test struct {
	service *Service
	req     TestRequest
	lines   []string
}

// run makes the commands of the test, one or two.
func (t *test) run(ctx context.Context) (m *mailbox, itemID string, err error) {
	x := t.service.exchange
	var id ews.ItemID
	t.lines = append(t.lines, "Create message.")
	err = t.command("ExCreateItem", func(tr *trace) (err error) {
		if m, id, err = t.create(ctx, tr); err != nil {
			return err
		}
		tr.add("Item created, EWS Url=%s, id=%s", m.url, id.ID)
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	t.lines = append(t.lines, "Items choice type: CreateItemResponseMessageType.", "Response message, class: Success, code: NoError.",
		fmt.Sprintf("Item: Microsoft.Rtc.Internal.Storage.Exchange.Ews.MessageType, Id:%s, change key: %s, subject: , body: .", id.ID, id.ChangeKey))
	if !t.req.DeleteItem {
		return m, id.ID, nil
	}
	err = t.command("ExDeleteItem", func(tr *trace) error {
		m.trace = tr
		return x.remove(ctx, m, id)
	})
	if err != nil {
		return m, "", fmt.Errorf("the test item was written but could not be deleted: %w", err)
	}
	t.lines = append(t.lines, "Items choice type: DeleteItemResponseMessageType.", "Response message, class: Success, code: NoError.")
	return m, id.ID, nil
}

// command frames one command of the Storage Service as the product prints it.
func (t *test) command(name string, do func(*trace) error) error {
	tr := &trace{now: t.service.cfg.Now}
	err := do(tr)
	outcome, result, reason := "Success.", 1, ""
	if err != nil {
		outcome, result, reason = "Failure", problem.Of(err).Entry().Cmdlet, err.Error()
	}
	t.lines = append(t.lines, "Execute Exchange Storage Command.",
		fmt.Sprintf("Processing web storage response for %s %s, result=%d, activityId=%s, reason=%s.", name, outcome, result, uuid(), reason),
		"Activity tracing:\n"+tr.String())
	return err
}

// create makes the test item.
func (t *test) create(ctx context.Context, tr *trace) (*mailbox, ews.ItemID, error) {
	x := t.service.exchange
	folder, err := testFolder(t.req.Folder)
	if err != nil {
		return nil, ews.ItemID{}, err
	}
	sip, err := directory.ParseSIP(t.req.SipURI)
	if err != nil {
		return nil, ews.ItemID{}, problem.Wrap(err, problem.StorageUnknownUser, "SipUri")
	}
	u, err := t.service.cfg.User(ctx, sip)
	if err != nil {
		return nil, ews.ItemID{}, err
	}
	tr.add("Lookup user details, sipUri=sip:%s, smtpAddress=%s, sid=%s, upn=%s, tenantId=00000000-0000-0000-0000-000000000000", u.SIP, u.SMTP, u.SID, u.UPN)
	m, err := x.locate(ctx, u, t.req.UseCache, tr)
	if err != nil {
		return nil, ews.ItemID{}, err
	}
	id, err := x.create(ctx, m, folder, ews.Item{
		Class: classTest, Subject: "Test item of the Storage Service",
		Body:       &ews.Body{Type: ews.BodyText, Text: "Written by Test-CsExStorageConnectivity."},
		Properties: []ews.ExtendedProperty{notDraft()},
	})
	return m, id, err
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
