package cli

import (
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2stest"
)

// A certificate is denied when it was said whose it is, and why; the list is
// shown and undone.
func TestDenyList(t *testing.T) {
	party := s2stest.NewExchange("litware.test", "mail.litware.test")
	thumbprint := s2s.ThumbprintOf(party.Certificate).String()
	file := filepath.Join(t.TempDir(), "leaked.cer")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: party.Certificate.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	var added []adminapi.DeniedCertificate
	answers := session("skype")
	answers[adminapi.GetCsPartnerApplication.Name] = []adminapi.PartnerApplication{
		{Name: "Exchange", ApplicationIdentifier: "0002", Realm: "litware.test", Enabled: true, Certificates: [][]byte{party.Certificate.Raw}},
		{Name: "Old", Certificates: [][]byte{party.Certificate.Raw, s2stest.NewSharePoint("x.test", "x.test").Certificate.Raw, {1}}},
		{Name: "Other", Enabled: true}}
	answers[adminapi.GetCsOAuthServer.Name] = []adminapi.AuthServer{{Name: "ACS", IssuerIdentifier: "0001", Enabled: true, Certificates: [][]byte{party.Certificate.Raw, s2stest.NewSharePoint("x.test", "x.test").Certificate.Raw}}}
	answers[adminapi.GetCsDeniedCertificate.Name] = []adminapi.DeniedCertificate{{Thumbprint: newThumbprint, Reason: "INC-1", DeniedBy: "pilar", Since: time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)}}
	answers[adminapi.AddCsDeniedCertificate.Name] = func(body []byte) any {
		var d adminapi.DeniedCertificate
		if err := json.Unmarshal(body, &d); err != nil {
			t.Error(err)
		}
		added = append(added, d)
		return adminapi.Changed{}
	}
	answers[adminapi.RemoveCsDeniedCertificate.Name] = adminapi.Changed{}
	socket := answeringNode(t, answers)
	whose := []string{"the partner application Exchange (0002@litware.test) signs with it\n            it has no other certificate", "Old", "it is disabled",
		"the auth server ACS", "it has 1 certificate besides"}
	for _, answer := range []string{"", "n\n"} {
		run(answer, nil, "cert", "deny", thumbprint, "--role", "skype", "--reason", "leaked", "--socket", socket).want(t, 1, append(whose, "Deny it? [y/N]", "Nothing was changed")...)
	}
	if len(added) != 0 {
		t.Fatalf("it was done: %+v", added)
	}
	run("y\n", nil, "cert", "deny", strings.ToLower(thumbprint), "--role", "skype", "--reason", "leaked", "--socket", socket).want(t, 0, "denied      "+thumbprint, "matchseal cert allow "+thumbprint+" --role skype")
	run("", nil, "cert", "deny", file, "--role", "skype", "--reason", "leaked", "--yes", "--socket", socket).want(t, 0, "denied      "+thumbprint)
	got := run("", nil, "cert", "deny", leakedThumbprint, "--role", "skype", "--reason", "unknown", "-o", "json", "--socket", socket).want(t, 0, "no partner application or auth server of the skype role has it now")
	var shown struct{ Thumbprint string }
	if err := json.Unmarshal([]byte(got.out), &shown); err != nil || shown.Thumbprint != leakedThumbprint {
		t.Errorf("%v\n%s", err, got.out)
	}
	if len(added) != 3 || added[0].Thumbprint != thumbprint || added[1].Thumbprint != thumbprint || added[0].Reason != "leaked" {
		t.Errorf("added %+v", added)
	}
	run("", nil, "cert", "allow", file, "--role", "skype", "--socket", socket).want(t, 0, "allowed     "+thumbprint)
	run("", nil, "cert", "denied", "--role", "skype", "--socket", socket).want(t, 0, newThumbprint+"  denied 2027-01-15 08:00 UTC by pilar\n    INC-1\n")
	run("", nil, "cert", "denied", "--role", "skype", "-o", "json", "--socket", socket).want(t, 0, `"reason": "INC-1"`)

	run("", nil, "cert", "deny", thumbprint, "--role", "skype").want(t, 2, "--reason says why")
	run("", nil, "cert", "deny", thumbprint, "--reason", "x").want(t, 2, "--role says whose deny list")
	run("", nil, "cert", "denied", "--role", "sts").want(t, 2, "--role is exchange or skype")
	run("", nil, "cert", "deny", "AB12", "--role", "skype", "--reason", "x").want(t, 1, "neither a thumbprint", "nor a file")
	bundle := filepath.Join(t.TempDir(), "bundle.pem")
	two := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: party.Certificate.Raw})
	two = append(two, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s2stest.NewSharePoint("x.test", "x.test").Certificate.Raw})...)
	if err := os.WriteFile(bundle, two, 0o600); err != nil {
		t.Fatal(err)
	}
	run("", nil, "cert", "allow", bundle, "--role", "skype").want(t, 1, "holds 2 certificates")
}
