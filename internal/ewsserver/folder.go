package ewsserver

import (
	"strings"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/mailbox"
)

// wireFolder is a folder as a shape asks for it.
func wireFolder(f mailbox.Folder, shape ews.FolderShape) ews.Folder {
	out := ews.Folder{
		Kind:             folderKind(f.Class),
		ID:               ews.FolderID{ID: string(f.ID), ChangeKey: string(f.ChangeKey)},
		ParentID:         ews.FolderID{ID: string(f.ParentID)},
		Class:            f.Class,
		DisplayName:      f.Name,
		TotalCount:       &f.Total,
		ChildFolderCount: &f.Children,
		UnreadCount:      &f.Unread,
		Distinguished:    ews.DistinguishedFolder(f.Distinguished),
		EffectiveRights: &ews.EffectiveRights{
			CreateAssociated: true, CreateContents: true, CreateHierarchy: !f.IsRecoverable(),
			Delete: f.Distinguished == "", Modify: true, Read: true,
		},
		Properties: extended(shape.Additional, string(f.ID), f.Property),
	}
	return shape.Select(out)
}

// folderKind is the element for a folder of a class.
func folderKind(class string) ews.FolderKind {
	for prefix, kind := range map[string]ews.FolderKind{
		"IPF.Appointment": ews.CalendarFolder, "IPF.Contact": ews.ContactsFolder, "IPF.Task": ews.TasksFolder,
	} {
		if strings.EqualFold(class, prefix) || strings.HasPrefix(strings.ToLower(class), strings.ToLower(prefix)+".") {
			return kind
		}
	}
	return ews.PlainFolder
}

// folderClass is the class of a new folder of a kind; "" leaves it to the
// parent.
func folderClass(f ews.Folder) string {
	if f.Class != "" {
		return f.Class
	}
	return map[ews.FolderKind]string{
		ews.CalendarFolder: "IPF.Appointment", ews.ContactsFolder: "IPF.Contact", ews.TasksFolder: "IPF.Task",
	}[f.Kind]
}

func failedFolder(m ews.ResponseMessage) ews.FolderMessage {
	return ews.FolderMessage{ResponseMessage: m}
}
