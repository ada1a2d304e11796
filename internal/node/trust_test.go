package node

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/config"
	"github.com/matchseal/matchseal/internal/problem"
)

// What the boot file pins is what connections are judged by.
func TestLoadPins(t *testing.T) {
	ca, err := certs.NewCA("a server's own", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "exch01.pem")
	if err := certs.WriteCertificatesPEM(path, ca.Certificate, ca.Certificate); err != nil {
		t.Fatal(err)
	}
	trust := config.Trust{
		Pins:        map[string]string{"exch01": path, "mail.contoso.test:4443": strings.ToLower(certs.SHA256(ca.Certificate))},
		PinsAnyName: []string{"exch01:443"},
	}
	pins, err := loadPins(trust)
	if err != nil {
		t.Fatal(err)
	}
	short, full := pins["exch01:443"], pins["mail.contoso.test:4443"]
	if len(pins) != 2 || len(short) != 2 || len(full) != 1 || !short[0].AnyName || full[0].AnyName || short[1].SHA256 != full[0].SHA256 {
		t.Errorf("%+v", pins)
	}
	trust.Pins["gone"] = path + "x"
	if _, err := loadPins(trust); problem.CodeOf(err) != problem.CertsUnreadable || !strings.Contains(err.Error(), "trust.pins, gone:443") {
		t.Errorf("a file that is not there: %v", err)
	}
}
