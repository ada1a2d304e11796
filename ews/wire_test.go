package ews

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sample is what a file of testdata/request means. The samples were written by
// hand in the way each family of clients writes: its prefixes, its default
// namespaces, its order of attributes and elements, its form of property tags.
type sample struct {
	header Header
	body   Payload
}

func samples() map[string]sample {
	all := map[string]sample{}
	for _, group := range []map[string]sample{folderSamples(), findSamples(), getSamples(), createSamples(), changeSamples()} {
		maps.Copy(all, group)
	}
	return all
}

func version(v Version) Header { return Header{Version: v} }

func sampleFiles(tb testing.TB) map[string][]byte {
	tb.Helper()
	names, err := filepath.Glob("testdata/request/*.xml")
	if err != nil || len(names) == 0 {
		tb.Fatalf("no samples: %v", err)
	}
	files := map[string][]byte{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			tb.Fatal(err)
		}
		files[strings.TrimSuffix(filepath.Base(name), ".xml")] = data
	}
	return files
}

func TestRequestsOfEachClientFamily(t *testing.T) {
	want := samples()
	files := sampleFiles(t)
	for name := range want {
		if _, ok := files[name]; !ok {
			t.Errorf("there is no file for the sample %s", name)
		}
	}
	for name, data := range files {
		t.Run(name, func(t *testing.T) {
			expected, ok := want[name]
			if !ok {
				t.Fatal("the file has no expectation")
			}
			got, err := DecodeRequest(bytes.NewReader(data), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if got.Operation != expected.body.Operation() {
				t.Errorf("the operation is %q, want %q", got.Operation, expected.body.Operation())
			}
			if d := cmp.Diff(expected.header, got.Header); d != "" {
				t.Errorf("header (-want +got):\n%s", d)
			}
			if d := cmp.Diff(expected.body, got.Body); d != "" {
				t.Errorf("body (-want +got):\n%s", d)
			}
		})
	}
}

// Every sample, encoded by this package and decoded again, means the same.
func TestSamplesSurviveEncoding(t *testing.T) {
	for name, s := range samples() {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := EncodeRequest(&b, s.header, s.body); err != nil {
				t.Fatal(err)
			}
			got, err := DecodeRequest(&b, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(s.body, got.Body); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestEveryFamilyCoversTheOperationsItIssues(t *testing.T) {
	all := []string{"getfolder", "findfolder", "createfolder", "finditem", "getitem", "createitem", "updateitem", "deleteitem", "convertid"}
	never := map[string]bool{"thunderbird-findfolder": true, "thunderbird-finditem": true, "thunderbird-convertid": true}
	files := sampleFiles(t)
	for _, family := range []string{"ewsjs", "davmail", "thunderbird", "evolution", "exchangelib"} {
		for _, op := range all {
			name := family + "-" + op
			if _, ok := files[name]; !ok && !never[name] {
				t.Errorf("there is no sample %s", name)
			}
		}
	}
}

var (
	flagsTag     = PropertyTag(0x0e07, "Integer")
	articleTag   = PropertyTag(0x0e23, "Integer")
	keywords     = ExtendedFieldURI{DistinguishedSet: "PublicStrings", Name: "Keywords", Type: "StringArray"}
	first        = ItemID{ID: "AAMkADk/1=", ChangeKey: "CQAA"}
	firstNoKey   = ItemID{ID: "AAMkADk/1="}
	secondNoKey  = ItemID{ID: "AAMkADk/2="}
	kimsAddress  = []Mailbox{{Address: "kim@litware.test"}}
	containerTag = Extended(PropertyTag(0x3613, "String"))
)

func folderSamples() map[string]sample {
	return map[string]sample{
		"davmail-getfolder": {Header{}, &GetFolderRequest{
			Shape: FolderShape{Base: IDOnly}, IDs: []FolderID{{Distinguished: Root}},
		}},
		"davmail-getfolder-properties": {version(Exchange2007SP1), &GetFolderRequest{
			Shape: FolderShape{Base: IDOnly, Additional: []FieldPath{
				Extended(PropertyTag(0x10f3, "String")), Field("folder:ParentFolderId"), Field("folder:DisplayName"),
				Extended(PropertyTag(0x3008, "SystemTime")), containerTag,
			}},
			IDs: []FolderID{{Distinguished: Inbox}},
		}},
		"thunderbird-getfolder": {version(Exchange2007SP1), &GetFolderRequest{
			Shape: FolderShape{Base: IDOnly},
			IDs:   []FolderID{{Distinguished: MsgFolderRoot}, {Distinguished: Inbox}, {Distinguished: "archive"}},
		}},
		"evolution-getfolder": {version(Exchange2013), &GetFolderRequest{
			Shape: FolderShape{Base: IDOnly}, IDs: []FolderID{{Distinguished: "calendar"}, {Distinguished: "searchfolders"}},
		}},
		"exchangelib-getfolder": {
			Header{
				Version: Exchange2016, TimeZone: "W. Europe Standard Time",
				Impersonation: &Impersonation{PrimarySMTPAddress: "kim@litware.test"},
			},
			&GetFolderRequest{
				Shape: FolderShape{Base: IDOnly, Additional: []FieldPath{
					Extended(PropertyTag(0xe08, "Long")), Field("folder:EffectiveRights"), Field("folder:PermissionSet"),
				}},
				IDs: []FolderID{{Distinguished: Inbox, Mailbox: "kim@litware.test"}},
			},
		},
		"ewsjs-getfolder": {version(Exchange2013SP1), &GetFolderRequest{
			Shape: FolderShape{Base: AllProperties}, IDs: []FolderID{{Distinguished: ConversationHistory}},
		}},
		"davmail-createfolder": {version(Exchange2007SP1), &CreateFolderRequest{
			Parent:  FolderID{ID: "AAMkADk/root=", ChangeKey: "AQAA"},
			Folders: []Folder{{Kind: PlainFolder, Class: "IPF.Note", DisplayName: "Réunions & notes"}},
		}},
		"thunderbird-createfolder": {version(Exchange2013SP1), &CreateFolderRequest{
			Parent:  FolderID{ID: "AAMkADk/inbox="},
			Folders: []Folder{{Kind: PlainFolder, DisplayName: "Projects"}},
		}},
		"evolution-createfolder": {version(Exchange2013), &CreateFolderRequest{
			Parent:  FolderID{ID: "AAMkADk/root=", ChangeKey: "AQAA"},
			Folders: []Folder{{Kind: TasksFolder, DisplayName: "To do"}},
		}},
		"exchangelib-createfolder": {version(Exchange2016), &CreateFolderRequest{
			Parent:  FolderID{Distinguished: MsgFolderRoot, Mailbox: "kim@litware.test"},
			Folders: []Folder{{Kind: PlainFolder, Class: "IPF.Note", DisplayName: "Conversation History"}},
		}},
		"ewsjs-createfolder": {version(Exchange2013SP1), &CreateFolderRequest{
			Parent: FolderID{Distinguished: Inbox},
			Folders: []Folder{{Kind: PlainFolder, Class: "IPF.Note", DisplayName: "Lab", Properties: []ExtendedProperty{{
				URI:    ExtendedFieldURI{SetID: "00062008-0000-0000-c000-000000000046", ID: 0x8585, Type: "Boolean"},
				Values: []string{"true"},
			}}}},
		}},
		"davmail-convertid": {version(Exchange2007SP1), &ConvertIDRequest{
			Destination: EwsID, IDs: []AlternateID{{Format: EwsID, ID: "AAMkADk/root=", Mailbox: "dummy@litware.test"}},
		}},
		"evolution-convertid": {version(Exchange2013), &ConvertIDRequest{
			Destination: EwsID, IDs: []AlternateID{{Format: EntryID, ID: "AAAAAA==", Mailbox: "kim@litware.test"}},
		}},
		"exchangelib-convertid": {version(Exchange2016), &ConvertIDRequest{
			Destination: EntryID, IDs: []AlternateID{{Format: EwsID, ID: "DUMMY", Mailbox: "DUMMY"}},
		}},
		"ewsjs-convertid": {version(Exchange2013SP1), &ConvertIDRequest{
			Destination: HexEntryID,
			IDs:         []AlternateID{{Format: EwsID, ID: "AAMkADk/1=", Mailbox: "kim@litware.test", Archive: true}},
		}},
	}
}
