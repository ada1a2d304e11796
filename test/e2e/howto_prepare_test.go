package e2e

import (
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
)

// prepare brings the lab into the state a page speaks of, behind its reader's
// back: by a command of a shell, or by something no command does.
func (r *reader) prepare(shell, what string) error {
	r.t.Helper()
	switch {
	case shell != "":
		if got := r.program().run(r.t, "shell", shell, "-c", what); got.code != 0 {
			return errors.New(got.String())
		}
		return nil
	case what == "the signing certificate of Exchange has run out":
		return r.expire()
	}
	return fmt.Errorf("nobody knows how to prepare %q", what)
}

// program is what the page's reader runs.
func (r *reader) program() program {
	return program{path: filepath.Join(r.dir, "bin", "matchseal"), dir: r.dir, env: r.env()}
}

const authCertificate = certs.AuthCertificateName

// replaceByOld assigns a certificate whose end is near, as every certificate's
// is one day, and leaves no other that signs or is published.
const replaceByOld = `$p = ConvertTo-SecureString "x" -AsPlainText -Force
$old = Import-ExchangeCertificate -FileName C:\Certificates\Old.pfx -Password $p -FriendlyName "` + authCertificate + `"
if (-not $old) { exit 1 }
Set-AuthConfig -CertificateThumbprint $old.Thumbprint -Force
if ((Get-AuthConfig).CurrentCertificateThumbprint -ne $old.Thumbprint) { exit 1 }
Set-AuthConfig -ClearPreviousCertificate -Force`

// expire gives Exchange a signing certificate that is out of date. No
// certificate can be assigned that is so already; the machine's load says how
// long it must live to be assigned in time.
func (r *reader) expire() error {
	for life := 4 * time.Second; life < patience; life *= 2 {
		if err := r.writeOld(life); err != nil {
			return err
		}
		got := r.program().run(r.t, "shell", "exchange", "-c", replaceByOld)
		if got.code != 0 {
			r.t.Logf("%s is not long enough: %s", life, got)
			continue
		}
		url := "https://autodiscover." + r.lab.Domain + "/autodiscover/metadata/json/1"
		eventually(r.t, 2*life+patience, func() error {
			resp, err := r.lab.http(r.t).Get(url)
			if err != nil {
				return err
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusServiceUnavailable {
				return fmt.Errorf("%s answers %s", url, resp.Status)
			}
			return nil
		})
		return nil
	}
	return errors.New("no certificate was assigned before its end")
}

func (r *reader) writeOld(life time.Duration) error {
	end := time.Now().Add(life)
	cert, key, err := certs.NewSelfSigned(certs.SelfSigned{Subject: pkix.Name{CommonName: authCertificate}, NotBefore: end.AddDate(-5, 0, 0), NotAfter: end})
	if err != nil {
		return err
	}
	pfx, err := certs.ExportPFX(certs.PFX{Certificate: cert, Key: key}, "x", certs.Modern)
	if err != nil {
		return err
	}
	dir := filepath.Join(r.lab.dir, "c", "Certificates")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "Old.pfx"), pfx, 0o600)
}
