package ewsserver

import (
	"net/http"
	"strings"
	"testing"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/access"
	"github.com/matchseal/matchseal/internal/mailbox"
	"github.com/matchseal/matchseal/internal/rbac"
)

const (
	userApp     = string(rbac.UserApplication)
	archiveApp  = string(rbac.ArchiveApplication)
	impersonate = string(rbac.ApplicationImpersonation)
)

func get(name string) string {
	return `<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="` + name + `"/></m:FolderIds></m:GetFolder>`
}

// impersonating wraps an operation with an ExchangeImpersonation header.
func impersonating(sid, operation string) string {
	return strings.Replace(envelope("Exchange2013", operation), `<soap:Header>`,
		`<soap:Header><t:ExchangeImpersonation><t:ConnectingSID>`+sid+`</t:ConnectingSID></t:ExchangeImpersonation>`, 1)
}

const asKim = `<t:PrimarySmtpAddress>kim@litware.test</t:PrimarySmtpAddress>`

func TestWhichMailbox(t *testing.T) {
	f := newFixture(t)
	kims, err := f.boxes.OpenFor(t.Context(), "id-kim")
	must(t, err)
	kimsInbox, err := f.boxes.DistinguishedFolder(t.Context(), kims, mailbox.Inbox)
	must(t, err)
	for _, test := range []struct {
		name, request string
		caller        access.Caller
		fault         string // HTTP 500 with this code, or
		kim           bool   // Kim's inbox is answered
	}{
		{"a user's own", envelope("Exchange2013", get("inbox")), basic("kim"), "", true},
		{"acting for a user", envelope("Exchange2013", get("inbox")), actAs("kim", userApp), "", true},
		{"acting for a user, with a header", impersonating(asKim, get("inbox")), actAs("ken", userApp, impersonate), "ErrorImpersonationDenied", false},
		{"acting for a user, with a header for the same", impersonating(asKim, get("inbox")), actAs("kim", userApp, impersonate), "ErrorImpersonationDenied", false},
		{"an application by itself", envelope("Exchange2013", get("inbox")), appOnly(userApp, impersonate), "ErrorImpersonationFailed", false},
		{"an application with a header", impersonating(asKim, get("inbox")), appOnly(userApp, impersonate), "", true},
		{"by principal name", impersonating(`<t:PrincipalName>kim@corp.litware.test</t:PrincipalName>`, get("inbox")), appOnly(userApp, impersonate), "", true},
		{"by SID", impersonating(`<t:SID>S-1-5-21-1-2-3-kim</t:SID>`, get("inbox")), appOnly(userApp, impersonate), "", true},
		{"by any address", impersonating(`<t:SmtpAddress>KIM@litware.test</t:SmtpAddress>`, get("inbox")), appOnly(userApp, impersonate), "", true},
		{"an application without the role", impersonating(asKim, get("inbox")), appOnly(userApp, archiveApp), "ErrorImpersonateUserDenied", false},
		{"a user without the role", impersonating(asKim, get("inbox")), basic("ken"), "ErrorImpersonateUserDenied", false},
		{"nobody of that name", impersonating(`<t:SmtpAddress>x@litware.test</t:SmtpAddress>`, get("inbox")), appOnly(userApp, impersonate), "ErrorNonExistentMailbox", false},
		{"somebody of another organisation", impersonating(`<t:SmtpAddress>foreign@litware.test</t:SmtpAddress>`, get("inbox")), appOnly(userApp, impersonate), "ErrorNonExistentMailbox", false},
		{"a protected user", impersonating(`<t:SmtpAddress>admin@litware.test</t:SmtpAddress>`, get("inbox")), appOnly(userApp, impersonate), "ErrorImpersonateUserDenied", false},
		{"a disabled user", impersonating(`<t:SmtpAddress>left@litware.test</t:SmtpAddress>`, get("inbox")), appOnly(userApp, impersonate), "ErrorImpersonateUserDenied", false},
		{"while the directory is away", impersonating(`<t:SmtpAddress>broken@litware.test</t:SmtpAddress>`, get("inbox")), appOnly(userApp, impersonate), "ErrorInternalServerError", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			f.caller = test.caller
			got := f.post(t, test.request)
			if test.fault != "" {
				got.wantFault(t, http.StatusInternalServerError, test.fault)
				return
			}
			got.wantCodes(t, "NoError")
			if id := got.tree.first("FolderId").attr("Id"); id != string(kimsInbox.ID) {
				t.Error("another mailbox was answered")
			}
		})
	}
	// A user with the role may impersonate.
	f.caller = basic("ken")
	f.caller.Roles = []string{impersonate}
	f.post(t, impersonating(asKim, get("inbox"))).wantCodes(t, "NoError")
	// The words are those clients know.
	f.caller = appOnly(userApp)
	if got := f.post(t, envelope("", get("inbox"))).tree.first("faultstring").Text; got != "ExchangeImpersonation SOAP header must be present for this type of OAuth token." {
		t.Errorf("the fault says %q", got)
	}
}

func TestOtherMailboxesStayShut(t *testing.T) {
	f := newFixture(t)
	kims, err := f.boxes.OpenFor(t.Context(), "id-kim")
	must(t, err)
	inbox, err := f.boxes.DistinguishedFolder(t.Context(), kims, mailbox.Inbox)
	must(t, err)
	secret, err := f.boxes.CreateItem(t.Context(), kims, inbox.ID, mailbox.Item{Subject: "secret"})
	must(t, err)
	for _, caller := range []access.Caller{basic("ken"), actAs("ken", userApp, archiveApp)} {
		f.caller = caller
		f.post(t, envelope("", `<m:GetFolder><m:FolderShape><t:BaseShape>AllProperties</t:BaseShape></m:FolderShape><m:FolderIds>
  <t:DistinguishedFolderId Id="inbox"><t:Mailbox><t:EmailAddress>kim@litware.test</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>
  <t:FolderId Id="`+string(inbox.ID)+`"/><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder>`)).
			wantCodes(t, "ErrorAccessDenied", "ErrorFolderNotFound", "NoError")
		for _, request := range []string{
			`<m:GetItem><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="` + string(secret.ID) + `"/></m:ItemIds></m:GetItem>`,
			`<m:DeleteItem DeleteType="HardDelete"><m:ItemIds><t:ItemId Id="` + string(secret.ID) + `"/></m:ItemIds></m:DeleteItem>`,
			`<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange><t:ItemId Id="` + string(secret.ID) + `"/><t:Updates>
  <t:SetItemField><t:FieldURI FieldURI="item:Subject"/><t:Message><t:Subject>x</t:Subject></t:Message></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
			`<m:ConvertId DestinationFormat="HexEntryId"><m:SourceIds><t:AlternateId Format="EwsId" Id="` + string(secret.ID) + `" Mailbox="kim@litware.test"/></m:SourceIds></m:ConvertId>`,
		} {
			got := f.post(t, envelope("", request))
			got.wantCodes(t, "ErrorItemNotFound")
			if strings.Contains(got.body, "secret") {
				t.Error("the secret is out")
			}
		}
		for _, request := range []string{
			`<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:ParentFolderIds><t:FolderId Id="` + string(inbox.ID) + `"/></m:ParentFolderIds></m:FindItem>`,
			`<m:CreateFolder><m:ParentFolderId><t:FolderId Id="` + string(inbox.ID) + `"/></m:ParentFolderId><m:Folders><t:Folder><t:DisplayName>x</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>`,
		} {
			f.post(t, envelope("", request)).wantCodes(t, "ErrorFolderNotFound")
		}
	}
}

// checklist: 003-12 a user without a mailbox
func TestAUserWithoutAMailbox(t *testing.T) {
	f := newFixture(t)
	for _, caller := range []access.Caller{basic("nobox"), actAs("nobox", userApp)} {
		f.caller = caller
		got := f.post(t, envelope("Exchange2013", strings.ReplaceAll(get("inbox"), `Id="inbox"/>`, `Id="inbox"/><t:DistinguishedFolderId Id="drafts"/>`)))
		got.wantCodes(t, "ErrorNonExistentMailbox", "ErrorNonExistentMailbox")
		if text := got.tree.first("MessageText").Text; text != "The SMTP address has no mailbox associated with it." {
			t.Errorf("the text is %q", text)
		}
		f.post(t, envelope("Exchange2013", `<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Message><t:Subject>x</t:Subject></t:Message></m:Items></m:CreateItem>`)).
			wantCodes(t, "ErrorNonExistentMailbox")
	}
}

// The effective right is what the application's roles allow and what the user
// may do.
func TestRolesOfAnApplication(t *testing.T) {
	f := newFixture(t)
	create := func(folder string) string {
		return envelope("Exchange2013", `<m:CreateItem MessageDisposition="SaveOnly"><m:SavedItemFolderId><t:DistinguishedFolderId Id="`+folder+`"/></m:SavedItemFolderId>
  <m:Items><t:Message><t:Subject>x</t:Subject></t:Message></m:Items></m:CreateItem>`)
	}
	f.caller = actAs("ken", userApp)
	f.post(t, create("conversationhistory")).wantCodes(t, "NoError")
	f.post(t, create("recoverableitemspurges")).wantCodes(t, "ErrorAccessDenied")
	f.post(t, envelope("", get("recoverableitemsroot"))).wantCodes(t, "ErrorAccessDenied")

	f.caller = actAs("ken", archiveApp)
	archived := f.post(t, create("recoverableitemspurges"))
	archived.wantCodes(t, "NoError")
	id := archived.tree.first("ItemId").attr("Id")
	item := `<m:ItemIds><t:ItemId Id="` + id + `"/></m:ItemIds>`
	f.post(t, envelope("", `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>`+item+`</m:GetItem>`)).wantCodes(t, "NoError")

	// Another application does not reach the item by its id either.
	f.caller = actAs("ken", userApp)
	f.post(t, envelope("", `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>`+item+`</m:GetItem>`)).wantCodes(t, "ErrorAccessDenied")
	f.post(t, envelope("", `<m:DeleteItem DeleteType="HardDelete">`+item+`</m:DeleteItem>`)).wantCodes(t, "ErrorAccessDenied")
	f.post(t, envelope("", `<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange><t:ItemId Id="`+id+`"/><t:Updates>
  <t:SetItemField><t:FieldURI FieldURI="item:Subject"/><t:Message><t:Subject>y</t:Subject></t:Message></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`)).
		wantCodes(t, "ErrorAccessDenied")
	f.post(t, envelope("", `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:ParentFolderIds><t:DistinguishedFolderId Id="recoverableitemspurges"/></m:ParentFolderIds></m:FindItem>`)).
		wantCodes(t, "ErrorAccessDenied")
	tree := f.post(t, envelope("", `<m:FindFolder Traversal="Deep"><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:ParentFolderIds><t:DistinguishedFolderId Id="root"/></m:ParentFolderIds></m:FindFolder>`))
	tree.wantCodes(t, "NoError")
	if strings.Contains(tree.body, "Purges") || tree.tree.first("RootFolder").attr("TotalItemsInView") != "14" {
		t.Errorf("the tree is\n%s", tree.body)
	}

	// A role that does not have the operation, no role, and fewer roles by
	// the ManagementRole header.
	f.caller = actAs("ken", string(rbac.LegalHoldApplication))
	f.post(t, envelope("", get("inbox"))).wantCodes(t, "ErrorAccessDenied")
	f.caller = actAs("ken")
	f.post(t, envelope("", get("inbox"))).wantCodes(t, "ErrorAccessDenied")
	f.caller = actAs("ken", userApp, archiveApp)
	lesser := strings.Replace(create("recoverableitemspurges"), `<soap:Header>`,
		`<soap:Header><t:ManagementRole><t:ApplicationRoles><t:Role>UserApplication</t:Role></t:ApplicationRoles></t:ManagementRole>`, 1)
	f.post(t, lesser).wantCodes(t, "ErrorAccessDenied")
	f.caller = actAs("ken", archiveApp)
	greater := strings.Replace(lesser, "recoverableitemspurges", "inbox", 1)
	f.post(t, greater).wantCodes(t, "ErrorAccessDenied") // it does not have what it asks for

	// The user is master in his own house.
	f.caller = basic("ken")
	f.post(t, envelope("", `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>`+item+`</m:GetItem>`)).wantCodes(t, "NoError")
	tree = f.post(t, envelope("", `<m:FindFolder Traversal="Deep"><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:ParentFolderIds><t:DistinguishedFolderId Id="root"/></m:ParentFolderIds></m:FindFolder>`))
	if tree.tree.first("RootFolder").attr("TotalItemsInView") != "18" {
		t.Errorf("the user sees %s folders", tree.tree.first("RootFolder").attr("TotalItemsInView"))
	}
}

func TestTheClientSeesRights(t *testing.T) {
	f := newFixture(t)
	f.caller = actAs("ken", userApp)
	_, err := f.client.GetFolder(t.Context(), &ews.GetFolderRequest{
		Shape: ews.FolderShape{Base: ews.IDOnly}, IDs: []ews.FolderID{{Distinguished: ews.RecoverableItemsPurges}},
	})
	wantFailed(t, err, ews.ErrorAccessDenied)
}
