package ews

func findSamples() map[string]sample {
	received := Field("item:DateTimeReceived")
	return map[string]sample{
		"davmail-findfolder": {version(Exchange2007SP1), &FindFolderRequest{
			Traversal: Deep,
			Shape:     FolderShape{Base: IDOnly, Additional: []FieldPath{Field("folder:DisplayName")}},
			View:      &View{Kind: IndexedView, MaxEntries: 500},
			Restriction: &Restriction{Op: Or, Operands: []Restriction{
				{Op: IsEqualTo, Field: containerTag, Value: "IPF.Note"},
				{Op: Not, Operands: []Restriction{{Op: Exists, Field: containerTag}}},
			}},
			Parents: []FolderID{{Distinguished: MsgFolderRoot}},
		}},
		"evolution-findfolder": {version(Exchange2013), &FindFolderRequest{
			Traversal: Shallow,
			Shape:     FolderShape{Base: Default, Additional: []FieldPath{Extended(PropertyTag(0x10f4, "Boolean"))}},
			Parents:   []FolderID{{Distinguished: "publicfoldersroot"}},
		}},
		"exchangelib-findfolder": {version(Exchange2016), &FindFolderRequest{
			Traversal: Deep, Shape: FolderShape{Base: IDOnly},
			View:    &View{Kind: IndexedView, MaxEntries: 1000},
			Parents: []FolderID{{ID: "AAMkADk/root="}},
		}},
		"ewsjs-findfolder": {version(Exchange2013SP1), &FindFolderRequest{
			Traversal: Shallow, Shape: FolderShape{Base: AllProperties},
			View:    &View{Kind: FractionalView, MaxEntries: 10, Numerator: 1, Denominator: 2},
			Parents: []FolderID{{Distinguished: MsgFolderRoot}},
		}},
		"davmail-finditem": {version(Exchange2007SP1), &FindItemRequest{
			Traversal: Shallow,
			Shape: ItemShape{Base: IDOnly, Additional: []FieldPath{
				Extended(PropertyTag(0xe08, "Integer")), Extended(articleTag),
				Extended(ExtendedFieldURI{DistinguishedSet: "Common", ID: 0x8570, Type: "Integer"}),
				Extended(ExtendedFieldURI{DistinguishedSet: "InternetHeaders", Name: "content-class", Type: "String"}),
				Extended(keywords), Field("message:IsRead"),
			}},
			View: &View{Kind: IndexedView, MaxEntries: 500},
			Restriction: &Restriction{Op: And, Operands: []Restriction{
				{Op: IsGreaterThan, Field: Extended(articleTag), Value: "41"},
				{Op: Contains, Field: Field("item:Subject"), Value: "rollover", Mode: Substring, Comparison: IgnoreCase},
			}},
			SortOrder: []SortField{{Field: Extended(articleTag)}},
			Parents:   []FolderID{{ID: "AAMkADk/inbox=", ChangeKey: "AQAB"}},
		}},
		"evolution-finditem": {version(Exchange2013), &FindItemRequest{
			Traversal: Shallow, Shape: ItemShape{Base: IDOnly},
			Restriction: &Restriction{Op: Or, Operands: []Restriction{
				{Op: Contains, Field: Field("item:Subject"), Value: `a "quoted" word`, Mode: Substring, Comparison: IgnoreCase},
				{Op: IsGreaterThanOrEqualTo, Field: received, Value: "2019-01-02T03:04:05Z"},
			}},
			SortOrder: []SortField{{Field: received, Descending: true}},
			Parents:   []FolderID{{Distinguished: Inbox}},
		}},
		"exchangelib-finditem": {version(Exchange2016), &FindItemRequest{
			Traversal: Shallow, Shape: ItemShape{Base: IDOnly},
			View:        &View{Kind: IndexedView, MaxEntries: 1000},
			Restriction: &Restriction{Op: IsNotEqualTo, Field: Field("message:IsRead"), Value: "true"},
			SortOrder:   []SortField{{Field: received, Descending: true}},
			Parents:     []FolderID{{ID: "AAMkADk/inbox=", ChangeKey: "AQAB"}},
		}},
		"ewsjs-finditem": {version(Exchange2013SP1), &FindItemRequest{
			Traversal: Shallow, Shape: ItemShape{Base: AllProperties},
			View:        &View{Kind: IndexedView, MaxEntries: 10, FromEnd: true},
			QueryString: "subject:rollover",
			Parents:     []FolderID{{Distinguished: ConversationHistory}},
		}},
	}
}
