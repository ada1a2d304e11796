package adminserver

import (
	"context"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/storagesvc"
)

// mountStorage adds the calls about the Storage Service.
func (x Skype) mountStorage(s *Server, may rights) {
	mayTest := within(x.Role.Organisation(), tester)
	handle(s, adminapi.TestCsExStorageConnectivity, mayTest, x.test(x.Storage.Test))
	handle(s, adminapi.TestCsExStorageNotification, mayTest, x.test(x.Storage.TestNotification))
	handle(s, adminapi.StoreConversation, may.change, x.storeConversation)
	handle(s, adminapi.GetStorageStatus, may.read, func(ctx context.Context, _ Operator, _ adminapi.Empty) (adminapi.StorageStatus, error) {
		st, err := x.Storage.Status(ctx)
		return adminapi.StorageStatus(st), err
	})
	handle(s, adminapi.GetDeadLetters, may.read, func(ctx context.Context, _ Operator, req adminapi.Identity) ([]adminapi.DeadLetter, error) {
		found, err := x.Storage.DeadLetters(ctx, req.Identity)
		if err != nil {
			return nil, err
		}
		out := []adminapi.DeadLetter{}
		for _, d := range found {
			out = append(out, adminapi.DeadLetter{ID: d.ID, ConversationID: d.ConversationID, SIP: string(d.SIP), Code: string(d.Code), Detail: d.Detail, Attempts: d.Attempts, At: d.Changed})
		}
		return out, nil
	})
	change(s, x.Journal, adminapi.RequeueDeadLetters, may.change, func(ctx context.Context, _ Operator, req adminapi.Identity) (adminapi.Requeued, error) {
		n, err := x.Storage.Requeue(ctx, req.Identity)
		if err == nil && n == 0 && req.Identity != "" {
			err = notFound("dead letter", req.Identity)
		}
		return adminapi.Requeued{Count: n}, err
	})
}

// test makes a call of one of the Storage Service's tests.
func (x Skype) test(run func(context.Context, storagesvc.TestRequest) (storagesvc.TestResult, error)) func(context.Context, Operator, adminapi.StorageTestRequest) (adminapi.TestResult, error) {
	return func(ctx context.Context, _ Operator, req adminapi.StorageTestRequest) (adminapi.TestResult, error) {
		if err := required(req.SipURI, "SipUri"); err != nil {
			return adminapi.TestResult{}, err
		}
		if err := x.checkHost(req); err != nil {
			return adminapi.TestResult{}, err
		}
		r, err := run(ctx, storagesvc.TestRequest{
			SipURI: req.SipURI, Folder: req.Folder, DeleteItem: req.DeleteItem, UseCache: req.UseCache, Binding: req.Binding, Host: req.Host,
		})
		if err != nil {
			return adminapi.TestResult{}, err
		}
		return adminapi.TestResult{Passed: true, Lines: r.Lines, ItemID: r.ItemID}, nil
	}
}

// checkHost wants the front end that is to be asked to be this one.
func (x Skype) checkHost(req adminapi.StorageTestRequest) error {
	if req.Host == "" && strings.EqualFold(req.Binding, "NetTCP") {
		return problem.New(problem.StorageHost, "the binding NetTCP wants the parameter HostNameStorageService")
	}
	for _, own := range []string{"", "localhost", ".", x.Role.Fqdn()} {
		if strings.EqualFold(req.Host, own) {
			return nil
		}
	}
	return problem.New(problem.StorageHost, "this is %s, not %s", x.Role.Fqdn(), req.Host)
}

func (x Skype) storeConversation(ctx context.Context, _ Operator, req adminapi.Conversation) (adminapi.StoredConversation, error) {
	c := storagesvc.Conversation{ID: req.ID, Subject: req.Subject, Started: req.Started}
	for _, p := range req.Participants {
		sip, err := directory.ParseSIP(p.SIP)
		if err != nil {
			return adminapi.StoredConversation{}, problem.Wrap(err, problem.StorageConversation, "participant %q", p.SIP)
		}
		c.Participants = append(c.Participants, storagesvc.Participant{SIP: sip, Name: p.Name})
	}
	for i, m := range req.Messages {
		from, err := directory.ParseSIP(m.From)
		if err != nil {
			return adminapi.StoredConversation{}, problem.Wrap(err, problem.StorageConversation, "message %d is from %q", i+1, m.From)
		}
		c.Messages = append(c.Messages, storagesvc.Message{From: from, At: m.At, Text: m.Text})
	}
	stored, err := x.Storage.Store(ctx, c)
	if err != nil {
		return adminapi.StoredConversation{}, err
	}
	out := adminapi.StoredConversation{ID: stored.ID, Duplicate: stored.Duplicate}
	for _, sip := range stored.Mailboxes {
		out.Mailboxes = append(out.Mailboxes, string(sip))
	}
	for _, sip := range stored.Skipped {
		out.Skipped = append(out.Skipped, string(sip))
	}
	return out, nil
}
