package arch

// The layers that rules of their own name.
const (
	domainLayer = 2
	faceLayer   = 3
	toolLayer   = 4
)

// layers says how high a package stands. A package imports only what stands
// lower, or what beside lists.
var layers = map[string]int{
	"s2s": 0, "s2s/s2shttp": 0, "s2s/s2stest": 0, "authmeta": 0, "autodiscover": 0, "ews": 0, "wirevectors": 0, "examples": 0,

	"internal/problem": 1, "internal/config": 1, "internal/store": 1, "internal/store/storetest": 1,
	"internal/certs": 1, "internal/outbound": 1, "internal/telemetry": 1, "internal/adminapi": 1,

	"internal/profile": 2, "internal/settings": 2, "internal/journal": 2, "internal/keyring": 2,
	"internal/partner": 2, "internal/directory": 2, "internal/rbac": 2, "internal/access": 2,
	"internal/mailbox": 2, "internal/storagesvc": 2, "internal/meetings": 2,
	"internal/exchange": 2, "internal/skype": 2, "internal/tenant": 2, "internal/renewal": 2, "internal/readers": 2,

	"internal/ewsserver": 3, "internal/autodiscoverserver": 3, "internal/meetingserver": 3,
	"internal/storeserver": 3, "internal/adminserver": 3,

	"internal/shell/syntax": 4, "internal/shell/object": 4, "internal/shell/format": 4, "internal/shell/paste": 4,
	"internal/shell": 4, "internal/shell/builtin": 4, "internal/shell/console": 4, "internal/cmdlet": 4,

	"internal/node": 5, "internal/lab": 6, "internal/cli": 7, "cmd/matchseal": 8,
	"internal/arch": 9, "test/e2e": 9, "test/rollover": 9, "internal/checklist": 1,
}

// beside lists the imports between packages of one layer.
var beside = map[string][]string{
	"s2s/s2shttp": {"s2s"}, "s2s/s2stest": {"s2s", "s2s/s2shttp", "authmeta", "wirevectors"}, "authmeta": {"s2s"}, "wirevectors": {"s2s"},

	"internal/config": {"internal/problem"}, "internal/store": {"internal/problem"},
	"internal/store/storetest": {"internal/store"},
	"internal/certs":           {"internal/problem"}, "internal/outbound": {"internal/problem", "internal/certs"},
	"internal/telemetry": {"internal/problem"}, "internal/adminapi": {"internal/problem", "internal/outbound"},

	"internal/shell/format":  {"internal/shell/object"},
	"internal/shell/paste":   {"internal/shell/syntax"},
	"internal/shell":         {"internal/shell/syntax", "internal/shell/object", "internal/shell/format", "internal/shell/paste"},
	"internal/shell/builtin": {"internal/shell", "internal/shell/syntax", "internal/shell/object", "internal/shell/format"},
	"internal/shell/console": {"internal/shell", "internal/shell/syntax", "internal/shell/object", "internal/shell/format", "internal/shell/paste", "internal/shell/builtin"},
	"internal/cmdlet":        {"internal/shell", "internal/shell/object", "internal/shell/format", "internal/shell/builtin"},

	"internal/keyring":    {"internal/settings", "internal/journal"},
	"internal/partner":    {"internal/settings", "internal/journal", "internal/keyring"},
	"internal/renewal":    {"internal/profile", "internal/journal", "internal/keyring", "internal/partner"},
	"internal/directory":  {"internal/settings", "internal/journal"},
	"internal/rbac":       {"internal/settings", "internal/journal", "internal/directory"},
	"internal/access":     {"internal/directory", "internal/journal", "internal/partner", "internal/rbac", "internal/settings"},
	"internal/mailbox":    {"internal/directory", "internal/journal"},
	"internal/storagesvc": {"internal/directory", "internal/journal", "internal/partner"},
	"internal/meetings":   {"internal/directory"},
	"internal/tenant":     {"internal/settings"},
	"internal/exchange":   {"internal/profile", "internal/settings", "internal/directory", "internal/rbac", "internal/partner", "internal/mailbox", "internal/keyring", "internal/journal"},
	"internal/skype":      {"internal/profile", "internal/settings", "internal/directory", "internal/partner", "internal/keyring", "internal/journal"},
}

// alone says who may import a library, and why nobody else may.
var alone = []struct {
	path string // import path or a prefix of one
	by   []string
	why  string
}{
	{"modernc.org/sqlite", []string{"internal/store"}, "one package knows the engines, all others write portable SQL"},
	{"github.com/jackc/pgx", []string{"internal/store", "internal/store/storetest"}, "one package knows the engines, all others write portable SQL"},
	{"github.com/pressly/goose", []string{"internal/store"}, "migrations run in one way"},
	{"github.com/riverqueue/river", []string{"internal/storagesvc"}, "the queue has one user; elsewhere a loop is enough"},
	{"github.com/prometheus/client_golang", []string{"internal/telemetry"}, "the metrics library can be replaced in one place"},
	{"github.com/miekg/dns", []string{"internal/lab", "internal/probe"}, "servers use the resolver they are given"},
	{"github.com/spf13/cobra", []string{"internal/cli"}, "flags and printing belong to the command line"},
	{"go.yaml.in/yaml", []string{"internal/config", "internal/lab"}, "only the boot file is YAML"},
	{"software.sslmate.com/src/go-pkcs12", []string{"internal/certs"}, "PFX files are read and written in one place"},
	{"github.com/go-ldap/ldap", []string{"internal/directory"}, "the directory hides where users come from"},
	{"github.com/peterh/liner", []string{"internal/shell/console"}, "one package owns the terminal"},
	{"golang.org/x/term", []string{"internal/shell/console"}, "one package owns the terminal"},
	{"github.com/mattn/go-runewidth", []string{"internal/shell/format"}, "columns are counted in one way"},
	{"golang.org/x/crypto/argon2", []string{"internal/directory"}, "passwords are the directory's"},
}

// long lists files over 600 lines and functions over 60, each with its reason.
var long = map[string]string{}

// transports lists who may build an http.Transport, and why.
var transports = map[string]string{
	"internal/outbound": "roots, limits, redirects and address policy have to hold for every connection",
}
