package config_test

import (
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/problem"
)

var sum = strings.Repeat("0f", 32)

// Thumbprints are taken as every tool prints them, and never a SHA-1.
func TestPins(t *testing.T) {
	for _, pin := range []string{sum, strings.ToUpper(sum), "sha256:" + sum, strings.TrimSuffix(strings.Repeat("0F:", 32), ":")} {
		c := load(t, with(t, `trust: {pins: {"mail.contoso.test": "`+pin+`"}}`))
		if got := c.Trust.PinsByAddress()["mail.contoso.test:443"]; got != sum {
			t.Errorf("%s: %s", pin, got)
		}
	}
	c := load(t, with(t, `trust: {pins: {"EXCH01": `+sum+`, "192.0.2.7": /a.pem, "[2001:db8::1]:444": /b.pem, "2001:db8::2": /c.pem}, pins_any_name: ["exch01:443"]}`))
	want := map[string]string{"exch01:443": sum, "192.0.2.7:443": "/a.pem", "[2001:db8::1]:444": "/b.pem", "[2001:db8::2]:443": "/c.pem"}
	if diff := cmp.Diff(want, c.Trust.PinsByAddress()); diff != "" {
		t.Error(diff)
	}
	for address := range maps.Keys(want) {
		if got := c.Trust.TakesAnyName(address); got != (address == "exch01:443") {
			t.Errorf("%s takes any name: %t", address, got)
		}
	}
}

func TestPinMistakes(t *testing.T) {
	for _, tt := range []struct {
		trust string
		code  problem.Code
		want  string
	}{
		{"{mail.contoso.test: " + strings.Repeat("0F", 20) + "}", problem.ConfigValue, "SHA-1 thumbprint"},
		{"{mail.contoso.test: 'sha256:0F'}", problem.ConfigValue, "has 64 hexadecimal digits"},
		{"{mail.contoso.test: 'sha256:what'}", problem.ConfigValue, "has 64 hexadecimal digits"},
		{"{mail.contoso.test: " + sum + "0F}", problem.ConfigValue, "has 64 hexadecimal digits"},
		{"{mail.contoso.test: 'https://mail.contoso.test'}", problem.ConfigValue, "is a URL; write the path of a file"},
		{"{mail.contoso.test: ''}", problem.ConfigValue, "is empty"},
		{"{'https://mail.contoso.test': a.pem}", problem.ConfigValue, "is a URL; write only the name"},
		{"{'*.contoso.test': a.pem}", problem.ConfigValue, "is a wildcard"},
		{"{'mail.contoso.test:0': a.pem}", problem.ConfigValue, "the port"},
		{"{'-exch': a.pem}", problem.ConfigValue, "is no name of a server"},
		{"{mail.contoso.test: a.pem, 'Mail.contoso.test:443': b.pem}", problem.ConfigConflict, "is the same place as"},
		{"{mail.contoso.test: a.pem}, pins_any_name: [exch01]", problem.ConfigConflict, "has no pin"},
		{"{mail.contoso.test: a.pem}, pins_any_name: ['https://exch01']", problem.ConfigValue, "is a URL"},
	} {
		found, err := mistakes(t, write(t, with(t, "trust: {pins: "+tt.trust+"}")), nil, nil)
		if len(found) != 1 || found[0].Code != tt.code || !strings.Contains(found[0].Text, tt.want) || found[0].Line != 8 {
			t.Errorf("%s: %v, want %s saying %q", tt.trust, err, tt.code, tt.want)
		}
	}
}

// Files of pins are looked at as those of authorities are; thumbprints are no
// files.
func TestPinFilesAreChecked(t *testing.T) {
	c := load(t, with(t, "trust: {pins: {a.test: "+sum+", b.test: b.pem, c.test: c.pem}, ca_files: [ca.pem]}"))
	for _, path := range []string{c.Roles[0].TLSCert, c.Roles[0].TLSKey, c.Trust.Pins["c.test"]} {
		if err := os.WriteFile(path, []byte("something"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(c.Trust.CAFiles[0], nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err := c.CheckFiles()
	if !problem.Is(err, problem.ConfigFile) || !strings.HasPrefix(err.Error(), "2 mistakes") ||
		!strings.Contains(err.Error(), "trust.pins.b.test: ") || !strings.Contains(err.Error(), "trust.ca_files[0]: "+c.Trust.CAFiles[0]+" is empty") {
		t.Errorf("CheckFiles gave %v", err)
	}
}
