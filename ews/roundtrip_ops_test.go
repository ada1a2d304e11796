package ews

import "pgregory.net/rapid"

func anyRequest() *rapid.Generator[Payload] {
	return rapid.Custom(func(t *rapid.T) Payload {
		shape := rapid.Custom(func(t *rapid.T) ItemShape {
			return ItemShape{
				Base:               rapid.SampledFrom([]BaseShape{IDOnly, Default, AllProperties}).Draw(t, "base"),
				IncludeMimeContent: rapid.Bool().Draw(t, "mime"),
				BodyType:           maybe(rapid.Just(BodyText)).Draw(t, "body"),
				Additional:         maybe(some(anyPath())).Draw(t, "additional"),
			}
		})
		switch rapid.IntRange(0, 8).Draw(t, "operation") {
		case 0:
			s := shape.Draw(t, "shape")
			return &GetFolderRequest{FolderShape{s.Base, s.Additional}, some(anyFolderID()).Draw(t, "ids")}
		case 1:
			s := shape.Draw(t, "shape")
			return &FindFolderRequest{
				Deep, FolderShape{s.Base, s.Additional}, anyView().Draw(t, "view"),
				pointer(anyRestriction(3)).Draw(t, "restriction"), some(anyFolderID()).Draw(t, "parents"),
			}
		case 2:
			return &CreateFolderRequest{anyFolderID().Draw(t, "parent"), some(anyFolder()).Draw(t, "folders")}
		case 3:
			order := rapid.Map(anyPath(), func(p FieldPath) SortField { return SortField{p, p.IsExtended()} })
			return &FindItemRequest{
				Traversal: Associated, Shape: shape.Draw(t, "shape"), View: anyView().Draw(t, "view"),
				Restriction: pointer(anyRestriction(3)).Draw(t, "restriction"),
				SortOrder:   maybe(some(order)).Draw(t, "order"), Parents: some(anyFolderID()).Draw(t, "parents"),
				QueryString: anyText().Draw(t, "query"),
			}
		case 4:
			return &GetItemRequest{shape.Draw(t, "shape"), some(anyItemID()).Draw(t, "ids")}
		case 5:
			return &CreateItemRequest{
				maybe(rapid.Just(SaveOnly)).Draw(t, "disposition"), maybe(anyToken()).Draw(t, "invitations"),
				pointer(anyFolderID()).Draw(t, "folder"), some(anyItem()).Draw(t, "items"),
			}
		case 6:
			return &UpdateItemRequest{
				AutoResolve, SaveOnly, maybe(anyToken()).Draw(t, "invitations"), rapid.Bool().Draw(t, "suppress"),
				pointer(anyFolderID()).Draw(t, "folder"), some(anyChange()).Draw(t, "changes"),
			}
		case 7:
			return &DeleteItemRequest{
				SoftDelete, maybe(anyToken()).Draw(t, "cancellations"), maybe(anyToken()).Draw(t, "tasks"),
				rapid.Bool().Draw(t, "suppress"), some(anyItemID()).Draw(t, "ids"),
			}
		}
		return &ConvertIDRequest{OWAID, some(anyAlternateID()).Draw(t, "ids")}
	})
}

func anyChange() *rapid.Generator[ItemChange] {
	return rapid.Custom(func(t *rapid.T) ItemChange {
		update := rapid.Custom(func(t *rapid.T) FieldUpdate {
			u := FieldUpdate{Kind: DeleteField, Field: anyPath().Draw(t, "field")}
			if u.Item = pointer(anyItem()).Draw(t, "item"); u.Item != nil {
				u.Kind = rapid.SampledFrom([]UpdateKind{SetField, AppendField}).Draw(t, "kind")
			}
			return u
		})
		return ItemChange{anyItemID().Draw(t, "id"), some(update).Draw(t, "updates")}
	})
}

func anyAlternateID() *rapid.Generator[AlternateID] {
	return rapid.Custom(func(t *rapid.T) AlternateID {
		return AlternateID{
			rapid.SampledFrom(idFormats()).Draw(t, "format"), anyToken().Draw(t, "id"),
			anyToken().Draw(t, "mailbox"), rapid.Bool().Draw(t, "archive"),
		}
	})
}

// anyOutcome draws an outcome as it is after it was read.
func anyOutcome() *rapid.Generator[ResponseMessage] {
	return rapid.Custom(func(t *rapid.T) ResponseMessage {
		switch rapid.IntRange(0, 2).Draw(t, "class") {
		case 0:
			return ResponseMessage{Class: ClassSuccess, Code: NoError}
		case 1:
			return ResponseMessage{Class: ClassWarning, Code: ErrorMissingRecipients, Text: "t" + anyText().Draw(t, "text")}
		}
		m := Failed(rapid.SampledFrom([]ResponseCode{ErrorItemNotFound, ErrorServerBusy, "ErrorOfTomorrow"}).Draw(t, "code"), "")
		detail := rapid.Map(anyText(), func(s string) Detail { return Detail{"BackOffMilliseconds", s} })
		m.Details = maybe(some(detail)).Draw(t, "details")
		return m
	})
}

// message draws an answer: an outcome, and content that is there only when the
// part did not fail.
func message[M any](make func(t *rapid.T, m ResponseMessage) M) *rapid.Generator[[]M] {
	return some(rapid.Custom(func(t *rapid.T) M { return make(t, anyOutcome().Draw(t, "outcome")) }))
}

func anyResponse() *rapid.Generator[Payload] {
	folders, items := rapid.SliceOfN(anyFolder(), 0, 2), rapid.SliceOfN(anyItem(), 0, 2)
	page := Page{IndexedPagingOffset: 7, TotalItemsInView: 9, IncludesLastItemInRange: true}
	folderMessages := message(func(t *rapid.T, m ResponseMessage) FolderMessage {
		return FolderMessage{m, folders.Draw(t, "folders")}
	})
	itemMessages := message(func(t *rapid.T, m ResponseMessage) ItemMessage {
		return ItemMessage{m, items.Draw(t, "items")}
	})
	return rapid.Custom(func(t *rapid.T) Payload {
		switch rapid.IntRange(0, 9).Draw(t, "operation") {
		case 0:
			return &GetFolderResponse{folderMessages.Draw(t, "messages")}
		case 1:
			return &CreateFolderResponse{folderMessages.Draw(t, "messages")}
		case 2:
			return &FindFolderResponse{message(func(t *rapid.T, m ResponseMessage) FindFolderMessage {
				if !m.OK() {
					return FindFolderMessage{ResponseMessage: m}
				}
				return FindFolderMessage{m, page, folders.Draw(t, "folders")}
			}).Draw(t, "messages")}
		case 3:
			return &FindItemResponse{message(func(t *rapid.T, m ResponseMessage) FindItemMessage {
				if !m.OK() {
					return FindItemMessage{ResponseMessage: m}
				}
				return FindItemMessage{m, Page{NumeratorOffset: 1, AbsoluteDenominator: 3}, items.Draw(t, "items")}
			}).Draw(t, "messages")}
		case 4:
			return &GetItemResponse{itemMessages.Draw(t, "messages")}
		case 5:
			return &CreateItemResponse{itemMessages.Draw(t, "messages")}
		case 6:
			return &UpdateItemResponse{message(func(t *rapid.T, m ResponseMessage) UpdateItemMessage {
				conflicts := 0
				if m.OK() {
					conflicts = rapid.IntRange(0, 99).Draw(t, "conflicts")
				}
				return UpdateItemMessage{m, items.Draw(t, "items"), conflicts}
			}).Draw(t, "messages")}
		case 7:
			return &DeleteItemResponse{message(func(_ *rapid.T, m ResponseMessage) ResponseMessage { return m }).Draw(t, "messages")}
		case 8:
			name := rapid.SampledFrom([]string{"SyncFolderItems", "GetUserPhoto", "GetUserOofSettings", "GetUserAvailability"}).Draw(t, "name")
			return &FailedResponse{name, Failed(ErrorInvalidOperation, "t"+anyText().Draw(t, "text"))}
		}
		return &ConvertIDResponse{message(func(t *rapid.T, m ResponseMessage) ConvertIDMessage {
			if !m.OK() {
				return ConvertIDMessage{ResponseMessage: m}
			}
			return ConvertIDMessage{m, new(anyAlternateID().Draw(t, "id"))}
		}).Draw(t, "messages")}
	})
}
