package storagesvc

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

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
	// Binding and Host say how the service is reached; they are only told.
	Binding string // NetNamedPipe (default) or NetTCP
	Host    string // default localhost
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
// Its outcome goes into the event log. A failure is a *TestError, but for what
// is wrong with the request itself: storage.sip-uri, storage.folder.
func (s *Service) Test(ctx context.Context, req TestRequest) (TestResult, error) {
	return s.test(ctx, req, (*test).write)
}

// TestNotification writes an item as Test does and waits until it is seen. EWS
// of this deployment sends no notifications yet, so the mailbox is polled on the
// same path with the same kind of token, and the trace says so.
func (s *Service) TestNotification(ctx context.Context, req TestRequest) (TestResult, error) {
	return s.test(ctx, req, (*test).notice)
}

func (s *Service) test(ctx context.Context, req TestRequest, do func(*test, context.Context) error) (TestResult, error) {
	t := &test{service: s, req: req, lines: []string{fmt.Sprintf("Successfully opened a connection to storage service at %s using binding: %s.",
		cmp.Or(req.Host, "localhost"), cmp.Or(req.Binding, "NetNamedPipe"))}}
	var err error
	if t.folder, err = testFolder(req.Folder); err != nil {
		return TestResult{}, err
	}
	if t.sip, err = directory.ParseSIP(req.SipURI); err != nil {
		return TestResult{}, problem.Wrap(err, problem.StorageSipURI, "SipUri")
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	began := s.cfg.Now()
	err = do(t, ctx)
	s.report(ctx, began, t.mailbox, err, true)
	if err != nil {
		t.say("Is command successful: False.")
		return TestResult{}, &TestError{err, t.lines}
	}
	t.say("Is command successful: True.")
	return TestResult{Lines: t.lines, ItemID: t.item.ID}, nil
}

// test is one run of a test.
type test struct {
	service *Service
	req     TestRequest
	folder  ews.DistinguishedFolder
	sip     directory.SIP
	lines   []string
	// mailbox is where the item went; nil unless it got there.
	mailbox *mailbox
	item    ews.ItemID
}

func (t *test) say(line ...string) { t.lines = append(t.lines, line...) }

// write makes the commands of Test, one or two.
func (t *test) write(ctx context.Context) error {
	if err := t.create(ctx); err != nil || !t.req.DeleteItem {
		return err
	}
	return t.delete(ctx)
}

// notice makes the commands of TestNotification.
func (t *test) notice(ctx context.Context) error {
	mark := uuid()
	t.say("Exchange sends no notifications here; the item is found by polling its folder.")
	property := ews.ExtendedProperty{URI: deliveryIDProperty(), Values: []string{mark}}
	if err := t.create(ctx, property); err != nil {
		return err
	}
	looks := 0
	err := t.command("ExFindItem", func(tr *trace) (err error) {
		t.mailbox.trace = tr
		looks, err = t.look(ctx, mark)
		return err
	})
	if err != nil {
		return fmt.Errorf("the test item was written: %w", err)
	}
	t.say("Items choice type: FindItemResponseMessageType.", "Response message, class: Success, code: NoError.",
		fmt.Sprintf("Notification: the new item was found by polling, attempt %d, Id:%s.", looks, t.item.ID))
	if !t.req.DeleteItem {
		return nil
	}
	return t.delete(ctx)
}

// mostLooks bounds how often the folder is looked at, about ten seconds.
const mostLooks = 100

// look polls the folder until the marked item is there.
func (t *test) look(ctx context.Context, mark string) (looks int, err error) {
	pause := time.NewTimer(0)
	defer pause.Stop()
	for looks = 1; looks <= mostLooks; looks++ {
		select {
		case <-pause.C:
		case <-ctx.Done():
			return looks, problem.Wrap(ctx.Err(), problem.StorageNotSeen, "looked %d times", looks-1)
		}
		found, err := t.service.exchange.find(ctx, t.mailbox, t.folder, mark)
		if err != nil {
			return looks, err
		}
		if len(found) > 0 {
			return looks, nil
		}
		pause.Reset(t.service.cfg.tempo.poll)
	}
	return mostLooks, problem.New(problem.StorageNotSeen, "looked %d times", mostLooks)
}

// delete removes the test item.
func (t *test) delete(ctx context.Context) error {
	err := t.command("ExDeleteItem", func(tr *trace) error {
		t.mailbox.trace = tr
		return t.service.exchange.remove(ctx, t.mailbox, t.item)
	})
	if err != nil {
		return fmt.Errorf("the test item was written but could not be deleted: %w", err)
	}
	t.say("Items choice type: DeleteItemResponseMessageType.", "Response message, class: Success, code: NoError.")
	return nil
}

// command frames one command of the Storage Service as the product prints it.
func (t *test) command(name string, do func(*trace) error) error {
	tr := &trace{now: t.service.cfg.Now}
	err := do(tr)
	outcome, result, reason := "Success.", 1, ""
	if err != nil {
		outcome, result, reason = "Failure", problem.Of(err).Entry().Cmdlet, err.Error()
	}
	t.say("Execute Exchange Storage Command.",
		fmt.Sprintf("Processing web storage response for %s %s, result=%d, activityId=%s, reason=%s.", name, outcome, result, uuid(), reason),
		"Activity tracing:\n"+tr.String())
	return err
}

// create finds the mailbox and makes the test item.
func (t *test) create(ctx context.Context, properties ...ews.ExtendedProperty) error {
	t.say("Create message.")
	err := t.command("ExCreateItem", func(tr *trace) error {
		u, err := t.service.cfg.User(ctx, t.sip)
		if err != nil {
			return err
		}
		tr.add("Lookup user details, sipUri=sip:%s, smtpAddress=%s, sid=%s, upn=%s, tenantId=00000000-0000-0000-0000-000000000000", u.SIP, u.SMTP, u.SID, u.UPN)
		m, err := t.service.exchange.locate(ctx, u, t.req.UseCache, tr)
		if err != nil {
			return err
		}
		t.item, err = t.service.exchange.create(ctx, m, t.folder, ews.Item{
			Class: classTest, Subject: "Test item of the Storage Service",
			Body:       &ews.Body{Type: ews.BodyText, Text: "Written by Test-CsExStorageConnectivity."},
			Properties: append([]ews.ExtendedProperty{notDraft()}, properties...),
		})
		if err != nil {
			return err
		}
		t.mailbox = m
		tr.add("Item created, EWS Url=%s, id=%s", m.url, t.item.ID)
		return nil
	})
	if err != nil {
		return err
	}
	t.say("Items choice type: CreateItemResponseMessageType.", "Response message, class: Success, code: NoError.",
		fmt.Sprintf("Item: Microsoft.Rtc.Internal.Storage.Exchange.Ews.MessageType, Id:%s, change key: %s, subject: , body: .", t.item.ID, t.item.ChangeKey))
	return nil
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
