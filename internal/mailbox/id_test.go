package mailbox

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/matchseal/matchseal/internal/problem"
)

func TestIds(t *testing.T) {
	f, other := sqliteFixture(t), sqliteFixture(t)
	made := f.create(t, f.ken, Inbox, item(1))
	inbox := f.folder(t, f.ken, Inbox)
	kims := f.create(t, f.kim, Inbox, item(1))
	foreign := other.create(t, other.ken, Inbox, item(1))

	if n := len(made.ID); n < 140 || n != len(inbox.ID) {
		t.Errorf("an item id has %d characters, a folder id %d", n, len(inbox.ID))
	}
	if n := len(made.ChangeKey); n != 40 {
		t.Errorf("a change key has %d characters", n)
	}
	flipped := []byte(made.ID)
	flipped[60] ^= 1
	for name, test := range map[string]struct {
		id   string
		want problem.Code
	}{
		"empty":               {"", problem.MailboxIDEmpty},
		"not base64":          {strings.Repeat("!", len(made.ID)), problem.MailboxIDMalformed},
		"shortened":           {string(made.ID[:148]), problem.MailboxIDMalformed},
		"lengthened":          {string(made.ID) + "AAAA", problem.MailboxIDMalformed},
		"another case":        {strings.ToLower(string(made.ID)), problem.MailboxIDMalformed},
		"one bit":             {string(flipped), problem.MailboxIDMalformed},
		"line ends":           {string(made.ID[:76]) + "\n" + string(made.ID[76:]), problem.MailboxIDMalformed},
		"of another server":   {string(foreign.ID), problem.MailboxIDMalformed},
		"of another mailbox":  {string(kims.ID), problem.MailboxItemNotFound},
		"of a folder":         {string(inbox.ID), problem.MailboxIDNotItem},
		"url-encoded":         {strings.ReplaceAll(string(made.ID), "A", "%41"), problem.MailboxIDMalformed},
		"of something absent": {f.seal.id(KindItem, f.ken.guid, newGUID()), problem.MailboxItemNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.Item(t.Context(), f.ken, ItemID(test.id), Everything)
			wantCode(t, err, test.want)
			wantCode(t, f.DeleteItem(t.Context(), f.ken, ItemID(test.id), HardDelete), test.want)
		})
	}
	_, err := f.Folder(t.Context(), f.ken, FolderID(made.ID))
	wantCode(t, err, problem.MailboxIDNotFolder)
	_, err = f.Folder(t.Context(), f.ken, f.folder(t, f.kim, Inbox).ID)
	wantCode(t, err, problem.MailboxFolderNotFound)

	owner, err := f.Identify(string(kims.ID))
	must(t, err)
	if owner.Kind != KindItem || owner.Mailbox != f.kim.ID {
		t.Errorf("the id says %+v", owner)
	}
	if _, err := f.Identify(string(foreign.ID)); problem.CodeOf(err) != problem.MailboxIDMalformed {
		t.Errorf("a foreign id: %v", err)
	}
}

func FuzzID(f *testing.F) {
	s := seal{store: newGUID(), secret: []byte("secret")}
	mailbox, object := newGUID(), newGUID()
	valid := s.id(KindItem, mailbox, object)
	key := s.changeKey(object, 7)
	for _, seed := range []string{"", valid, valid[:100], strings.ToLower(valid), string(key), "AAMk", strings.Repeat("/", 152)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		kind, m, o, err := s.open(text)
		if err == nil && (kind != KindItem || m != mailbox || o != object || text != valid) {
			t.Errorf("%q opened as %c %s %s", text, kind, m, o)
		}
		if code := problem.CodeOf(err); err != nil && code != problem.MailboxIDEmpty && code != problem.MailboxIDMalformed {
			t.Errorf("%q gives %s", text, code)
		}
		if change, err := s.change(object, ChangeKey(text)); err == nil && (change != 7 || ChangeKey(text) != key) {
			t.Errorf("%q is a change key of %d", text, change)
		}
		if raw, err := base64.StdEncoding.DecodeString(text); err == nil && len(raw) == idBytes && text != valid {
			if _, _, _, err := s.open(text); err == nil {
				t.Error("a second text of the same bytes is taken")
			}
		}
	})
}
