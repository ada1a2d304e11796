package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/config"
	"github.com/matchseal/matchseal/internal/problem"
)

// minimal has every key that must be set, and no other.
const minimal = `roles:
  - role: exchange
    listen: ["127.0.0.1:8443"]
    tls_cert: mail.pem
    tls_key: mail.key
    fqdn: Mail.Litware.Test
    domains: [litware.test, litware.example]
`

func noEnv(string) (string, bool) { return "", false }

func environment(vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := vars[name]
		return v, ok
	}
}

// write puts a boot file into a directory of its own.
func write(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "matchseal.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func load(t *testing.T, content string) config.Config {
	t.Helper()
	c, err := config.Load(write(t, content), noEnv, nil)
	if err != nil {
		t.Fatalf("%v in\n%s", err, content)
	}
	return c
}

func TestDefaults(t *testing.T) {
	path := write(t, minimal)
	dir := filepath.Dir(path)
	got, err := config.Load(path, noEnv, nil)
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	want := config.Config{
		Node: "matchseal", Data: data, KeyFile: filepath.Join(data, "master.key"),
		Log:        config.Log{Level: "info", Format: "text"},
		Directory:  config.Directory{DSN: "sqlite:" + filepath.Join(data, "directory.db")},
		Trust:      config.Trust{SystemRoots: true},
		Outbound:   config.Outbound{Timeout: 30 * time.Second},
		Management: config.Management{Socket: filepath.Join(data, "admin.sock")},
		Roles: []config.Role{{
			Role: "exchange", Database: "sqlite:" + filepath.Join(data, "exchange.db"),
			Listen: []string{"127.0.0.1:8443"}, TLSCert: filepath.Join(dir, "mail.pem"), TLSKey: filepath.Join(dir, "mail.key"),
			FQDN: "mail.litware.test", Hosts: []string{"mail.litware.test"}, Domains: []string{"litware.test", "litware.example"},
			Realm: "litware.test", Organisation: "litware.test", Renewal: "announce",
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if r, ok := got.Role("exchange"); !ok || r.FQDN != "mail.litware.test" {
		t.Errorf("Role gave %v, %v", r, ok)
	}
	if r, ok := got.Role("skype"); ok {
		t.Errorf("a role that is not there gave %v", r)
	}
}

func TestEveryKey(t *testing.T) {
	c := load(t, `
node: node 7
data: /srv/seal
key_file: /run/secrets/master
log: {level: debug, format: json}
directory: {dsn: "postgres://u:p%40ss@db.litware.test:5432/directory?sslmode=require"}
trust:
  system_roots: false
  ca_files: [ca.pem, /etc/ca2.pem]
  pins: {EXCH01: exch01.pem, "mail.contoso.test:4443": "SHA256:`+strings.Repeat("AB:", 31)+`AB"}
  pins_any_name: [Exch01]
outbound:
  resolver: 192.0.2.53:53
  connect: {"mail.contoso.test:443": "127.0.0.1:8443"}
  allow_loopback: true
  timeout: 1m30s
management: {listen: "0.0.0.0:9000", socket: /run/seal.sock, tls_cert: /c.pem, tls_key: /k.pem}
roles:
  - {role: skype, database: "sqlite:skype.db", listen: [":443", "[::1]:4443"], tls_cert: /c.pem, tls_key: /k.pem,
     fqdn: lync.litware.test, hosts: [Lync.litware.test, "lyncweb.litware.test:4443"], domains: [litware.test],
     realm: Realm.litware.test, organisation: Litware Inc., renewal: off, hand_over: out, site: Redmond}
`)
	role, _ := c.Role("skype")
	dir := filepath.Dir(strings.TrimPrefix(role.Database, "sqlite:"))
	want := config.Config{
		Node: "node 7", Data: "/srv/seal", KeyFile: "/run/secrets/master", Log: config.Log{Level: "debug", Format: "json"},
		Directory: config.Directory{DSN: "postgres://u:p%40ss@db.litware.test:5432/directory?sslmode=require"},
		Trust: config.Trust{CAFiles: []string{filepath.Join(dir, "ca.pem"), "/etc/ca2.pem"}, PinsAnyName: []string{"exch01"},
			Pins: map[string]string{"EXCH01": filepath.Join(dir, "exch01.pem"), "mail.contoso.test:4443": strings.Repeat("ab", 32)}},
		Outbound: config.Outbound{Resolver: "192.0.2.53:53", Connect: map[string]string{"mail.contoso.test:443": "127.0.0.1:8443"},
			AllowLoopback: true, Timeout: 90 * time.Second},
		Management: config.Management{Listen: "0.0.0.0:9000", Socket: "/run/seal.sock", TLSCert: "/c.pem", TLSKey: "/k.pem"},
		Roles: []config.Role{{Role: "skype", Database: "sqlite:" + filepath.Join(dir, "skype.db"), Listen: []string{":443", "[::1]:4443"},
			TLSCert: "/c.pem", TLSKey: "/k.pem", FQDN: "lync.litware.test", Hosts: []string{"lync.litware.test", "lyncweb.litware.test:4443"},
			Domains: []string{"litware.test"}, Realm: "realm.litware.test", Organisation: "Litware Inc.", Renewal: "off", HandOver: filepath.Join(dir, "out"), Site: "Redmond"}},
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
}

func TestPrecedence(t *testing.T) {
	path := write(t, "log: {level: debug}\ntrust: {ca_files: [a.pem]}\n"+minimal)
	env := map[string]string{}
	flags := map[string]string{}
	levels := func() (string, string, []string) {
		t.Helper()
		c, err := config.Load(path, environment(env), flags)
		if err != nil {
			t.Fatal(err)
		}
		return c.Log.Level, c.Roles[0].Site, c.Trust.CAFiles
	}
	if level, _, _ := levels(); level != "debug" {
		t.Errorf("file over default: %s", level)
	}
	env["MATCHSEAL_LOG_LEVEL"], env["MATCHSEAL_ROLES_EXCHANGE_SITE"], env["MATCHSEAL_TRUST_CA_FILES"] = "warn", "Paris", "/b.pem, /c.pem"
	env["MATCHSEAL_NODE"] = "" // counts as not set
	if level, site, files := levels(); level != "warn" || site != "Paris" || !cmp.Equal(files, []string{"/b.pem", "/c.pem"}) {
		t.Errorf("environment over file: %s, %s, %s", level, site, files)
	}
	flags["log.level"], flags["roles.exchange.site"], flags["trust.ca_files"] = "error", "Oslo", "rel.pem"
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if level, site, files := levels(); level != "error" || site != "Oslo" || !cmp.Equal(files, []string{filepath.Join(wd, "rel.pem")}) {
		t.Errorf("flag over environment: %s, %s, %s", level, site, files)
	}
}

func TestZeroValuesCanBeSet(t *testing.T) {
	path := write(t, minimal)
	for _, tt := range []struct{ file, env, flag string }{{file: "trust: {system_roots: false}\n"}, {env: "false"}, {flag: "false"}} {
		if err := os.WriteFile(path, []byte(tt.file+minimal), 0o600); err != nil {
			t.Fatal(err)
		}
		flags := map[string]string{}
		if tt.flag != "" {
			flags["trust.system_roots"] = tt.flag
		}
		c, err := config.Load(path, environment(map[string]string{"MATCHSEAL_TRUST_SYSTEM_ROOTS": tt.env}), flags)
		if err != nil || c.Trust.SystemRoots {
			t.Errorf("%+v: system_roots is %v, %v", tt, c.Trust.SystemRoots, err)
		}
	}
}

// mistakes loads what must be refused.
func mistakes(t *testing.T, path string, env, flags map[string]string) (config.Mistakes, error) {
	t.Helper()
	_, err := config.Load(path, environment(env), flags)
	var found config.Mistakes
	if !errors.As(err, &found) {
		t.Fatalf("Load gave %v", err)
	}
	return found, err
}

// with replaces or adds lines of minimal: each edit is "old => new".
func with(t *testing.T, edits ...string) string {
	t.Helper()
	content := minimal
	for _, e := range edits {
		old, replacement, ok := strings.Cut(e, " => ")
		if !ok {
			content += e + "\n"
			continue
		}
		if !strings.Contains(content, old) {
			t.Fatalf("there is no %q in\n%s", old, content)
		}
		content = strings.Replace(content, old, replacement, 1)
	}
	return content
}

func TestMistakes(t *testing.T) {
	tests := []struct {
		name    string
		content string
		code    problem.Code
		want    string // the mistake behind the name of the file
	}{
		// Structure.
		{"empty file", "", problem.ConfigSyntax, ": the file holds nothing; print an example with: matchseal config describe"},
		{"only a comment", "# nothing\n", problem.ConfigSyntax, ": the file holds nothing; print an example with: matchseal config describe"},
		{"a list", "- a\n", problem.ConfigType, ":1: the value is a list, but must be a group of keys"},
		{"two documents", minimal + "---\nnode: x\n", problem.ConfigSyntax, ":8: a second document begins (---); one file holds one configuration"},
		{"tab", "log:\n\tlevel: info\n", problem.ConfigSyntax, ":2: found character that cannot start any token (indent with spaces, not with tabs, and put texts that begin with @, ` or % in quotes)"},
		{"bad indentation", "node: a\n  log: b\n", problem.ConfigSyntax, ":2: mapping values are not allowed in this context"},
		{"unknown key", with(t, "nod: x"), problem.ConfigUnknownKey, `:8: nod: there is no such key; did you mean "node"?`},
		{"unknown key of a role", with(t, "listen: => listn:"), problem.ConfigUnknownKey, `:3: roles[0].listn: there is no such key; did you mean "listen"?`},
		{"key of another group", with(t, "resolver: 1.2.3.4:53"), problem.ConfigUnknownKey, ":8: resolver: there is no such key; did you mean outbound.resolver?"},
		{"key like no other", with(t, "log: {zzzzzzzz: 1}"), problem.ConfigUnknownKey, ":8: log.zzzzzzzz: there is no such key; the keys here are level, format"},
		{"key with a dash", with(t, "key–file: x"), problem.ConfigUnknownKey, ":8: key–file: the key holds a dash (U+2013), probably pasted from a document; write the hyphen -"},
		{"merge key", with(t, "<<: {node: x}"), problem.ConfigUnknownKey, ":8: <<: there is no such key; the keys here are node, data, key_file, log, directory, trust, outbound, management, roles"},
		{"duplicate key", with(t, "node: a", "node: b"), problem.ConfigDuplicateKey, ":9: node: the key is set twice, first in line 8; keep one of them"},
		{"duplicate key of a role", with(t, "fqdn: => role: skype\n    fqdn:"), problem.ConfigDuplicateKey, ":6: roles[0].role: the key is set twice, first in line 2; keep one of them"},
		{"anchor", with(t, "node: &a x"), problem.ConfigType, ":8: node: anchors and aliases (& and *) are not supported; write the value out"},

		// Types.
		{"number for text", with(t, "node: 5"), problem.ConfigType, `:8: node: the value is a number, but must be text; write it in quotes: "5"`},
		{"bool for text", with(t, "node: true"), problem.ConfigType, `:8: node: the value is true or false, but must be text; write it in quotes: "true"`},
		{"list for text", with(t, "node: [a]"), problem.ConfigType, ":8: node: the value is a list, but must be text"},
		{"text for bool", with(t, "trust: {system_roots: yes}"), problem.ConfigType, ":8: trust.system_roots: the value is text, but must be true or false"},
		{"text for list", with(t, `["127.0.0.1:8443"] => 127.0.0.1:8443`), problem.ConfigType, ":3: roles[0].listen: the value is text, but must be a list, such as [a, b]"},
		{"text for group", with(t, "log: info"), problem.ConfigType, ":8: log: the value is text, but must be a group of keys"},
		{"group for list of roles", "roles: {role: skype}\n", problem.ConfigType, ":1: roles: the value is a group of keys, but must be a list, each entry of which begins with a hyphen"},
		{"list for map", with(t, "outbound: {connect: [a]}"), problem.ConfigType, ":8: outbound.connect: the value is a list, but must be a group of name: value lines"},
		{"number in a list", with(t, "[litware.test, litware.example] => [1]"), problem.ConfigType, `:7: roles[0].domains[0]: the value is a number, but must be text; write it in quotes: "1"`},
		{"number for duration", with(t, "outbound: {timeout: 30}"), problem.ConfigType, `:8: outbound.timeout: "30" is no duration: write it like 30s, 5m or 1h30m`},
		{"list for duration", with(t, "outbound: {timeout: []}"), problem.ConfigType, ":8: outbound.timeout: the value is a list, but must be text"},

		// Characters from a document.
		{"curly quotes", with(t, "node: “x”"), problem.ConfigValue, `:8: node: the value holds a curly quote (U+201C), probably pasted from a document; write a straight " or leave it out`},
		{"non-breaking space", with(t, "Mail.Litware.Test => mail.litware.test\u00a0"), problem.ConfigValue, ":6: roles[0].fqdn: the value holds a non-breaking space (U+00A0), probably pasted from a document; write an ordinary space or leave it out"},
		{"invisible character", with(t, "mail.pem => \u200email.pem"), problem.ConfigValue, ":4: roles[0].tls_cert: the value holds an invisible character (U+200E), probably pasted from a document; delete it"},

		// Values.
		{"choice", with(t, "log:", "  level: wran"), problem.ConfigValue, `:9: log.level: "wran" is none of debug, info, warn, error; did you mean "warn"?`},
		{"renewal", with(t, "fqdn: => renewal: auto\n    fqdn:"), problem.ConfigValue, `:6: roles[0].renewal: "auto" is none of off, announce, do`},
		{"renewal misspelt", with(t, "fqdn: => renewal: anounce\n    fqdn:"), problem.ConfigValue, `:6: roles[0].renewal: "anounce" is none of off, announce, do; did you mean "announce"?`},
		{"renewal as a switch", with(t, "fqdn: => renewal: true\n    fqdn:"), problem.ConfigType, `:6: roles[0].renewal: the value is true or false, but must be text; write it in quotes: "true"`},
		{"role", with(t, "role: exchange => role: sharepoint"), problem.ConfigValue, `:2: roles[0].role: "sharepoint" is none of exchange, skype, sts`},
		{"no roles", "node: a\n", problem.ConfigRequired, ": roles: at least one role must be set; print an example with: matchseal config describe"},
		{"nothing listens", with(t, `listen: ["127.0.0.1:8443"] => listen: []`), problem.ConfigRequired, ":3: roles[0].listen: must be set, for example to: 192.0.2.10:443"},
		{"no certificate", with(t, "    tls_cert: mail.pem\n => "), problem.ConfigRequired, ":2: roles[0].tls_cert: must be set, for example to: /etc/matchseal/mail.pem"},
		{"key without value", with(t, "fqdn: Mail.Litware.Test => fqdn:"), problem.ConfigRequired, ":2: roles[0].fqdn: must be set, for example to: mail.litware.test"},
		{"empty in a list", with(t, "litware.example] => ''] "), problem.ConfigValue, ":7: roles[0].domains[1]: is empty"},
		{"short name", with(t, "Mail.Litware.Test => mail"), problem.ConfigValue, `:6: roles[0].fqdn: "mail" is a short name; write the full one, for example mail.litware.test`},
		{"url for name", with(t, "Mail.Litware.Test => https://mail.litware.test/"), problem.ConfigValue, `:6: roles[0].fqdn: "https://mail.litware.test/" is a URL; write only the name of the server in it`},
		{"url for host", with(t, "domains: => hosts: ['https://mail.litware.test']\n    domains:"), problem.ConfigValue, `:7: roles[0].hosts[0]: "https://mail.litware.test" is a URL; write only the name of the server in it`},
		{"ip for name", with(t, "Mail.Litware.Test => 192.0.2.1"), problem.ConfigValue, `:6: roles[0].fqdn: "192.0.2.1" is an IP address; certificates and tokens need a name`},
		{"wildcard", with(t, "Mail.Litware.Test => '*.litware.test'"), problem.ConfigValue, `:6: roles[0].fqdn: "*.litware.test" is a wildcard; list the names one by one`},
		{"final dot", with(t, "Mail.Litware.Test => mail.litware.test."), problem.ConfigValue, `:6: roles[0].fqdn: "mail.litware.test." ends in a dot; leave it out`},
		{"user for domain", with(t, "[litware.test, litware.example] => [ken@litware.test]"), problem.ConfigValue, `:7: roles[0].domains[0]: "ken@litware.test" is an address of a user; write the part behind the @`},
		{"underscore", with(t, "Mail.Litware.Test => ex_1.litware.test"), problem.ConfigValue, `:6: roles[0].fqdn: "ex_1.litware.test" is no DNS name: it holds '_'`},
		{"umlaut", with(t, "Mail.Litware.Test => mail.lütware.test"), problem.ConfigValue, `:6: roles[0].fqdn: "mail.lütware.test" is no DNS name: write names with other than English letters in their xn-- form`},
		{"two dots", with(t, "Mail.Litware.Test => mail..test"), problem.ConfigValue, `:6: roles[0].fqdn: "mail..test" is no DNS name: two dots follow each other`},
		{"hyphen", with(t, "Mail.Litware.Test => mail-.test"), problem.ConfigValue, `:6: roles[0].fqdn: "mail-.test" is no DNS name: a part between dots begins or ends with a hyphen`},
		{"no port", with(t, "127.0.0.1:8443 => 127.0.0.1"), problem.ConfigValue, `:3: roles[0].listen[0]: "127.0.0.1" is not of the form host:port; write for example 0.0.0.0:443, or [::1]:443 for IPv6`},
		{"port too high", with(t, "127.0.0.1:8443 => 127.0.0.1:84430"), problem.ConfigValue, `:3: roles[0].listen[0]: the port "84430" is not a number from 0 to 65535`},
		{"connect name", with(t, "outbound:", "  connect:", "    mail.contoso.test: 127.0.0.1:443"), problem.ConfigValue, `:10: outbound.connect.mail.contoso.test: the name: "mail.contoso.test" is not of the form host:port; write for example 192.0.2.7:443`},
		{"connect address", with(t, "outbound:", "  connect:", "    mail.contoso.test:443: :443"), problem.ConfigValue, `:10: outbound.connect.mail.contoso.test:443: ":443" is not of the form host:port; write for example 192.0.2.7:443`},
		{"timeout", with(t, "outbound: {timeout: 1h}"), problem.ConfigValue, ":8: outbound.timeout: 1h0m0s is not between 1s and 10m0s"},
		{"home directory", with(t, "data: ~/seal"), problem.ConfigValue, ":8: data: ~ is not replaced by a home directory here; write the whole path"},
		{"url for path", with(t, "mail.pem => https://x/mail.pem"), problem.ConfigValue, `:4: roles[0].tls_cert: "https://x/mail.pem" is a URL; write the path of a file`},
		{"database", with(t, "directory: {dsn: /var/x.db}"), problem.ConfigValue, ":8: directory.dsn: must begin with sqlite: or postgres://, for example sqlite:/var/lib/matchseal/skype.db"},
		{"postgres without database", with(t, "directory: {dsn: 'postgres://host'}"), problem.ConfigValue, ":8: directory.dsn: the address of a PostgreSQL database has the form postgres://user:password@host:5432/database (write special characters of the password as %XX)"},
		{"socket path", with(t, "management: {socket: /"+strings.Repeat("x", 110)+"}"), problem.ConfigValue, ":8: management.socket: the path has 111 bytes, but the path of a socket may have 103 at most; choose a shorter one"},

		// Combinations.
		{"management without certificate", with(t, "management: {listen: '0.0.0.0:9000'}"), problem.ConfigRequired, ":8: management.tls_cert: must be set, because 0.0.0.0:9000 can be reached from other machines; or listen on 127.0.0.1"},
		{"certificate without key", with(t, "management: {tls_cert: /x.pem}"), problem.ConfigRequired, ":8: management.tls_cert: tls_cert and tls_key go together; set both or none"},
		{"one listener twice", with(t, `"127.0.0.1:8443"] => "127.0.0.1:8443", "0.0.0.0:8443"]`), problem.ConfigConflict, ":3: roles[0].listen[1]: 0.0.0.0:8443 is taken by roles[0].listen[0] (127.0.0.1:8443); choose another port or address"},
		{"management on a role's port", with(t, "management: {listen: 'localhost:8443'}", "127.0.0.1:8443 => :8443"), problem.ConfigConflict, ":3: roles[0].listen[0]: :8443 is taken by management.listen (localhost:8443); choose another port or address"},
		{"one database twice", with(t, "directory: {dsn: 'sqlite:data/exchange.db'}"), problem.ConfigConflict, ":2: roles[0].database: is the database of directory.dsn already; each needs its own"},
		{"one role twice", minimal + strings.TrimPrefix(strings.ReplaceAll(minimal, "8443", "8444"), "roles:\n"), problem.ConfigConflict, ":8: roles[1].role: exchange is the role of roles[0] already; a second one needs a node of its own"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, tt.content)
			found, err := mistakes(t, path, nil, nil)
			if got := strings.TrimPrefix(found[0].String(), path); got != tt.want || found[0].Code != tt.code {
				t.Errorf("%s\n got %s\nwant %s", found[0].Code, got, tt.want)
			}
			if problem.CodeOf(err) != tt.code || len(found) > 2 {
				t.Errorf("code %s, %d mistakes: %v", problem.CodeOf(err), len(found), err)
			}
		})
	}
}

func TestAllMistakesAtOnceInOrder(t *testing.T) {
	path := write(t, with(t, "Mail.Litware.Test => mail", "127.0.0.1:8443 => 127.0.0.1", "log: {level: loud}"))
	found, err := mistakes(t, path, nil, nil)
	var lines []int
	for _, m := range found {
		lines = append(lines, m.Line)
	}
	if diff := cmp.Diff([]int{3, 6, 8}, lines); diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if !strings.HasPrefix(err.Error(), "3 mistakes in the configuration: ") {
		t.Errorf("the message begins with %.60q", err)
	}
}

func TestMistakesOutsideTheFile(t *testing.T) {
	path := write(t, minimal)
	for _, tt := range []struct {
		name       string
		env, flags map[string]string
		want       string
	}{
		{"type in a variable", map[string]string{"MATCHSEAL_OUTBOUND_TIMEOUT": "soon"}, nil,
			`environment variable MATCHSEAL_OUTBOUND_TIMEOUT: outbound.timeout: "soon" is no duration: write it like 30s, 5m or 1h30m`},
		{"bool in a variable", map[string]string{"MATCHSEAL_TRUST_SYSTEM_ROOTS": "maybe"}, nil,
			`environment variable MATCHSEAL_TRUST_SYSTEM_ROOTS: trust.system_roots: "maybe" is neither true nor false`},
		{"map in a variable", map[string]string{"MATCHSEAL_OUTBOUND_CONNECT": "a:1"}, nil,
			`environment variable MATCHSEAL_OUTBOUND_CONNECT: outbound.connect: "a:1" is not of the form name=value`},
		{"value in a variable", map[string]string{"MATCHSEAL_ROLES_EXCHANGE_HOSTS": "mail.litware.test,mail"}, nil,
			`environment variable MATCHSEAL_ROLES_EXCHANGE_HOSTS: roles[0].hosts[1]: "mail" is a short name; write the full one, for example mail.litware.test`},
		{"quote in a flag", nil, map[string]string{"node": "“x”"},
			`flag node: node: the value holds a curly quote (U+201C), probably pasted from a document; write a straight " or leave it out`},
		{"value in a flag", nil, map[string]string{"log.level": "loud"}, `flag log.level: log.level: "loud" is none of debug, info, warn, error`},
		{"unknown flag", nil, map[string]string{"log.levle": "info"}, "flag log.levle: there is no such key in this configuration; did you mean log.level?"},
		{"role that is not there", nil, map[string]string{"roles.skype.site": "x"}, "flag roles.skype.site: there is no such key in this configuration; a role must be in the file before its keys can be set"},
		{"role by flag", nil, map[string]string{"roles.exchange.role": "skype"}, "flag roles.exchange.role: there is no such key in this configuration; did you mean roles.exchange.realm?"},
	} {
		found, _ := mistakes(t, path, tt.env, tt.flags)
		if got := found[0].String(); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
	found, _ := mistakes(t, "", nil, nil)
	if got := found[0].String(); !strings.HasPrefix(got, "roles: at least one role must be set") {
		t.Errorf("without a file: %s", got)
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	big := write(t, strings.Repeat("#\n", 1<<20))
	for path, want := range map[string]problem.Code{
		filepath.Join(t.TempDir(), "nowhere.yaml"): problem.ConfigMissing,
		t.TempDir(): problem.ConfigUnreadable,
		big:         problem.ConfigUnreadable,
	} {
		if _, err := config.Load(path, noEnv, nil); !problem.Is(err, want) {
			t.Errorf("%s gave %v", path, err)
		}
	}
}

func TestSecretsOfAnAddressStayOutOfMessages(t *testing.T) {
	path := write(t, with(t, "directory: {dsn: 'postgres://u:geheim'}"))
	if _, err := config.Load(path, noEnv, nil); err == nil || strings.Contains(err.Error(), "geheim") {
		t.Errorf("Load gave %v", err)
	}
}

func describe(t testing.TB) string {
	t.Helper()
	var b strings.Builder
	if err := config.Describe(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestExampleIsValid(t *testing.T) {
	example := describe(t)
	uncommented := regexp.MustCompile(`(?m)^(\s*(?:- )?)#([a-z_]+:)`).ReplaceAllString(example, "$1$2")
	asItIs, all := load(t, example), load(t, uncommented)
	for _, c := range []config.Config{asItIs, all} {
		for _, role := range []string{config.Exchange, config.Skype, config.STS} {
			if _, ok := c.Role(role); !ok {
				t.Errorf("the example has no role %s", role)
			}
		}
	}
	if all.Outbound.Resolver == "" || asItIs.Outbound.Resolver != "" || all.Roles[1].Site == "" {
		t.Errorf("commented keys do not count, uncommented ones do: %+v", all)
	}
	keys := regexp.MustCompile(`(?m)^\s*(?:- )?#?([a-z_]+):`).FindAllString(example, -1)
	if len(keys) < 27+12 {
		t.Errorf("the example has %d keys", len(keys))
	}
	for line := range strings.Lines(example) {
		if strings.HasPrefix(strings.TrimSpace(line), "# ") && len(line) > 82 {
			t.Errorf("a comment of %d bytes: %s", len(line), line)
		}
	}
	if !strings.Contains(example, "MATCHSEAL_OUTBOUND_ALLOW_LOOPBACK") {
		t.Error("the example does not name the variables")
	}
}

func TestCheckFiles(t *testing.T) {
	c := load(t, minimal)
	var found config.Mistakes
	if err := c.CheckFiles(); !problem.Is(err, problem.ConfigFile) || !errors.As(err, &found) || len(found) != 2 {
		t.Fatalf("missing files gave %v", err)
	}
	for path, mode := range map[string]os.FileMode{c.Roles[0].TLSCert: 0o644, c.Roles[0].TLSKey: 0o644} {
		if err := os.WriteFile(path, []byte("something"), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.CheckFiles(); !errors.As(err, &found) || len(found) != 1 || found[0].Key != "roles[0].tls_key" || !strings.Contains(found[0].Text, "chmod 600") {
		t.Errorf("a key that everybody can read gave %v", err)
	}
	if err := os.Chmod(c.Roles[0].TLSKey, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.CheckFiles(); err != nil {
		t.Errorf("good files gave %v", err)
	}
	if err := os.WriteFile(c.Data, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.CheckFiles(); err == nil || !strings.Contains(err.Error(), "is not a directory") {
		t.Errorf("a file in the place of the data directory gave %v", err)
	}
}

func TestCatalogue(t *testing.T) {
	for _, e := range problem.All() {
		if e.Code.Area() == "config" && (e.Title == "" || e.Cause == "" || e.Remedy == "") {
			t.Errorf("%s has no title, cause or remedy", e.Code)
		}
	}
}
