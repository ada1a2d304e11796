package adminserver

import (
	"strings"
	"testing"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
)

func TestStorageCalls(t *testing.T) {
	w := newWorld(t)
	admin := w.as("administrator")
	test := adminapi.TestCsExStorageConnectivity
	refused(t, admin, test, adminapi.StorageTestRequest{}, problem.ManageParameter)
	refused(t, admin, test, adminapi.StorageTestRequest{SipURI: "sip:nobody@litware.test"}, problem.StorageUnknownUser)
	refused(t, admin, test, adminapi.StorageTestRequest{SipURI: "sip:kenmyer@litware.test"}, problem.StorageNotSipEnabled)
	do(t, admin, adminapi.EnableCsUser, adminapi.EnableCsUserRequest{Identity: "kenmyer", RegistrarPool: "pool.litware.test"})
	// 002-31: no URL, and the trace says what was done until then.
	f := refused(t, admin, test, adminapi.StorageTestRequest{SipURI: "kenmyer@litware.test"}, problem.StorageAutodiscoverURL)
	if f.Cmdlet != 50043 || len(f.Trace) == 0 || !strings.Contains(strings.Join(f.Trace, "\n"), "Is command successful: False.") {
		t.Errorf("got %+v", f)
	}
	refused(t, admin, test, adminapi.StorageTestRequest{SipURI: "kenmyer@litware.test", Folder: "Drafts"}, problem.StorageFolder)
	refused(t, admin, test, adminapi.StorageTestRequest{SipURI: "[email\u00a0protected]"}, problem.StorageSipURI)
	// A binding over the network names the server, which has to be this one.
	refused(t, admin, test, adminapi.StorageTestRequest{SipURI: "kenmyer@litware.test", Binding: "NetTCP"}, problem.StorageHost)
	refused(t, admin, test, adminapi.StorageTestRequest{SipURI: "kenmyer@litware.test", Host: "fe2.litware.test"}, problem.StorageHost)
	refused(t, admin, test, adminapi.StorageTestRequest{SipURI: "kenmyer@litware.test", Host: "POOL.litware.test", Binding: "NetTCP"}, problem.StorageAutodiscoverURL)
	notice := refused(t, admin, adminapi.TestCsExStorageNotification, adminapi.StorageTestRequest{SipURI: "kenmyer@litware.test"}, problem.StorageAutodiscoverURL)
	if notice.Cmdlet != 50043 || !strings.Contains(strings.Join(notice.Trace, "\n"), "by polling") {
		t.Errorf("got %+v", notice)
	}

	refused(t, admin, adminapi.StoreConversation, adminapi.Conversation{Started: start}, problem.StorageConversation)
	refused(t, admin, adminapi.StoreConversation, adminapi.Conversation{Started: start, Participants: []adminapi.Participant{{SIP: "ken"}}}, problem.StorageConversation)
	refused(t, admin, adminapi.StoreConversation, adminapi.Conversation{Started: start, Participants: []adminapi.Participant{{SIP: "kenmyer@litware.test"}}, Messages: []adminapi.ChatMessage{{From: "?"}}}, problem.StorageConversation)
	refused(t, admin, adminapi.RequeueDeadLetters, named("no-such-letter"), problem.ManageNotFound)
}
