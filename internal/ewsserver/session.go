package ewsserver

import (
	"context"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/access"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/mailbox"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/rbac"
)

// session is a request whose caller and mailbox are known.
type session struct {
	*server
	caller  access.Caller // with the roles in effect for this request
	user    directory.User
	mailbox mailbox.Mailbox
	// refused fails every part of the request: the caller may not use the
	// operation, or the user has no mailbox.
	refused error

	parts, failed int
	code          ews.ResponseCode // of the first part that failed
}

// open finds out for whom a request is made and whether it may be. An error
// fails the request as a whole.
func (e *exchange) open(ctx context.Context, request *ews.Request) (*session, error) {
	ses := &session{server: e.server, caller: e.caller}
	if chosen := request.Header.ApplicationRoles; len(chosen) > 0 {
		// An application may ask for less than it has, never for more.
		ses.caller.Roles = slices.DeleteFunc(slices.Clone(ses.caller.Roles), func(role string) bool { return !slices.Contains(chosen, role) })
	}
	if _, unknown := request.Body.(*ews.UnknownRequest); unknown {
		ses.refused = problem.New(problem.EWSUnknownOperation, "%s", clip(request.Operation))
		return ses, nil
	}
	var err error
	if ses.user, err = e.userOf(ctx, request.Header.Impersonation); err != nil {
		return nil, err
	}
	if !ses.caller.May(request.Operation) {
		ses.refused = problem.New(problem.EWSNotAllowed, "the roles %v do not allow %s", ses.caller.Roles, request.Operation)
		return ses, nil
	}
	ses.mailbox, ses.refused = e.Mailboxes.OpenFor(ctx, ses.user.ID)
	return ses, nil
}

// userOf is the user whose mailbox is meant. A user who logged on, or for whom
// an application acts, is meant unless the caller may impersonate another; an
// application by itself has to name one.
func (e *exchange) userOf(ctx context.Context, imp *ews.Impersonation) (directory.User, error) {
	switch {
	case imp == nil && e.caller.Kind != access.AppOnly:
		return e.caller.User, nil
	case imp == nil:
		return directory.User{}, problem.New(problem.EWSImpersonationMissing, "app-only token without ExchangeImpersonation")
	case e.caller.Kind == access.ActAs:
		return directory.User{}, problem.New(problem.EWSImpersonationRefused, "act-as token with ExchangeImpersonation")
	case !e.caller.May(string(rbac.Impersonate)):
		return directory.User{}, problem.New(problem.EWSImpersonationDenied, "%s lacks the role", e.caller.Principal())
	}
	query := impersonated(*imp)
	query.Organisation = e.caller.User.Organisation
	if e.caller.Kind == access.AppOnly {
		query.Organisation = e.caller.Account.Organisation
	}
	found, err := e.Directory.Find(ctx, query)
	switch {
	case err != nil:
		return directory.User{}, err
	case len(found) != 1:
		return directory.User{}, problem.New(problem.EWSImpersonationUnknown, "%d users have the %s %.80q", len(found), query.By, query.Value)
	case !found[0].Enabled || found[0].Protected:
		return directory.User{}, problem.New(problem.EWSImpersonationDenied, "%s is disabled or protected", found[0].Name)
	}
	return found[0], nil
}

func impersonated(imp ews.Impersonation) directory.Query {
	switch {
	case imp.PrincipalName != "":
		return directory.Query{By: directory.ByUPN, Value: imp.PrincipalName}
	case imp.SID != "":
		return directory.Query{By: directory.BySID, Value: imp.SID}
	case imp.PrimarySMTPAddress != "":
		return directory.Query{By: directory.BySMTP, Value: imp.PrimarySMTPAddress}
	}
	return directory.Query{By: directory.BySMTP, Value: imp.SMTPAddress}
}

// dispatch serves the operation.
func (ses *session) dispatch(ctx context.Context, request *ews.Request) ews.Payload {
	switch body := request.Body.(type) {
	case *ews.GetFolderRequest:
		return ses.getFolder(ctx, body)
	case *ews.FindFolderRequest:
		return ses.findFolder(ctx, body)
	case *ews.CreateFolderRequest:
		return ses.createFolder(ctx, body)
	case *ews.FindItemRequest:
		return ses.findItem(ctx, body)
	case *ews.GetItemRequest:
		return ses.getItem(ctx, body)
	case *ews.CreateItemRequest:
		return ses.createItem(ctx, body)
	case *ews.UpdateItemRequest:
		return ses.updateItem(ctx, body)
	case *ews.DeleteItemRequest:
		return ses.deleteItem(ctx, body)
	case *ews.ConvertIDRequest:
		return ses.convertID(ctx, body)
	}
	ses.parts++
	return &ews.FailedResponse{Name: request.Operation, Message: ses.fail(ctx, ses.refused)}
}

// each answers a request part by part. do gives the answer of one part; failed
// makes the answer of a part that did not go well.
func each[In, Out any](ctx context.Context, ses *session, parts []In, failed func(ews.ResponseMessage) Out, do func(In) (Out, error)) []Out {
	answers := make([]Out, 0, len(parts))
	for _, part := range parts {
		answer, err := attempt(ctx, ses, part, do)
		if err != nil {
			answer = failed(ses.fail(ctx, err))
		}
		answers = append(answers, answer)
	}
	ses.parts += len(parts)
	return answers
}

func attempt[In, Out any](ctx context.Context, ses *session, part In, do func(In) (Out, error)) (none Out, err error) {
	if ses.refused != nil {
		return none, ses.refused
	}
	if err := ctx.Err(); err != nil {
		return none, err
	}
	return do(part)
}

// fail is the response message of a part that failed.
func (ses *session) fail(ctx context.Context, err error) ews.ResponseMessage {
	m := ses.message(ctx, err)
	ses.failed++
	if err == ses.refused { //nolint:errorlint // the same failure of every part is put into words, and logged, once
		ses.refused = &refusal{m}
	}
	if ses.code == "" {
		ses.code = m.Code
	}
	return m
}

// folder finds the folder a request names and checks that the caller may reach
// it.
func (ses *session) folder(ctx context.Context, id ews.FolderID) (mailbox.Folder, error) {
	f, err := ses.anyFolder(ctx, id)
	if err == nil && ses.hides(f) {
		return mailbox.Folder{}, problem.New(problem.EWSNotAllowed, "the roles %v do not allow Recoverable Items", ses.caller.Roles)
	}
	return f, err
}

func (ses *session) anyFolder(ctx context.Context, id ews.FolderID) (mailbox.Folder, error) {
	if id.Distinguished == "" {
		return ses.Mailboxes.Folder(ctx, ses.mailbox, mailbox.FolderID(id.ID))
	}
	if id.Mailbox != "" && !ses.isOwn(id.Mailbox) {
		return mailbox.Folder{}, problem.New(problem.EWSOtherMailbox, "%s asked for the %s of %.80q", ses.user.Name, id.Distinguished, id.Mailbox)
	}
	return ses.Mailboxes.DistinguishedFolder(ctx, ses.mailbox, strings.ToLower(string(id.Distinguished)))
}

// isOwn reports whether an address is one of the user's.
func (ses *session) isOwn(address string) bool {
	return slices.ContainsFunc([]string{ses.mailbox.SMTP, string(ses.user.UPN), string(ses.user.SMTP)}, func(own string) bool {
		return own != "" && strings.EqualFold(own, address)
	})
}

// hides reports whether a folder is out of the caller's reach. A user reaches
// every folder of his mailbox; an application those its roles allow.
func (ses *session) hides(f mailbox.Folder) bool {
	return f.IsRecoverable() && !ses.caller.May(string(rbac.RecoverableItems))
}

// item reads an item and checks that the caller may reach the folder it is in.
func (ses *session) item(ctx context.Context, id ews.ItemID, want mailbox.Want) (mailbox.Item, error) {
	it, err := ses.Mailboxes.Item(ctx, ses.mailbox, mailbox.ItemID(id.ID), want)
	if err != nil || ses.caller.May(string(rbac.RecoverableItems)) {
		return it, err
	}
	_, err = ses.folder(ctx, ews.FolderID{ID: string(it.FolderID)})
	return it, err
}
