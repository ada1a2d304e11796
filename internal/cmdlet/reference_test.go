package cmdlet

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/shell"
)

// referenceRow is a command of the products' documents: its names only.
type referenceRow struct {
	Name       string   `json:"name"`
	Shells     []string `json:"shells"`
	Parameters []string `json:"parameters"`
	Output     []string `json:"output"`
}

// What is different here from the documents, and why.
var (
	moreParameters = map[string][]string{
		// Later versions of the product have it, and runbooks give it for partners with old software.
		"Export-ExchangeCertificate": {"CryptoAlgorithmOption"},
	}
	otherOutput = map[string][]string{
		// Text is a String, whose one property is its length.
		"Export-ExchangeCertificate":   {"FileData"},
		"Test-CsExStorageConnectivity": {"Length"}, "Test-CsExStorageNotification": {"Length"},
		// With -PassThru.
		"Import-Module": {"ModuleType", "Version", "Name", "ExportedCommands"}, "Set-Location": {"Path", "ProviderPath", "Drive"},
		// Those of the type that is asked for.
		"New-Object": nil,
		// What it prints is talk, and no object.
		"Configure-EnterprisePartnerApplication.ps1": nil, "iisreset": nil, "nslookup": nil,
		// The bytes, hidden, so that Export and GetRawCertData work as on any certificate.
		"Get-CsCertificate": {"Issuer", "NotAfter", "NotBefore", "SerialNumber", "Subject", "AlternativeNames", "Thumbprint",
			"EffectiveDate", "PreviousThumbprint", "UpdateTime", "Use", "SourceScope", "RawData"},
		// The product shows a status on the screen; here it can be used.
		"Request-CsCertificate": {"RequestId", "Status", "Use", "Subject", "Thumbprint", "NotAfter"},
	}
	fewerParameters = map[string][]string{
		// All modules are loaded; one is named, and never given as a file or an object of another computer.
		"Import-Module": {"Assembly", "CimNamespace", "CimResourceUri", "FullyQualifiedName", "ModuleInfo"},
	}
)

// Every command of the reference is in its shell, with its parameters, and puts
// out the properties it is to, in their order.
func TestReference(t *testing.T) {
	data, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []referenceRow
	if err := json.Unmarshal(data, &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) != 79 {
		t.Errorf("%d commands, not 79", len(rows))
	}
	shells := map[string][]*shell.Command{}
	for _, name := range Names() {
		s, err := New(name, nil, DNS{})
		if err != nil {
			t.Fatal(err)
		}
		shells[name] = s.Commands
	}
	for _, row := range rows {
		for _, name := range row.Shells {
			t.Run(name+"/"+row.Name, func(t *testing.T) {
				c, ok := find(shells[name], row.Name)
				if !ok {
					t.Fatal("there is no such command")
				}
				row.compare(t, c)
			})
		}
	}
}

func (row referenceRow) compare(t *testing.T, c *shell.Command) {
	t.Helper()
	var have, output []string
	for _, p := range c.Parameters {
		have = append(have, p.Name)
	}
	if c.Changes {
		have = append(have, "WhatIf", "Confirm")
	}
	for _, p := range c.Output {
		output = append(output, p.Name)
	}
	if c.Kind == shell.Native {
		return // its arguments are its own and are not bound
	}
	want := slices.Concat(row.Parameters, moreParameters[row.Name])
	want = slices.DeleteFunc(want, func(p string) bool { return slices.Contains(fewerParameters[row.Name], p) })
	slices.Sort(want)
	slices.Sort(have)
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
	expected, other := otherOutput[row.Name]
	if !other {
		expected = row.Output
	}
	if strings.Join(expected, ",") != strings.Join(output, ",") {
		t.Errorf("output (-want +got):\n%s", cmp.Diff(expected, output))
	}
}
