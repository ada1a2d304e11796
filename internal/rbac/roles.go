package rbac

import (
	"fmt"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/problem"
)

// Role names a management role.
type Role string

// The roles Exchange has for partner applications.
const (
	// UserApplication acts for users in their own mailboxes.
	UserApplication Role = "UserApplication"
	// ArchiveApplication archives items into mailboxes, also where users do
	// not see them.
	ArchiveApplication Role = "ArchiveApplication"
	// LegalHoldApplication sees and sets holds.
	LegalHoldApplication Role = "LegalHoldApplication"
	// MailboxSearch searches many mailboxes.
	MailboxSearch Role = "Mailbox Search"
	// TeamMailboxLifecycleApplication keeps the state of site mailboxes.
	TeamMailboxLifecycleApplication Role = "TeamMailboxLifecycleApplication"
	// ApplicationImpersonation acts as any user by naming the user in an
	// ExchangeImpersonation header.
	ApplicationImpersonation Role = "ApplicationImpersonation"
)

// Operation names something a role allows: an EWS operation or one of the
// rights below.
type Operation string

// Rights that are not EWS operations.
const (
	// Autodiscover asks for the settings of users.
	Autodiscover Operation = "Autodiscover.GetUserSettings"
	// RecoverableItems reaches the folders below recoverableitemsroot, where
	// deleted and held items are.
	RecoverableItems Operation = "RecoverableItems"
	// Impersonate uses the ExchangeImpersonation header.
	Impersonate Operation = "ExchangeImpersonation"
)

// operations is the one place that says what a role allows.
var operations = map[Role][]Operation{
	UserApplication: {
		Autodiscover,
		"ConvertId", "ResolveNames", "ExpandDL", "GetServerTimeZones",
		"FindFolder", "GetFolder", "CreateFolder", "UpdateFolder", "DeleteFolder", "MoveFolder", "CopyFolder", "EmptyFolder", "CreateFolderPath",
		"FindItem", "GetItem", "CreateItem", "UpdateItem", "DeleteItem", "MoveItem", "CopyItem", "SendItem", "ArchiveItem", "MarkAllItemsAsRead", "MarkAsJunk",
		"FindConversation", "GetConversationItems", "ApplyConversationAction",
		"GetAttachment", "CreateAttachment", "DeleteAttachment",
		"SyncFolderHierarchy", "SyncFolderItems",
		"Subscribe", "Unsubscribe", "GetEvents", "GetStreamingEvents",
		"GetUserAvailability", "GetUserOofSettings", "SetUserOofSettings", "GetUserConfiguration", "GetReminders", "PerformReminderAction",
		"GetInboxRules", "UpdateInboxRules", "GetRooms", "GetRoomLists", "FindPeople", "GetPersona",
		"GetUserPhoto", "SetUserPhoto",
		"GetImItemList", "GetImItems", "AddImGroup", "SetImGroup", "RemoveImGroup",
		"AddNewImContactToGroup", "AddNewTelUriContactToGroup", "AddImContactToGroup", "RemoveImContactFromGroup", "RemoveContactFromImList",
		"AddDistributionGroupToImList", "RemoveDistributionGroupFromImList", "SetImListMigrationCompleted",
	},
	ArchiveApplication: {
		Autodiscover, RecoverableItems,
		"ConvertId", "FindFolder", "GetFolder", "CreateFolder",
		"FindItem", "GetItem", "CreateItem", "UpdateItem", "DeleteItem", "UpdateItemInRecoverableItems",
		"GetAttachment", "CreateAttachment", "DeleteAttachment",
	},
	LegalHoldApplication: {
		Autodiscover,
		"GetHoldOnMailboxes", "SetHoldOnMailboxes", "GetSearchableMailboxes",
	},
	MailboxSearch: {
		Autodiscover,
		"SearchMailboxes", "GetSearchableMailboxes", "GetDiscoverySearchConfiguration",
		"GetNonIndexableItemStatistics", "GetNonIndexableItemDetails", "ExportItems",
	},
	TeamMailboxLifecycleApplication: {
		Autodiscover,
		"SetTeamMailbox", "UnpinTeamMailbox",
	},
	ApplicationImpersonation: {
		Impersonate,
	},
}

// Roles lists the roles there are, by name.
func Roles() []Role {
	var all []Role
	for role := range operations {
		all = append(all, role)
	}
	slices.Sort(all)
	return all
}

// Operations lists what a role allows, by name; nothing for an unknown role.
func Operations(role Role) []Operation {
	return slices.Sorted(slices.Values(operations[role]))
}

// Allows reports whether at least one of the roles allows the operation. A
// role it does not know allows nothing.
func Allows(roles []string, op Operation) bool {
	return slices.ContainsFunc(roles, func(role string) bool {
		return slices.Contains(operations[Role(role)], op)
	})
}

// ParseRole reads the name of a role in any letter case. It fails with
// rbac.unknown-role.
func ParseRole(s string) (Role, error) {
	text := strings.Trim(s, " \t\r\n")
	var names []string
	for _, role := range Roles() {
		if strings.EqualFold(text, string(role)) {
			return role, nil
		}
		names = append(names, fmt.Sprintf("%q", role))
	}
	return "", problem.New(problem.RBACUnknownRole, "there is no role %.80q; the roles are %s", s, strings.Join(names, ", "))
}

// RolesFor returns the roles that the account of a partner application gets
// from Configure-EnterprisePartnerApplication.ps1, by its -ApplicationType:
// exactly two for Lync (003-08). It fails with rbac.unknown-application-type.
func RolesFor(applicationType string) ([]Role, error) {
	switch strings.ToLower(applicationType) {
	case "lync":
		return []Role{UserApplication, ArchiveApplication}, nil
	case "sharepoint":
		return []Role{UserApplication, LegalHoldApplication, MailboxSearch, TeamMailboxLifecycleApplication}, nil
	}
	return nil, problem.New(problem.RBACUnknownType, "the application type is Lync or SharePoint, not %.80q", applicationType)
}
