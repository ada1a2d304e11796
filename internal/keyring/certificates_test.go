package keyring

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

// checklist: 000-09, 000-11
func TestNewCertificate(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		c := newClock()
		k := open(t, db, newBox(t), c)
		made, err := k.NewCertificate(t.Context(), Request{
			Subject: "cn= Microsoft Exchange Server Auth Certificate", DomainNames: []string{"domain.local"}, Bits: 2048,
			Options: Options{FriendlyName: "Microsoft Exchange Server Auth Certificate", Services: []string{"smtp"}, Exportable: true},
		})
		if err != nil {
			t.Fatal(err)
		}
		if public, ok := made.X509.PublicKey.(*rsa.PublicKey); !ok || public.N.BitLen() != 2048 {
			t.Error("000-09: the key has another size")
		}
		if made.X509.Subject.String() != "CN=Microsoft Exchange Server Auth Certificate" || made.FriendlyName != "Microsoft Exchange Server Auth Certificate" {
			t.Errorf("000-09: subject %s, friendly name %s", made.X509.Subject, made.FriendlyName)
		}
		if !made.HasPrivateKey || !made.Exportable || !slices.Equal(made.Services, []string{"SMTP"}) || !slices.Equal(made.X509.DNSNames, []string{"domain.local"}) {
			t.Errorf("000-09: %+v", made)
		}
		if made.X509.NotBefore.After(c.Now()) || made.X509.NotAfter.Before(c.Now().Add(4*365*day)) {
			t.Errorf("valid from %v to %v", made.X509.NotBefore, made.X509.NotAfter)
		}
		// 000-11: the thumbprint is the handle for what follows.
		read, err := s2s.ParseThumbprint(strings.ToLower(made.Thumbprint.String()))
		if err != nil {
			t.Fatal(err)
		}
		if again, err := k.Certificate(t.Context(), read); err != nil || !again.X509.Equal(made.X509) {
			t.Errorf("000-11: found %v, %v", again.Thumbprint, err)
		}
		for _, bad := range []Request{
			{Subject: "Microsoft"}, {Bits: 512}, {Bits: 3000}, {DomainNames: []string{"no spaces"}}, {Lifetime: -1},
			{Options: Options{Services: []string{"SM TP"}}}, {Options: Options{FriendlyName: "two\nlines"}, Bits: 1024},
		} {
			_, err := k.NewCertificate(t.Context(), bad)
			wantCode(t, err, problem.KeyringRequest)
		}
	})
}

// checklist: 000-10
func TestDefaultSMTPCertificate(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		k := open(t, db, newBox(t), newClock())
		tls := add(t, k, Options{FriendlyName: "mail", Services: []string{"IIS", "SMTP"}})
		if !slices.Equal(tls.DefaultFor, []string{"SMTP"}) {
			t.Fatalf("the first SMTP certificate is the default for %v", tls.DefaultFor)
		}
		made := add(t, k, Options{Services: []string{"SMTP"}})
		err := k.Assign(ctx, made.Thumbprint, []string{"SMTP"}, false)
		var ask *Confirmation
		if !errors.As(err, &ask) {
			t.Fatalf("000-10: no question, but %v", err)
		}
		want := "Overwrite the existing default SMTP certificate?\n\nCurrent certificate: '" + tls.Thumbprint.String() + "' (expires 11/20/2031 9:00:00 AM)\n" +
			"Replace it with certificate: '" + made.Thumbprint.String() + "' (expires 11/20/2031 9:00:00 AM)"
		if diff := cmp.Diff(want, ask.Question); diff != "" {
			t.Errorf("000-10: the question (-want +got):\n%s", diff)
		}
		// The answer no: the assignment is as it was, the new certificate exists.
		check := func(t2 s2s.Thumbprint, isDefault bool) {
			t.Helper()
			c, err := k.Certificate(ctx, t2)
			if err != nil || slices.Contains(c.DefaultFor, "SMTP") != isDefault || !slices.Contains(c.Services, "SMTP") {
				t.Errorf("000-10: %+v, %v", c, err)
			}
		}
		check(tls.Thumbprint, true)
		check(made.Thumbprint, false)
		// The answer yes.
		if err := k.Assign(ctx, made.Thumbprint, []string{"SMTP", "POP"}, true); err != nil {
			t.Fatal(err)
		}
		check(tls.Thumbprint, false)
		check(made.Thumbprint, true)
		if c, _ := k.Certificate(ctx, made.Thumbprint); !slices.Equal(c.Services, []string{"SMTP", "POP"}) {
			t.Errorf("services %v", c.Services)
		}
		wantCode(t, k.Assign(ctx, made.Thumbprint, []string{"a,b"}, true), problem.KeyringRequest)
		wantCode(t, k.Assign(ctx, s2s.Thumbprint{1}, []string{"SMTP"}, true), problem.KeyringNotFound)
		// Labels are labels: nothing of this signs.
		_, err = k.Signer(ctx)
		wantCode(t, err, problem.KeyringMissing)
	})
}

func TestUnfitCertificates(t *testing.T) {
	ctx := t.Context()
	k := open(t, storetest.Open(t, storetest.SQLite(t)), newBox(t), newClock())
	from, until := start.Add(-time.Hour), start.Add(365*day)
	elliptic256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	small, err := k.NewCertificate(ctx, Request{Bits: 1024})
	if err != nil {
		t.Fatal(err)
	}
	curve, err := k.Add(ctx, issue(t, elliptic256, "curve", from, until), elliptic256, Options{})
	if err != nil {
		t.Fatal(err)
	}
	bare, err := k.Add(ctx, issue(t, rsaKey(), "bare", from, until), nil, Options{})
	if err != nil || bare.HasPrivateKey {
		t.Fatal(bare, err)
	}
	for thumbprint, code := range map[s2s.Thumbprint]problem.Code{
		small.Thumbprint: problem.KeyringWeak,
		curve.Thumbprint: problem.KeyringWeak,
		bare.Thumbprint:  problem.KeyringNoPrivateKey,
		{}:               problem.KeyringNotFound,
	} {
		_, err := k.Stage(ctx, thumbprint, start.Add(72*time.Hour), true)
		wantCode(t, err, code)
		_, err = k.Replace(ctx, thumbprint)
		wantCode(t, err, code)
	}
	_, err = k.Add(ctx, bare.X509, elliptic256, Options{})
	wantCode(t, err, problem.CertsMismatch)
	// The key can follow.
	whole, err := k.Add(ctx, bare.X509, rsaKey(), Options{FriendlyName: "whole"})
	if err != nil || !whole.HasPrivateKey || whole.FriendlyName != "whole" {
		t.Errorf("with its key: %+v, %v", whole, err)
	}
	// Coming again without key or labels takes nothing away.
	if again, err := k.Add(ctx, bare.X509, nil, Options{}); err != nil || !again.HasPrivateKey || again.FriendlyName != "whole" {
		t.Errorf("added again: %+v, %v", again, err)
	}
	if _, err := k.Replace(ctx, bare.Thumbprint); err != nil {
		t.Error(err)
	}
}

func TestMoveBetweenServers(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx, c := t.Context(), newClock()
		here := open(t, db, newBox(t), c)
		there := open(t, storetest.Open(t, storetest.SQLite(t)), newBox(t), c)
		stays, moves := add(t, here, Options{}), add(t, here, Options{Exportable: true, FriendlyName: "moves"})
		_, err := here.Export(ctx, stays.Thumbprint, "secret", certs.Modern)
		wantCode(t, err, problem.KeyringNotExportable)
		pfx, err := here.Export(ctx, moves.Thumbprint, "secret", certs.Modern)
		if err != nil {
			t.Fatal(err)
		}
		_, err = there.Import(ctx, pfx, "wrong", Options{})
		wantCode(t, err, problem.CertsPassword)
		got, err := there.Import(ctx, pfx, "secret", Options{FriendlyName: "moved"})
		if err != nil || got.Thumbprint != moves.Thumbprint || !got.HasPrivateKey || got.Exportable {
			t.Fatalf("imported %+v, %v", got, err)
		}
		if _, err := there.Replace(ctx, got.Thumbprint); err != nil || signing(t, there) != moves.Thumbprint {
			t.Errorf("the imported certificate does not sign: %v", err)
		}
		if all, err := here.List(ctx); err != nil || len(all) != 2 {
			t.Errorf("List = %v, %v", all, err)
		}
	})
}

func TestRemove(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx, c := t.Context(), newClock()
		k := open(t, db, newBox(t), c)
		a, b := add(t, k, Options{}), add(t, k, Options{Services: []string{"SMTP"}})
		if _, err := k.Replace(ctx, a.Thumbprint); err != nil {
			t.Fatal(err)
		}
		if _, err := k.Stage(ctx, b.Thumbprint, c.Now().Add(72*time.Hour), false); err != nil {
			t.Fatal(err)
		}
		wantCode(t, k.Remove(ctx, a.Thumbprint), problem.KeyringInUse) // current
		wantCode(t, k.Remove(ctx, b.Thumbprint), problem.KeyringInUse) // next
		c.Advance(72 * time.Hour)
		wantCode(t, k.Remove(ctx, a.Thumbprint), problem.KeyringInUse) // previous, though nobody has written it down
		c.Advance(policy.overlap())
		if err := k.Remove(ctx, a.Thumbprint); err != nil {
			t.Error(err)
		}
		wantCode(t, k.Remove(ctx, a.Thumbprint), problem.KeyringNotFound)
		if signing(t, k) != b.Thumbprint {
			t.Error("the other one is gone too")
		}
		if _, err := k.Unassign(ctx, true); err != nil {
			t.Fatal(err)
		}
		if err := k.Remove(ctx, b.Thumbprint); err != nil { // with its default
			t.Error(err)
		}
	})
}

// No table holds a private key in the clear, and no error quotes one.
func TestKeysAreSealed(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	k := open(t, db, newBox(t), newClock())
	c := add(t, k, Options{})
	var sealed []byte
	if err := db.QueryRow(`SELECT sealed_key FROM keyring_certificates`).Scan(&sealed); err != nil {
		t.Fatal(err)
	}
	plain, err := x509.MarshalPKCS8PrivateKey(rsaKey())
	if err != nil {
		t.Fatal(err)
	}
	if len(sealed) < len(plain) || bytes.Contains(sealed, rsaKey().D.Bytes()) {
		t.Error("the key is not sealed")
	}
	// A key that was moved to the row of another certificate does not open.
	other := add(t, k, Options{})
	if _, err := db.Exec(`UPDATE keyring_certificates SET sealed_key = $1 WHERE thumbprint = $2`, sealed, other.Thumbprint.String()); err != nil {
		t.Fatal(err)
	}
	_, err = k.Replace(t.Context(), other.Thumbprint)
	wantCode(t, err, problem.KeyringUnreadable)
	if _, err := k.Replace(t.Context(), c.Thumbprint); err != nil {
		t.Error(err)
	}
}

func TestParseSubject(t *testing.T) {
	for in, want := range map[string]string{
		"cn=Microsoft Exchange Server Auth Certificate":     "CN=Microsoft Exchange Server Auth Certificate",
		"cn= Microsoft Exchange Server Auth Certificate ":   "CN=Microsoft Exchange Server Auth Certificate",
		"CN=mail.contoso.com, O=Contoso, OU=IT, S=WA, C=US": "CN=mail.contoso.com,OU=IT,O=Contoso,ST=WA,C=US",
		`O=Contoso\, Ltd.,CN=x`:                             `CN=x,O=Contoso\, Ltd.`,
		`CN=a=b`:                                            `CN=a=b`,
	} {
		got, err := ParseSubject(in)
		if err != nil || got.String() != want {
			t.Errorf("ParseSubject(%q) = %s, %v; want %s", in, got, err, want)
		}
	}
	for _, in := range []string{"", "Microsoft Exchange", "cn=", "O=Contoso", "cn=a,cn=b", "x=1,cn=a", "cn=a,", "cn=a\x00b", "cn=\xff", "cn=" + strings.Repeat("a", maxSubject)} {
		_, err := ParseSubject(in)
		wantCode(t, err, problem.KeyringRequest)
	}
}

func FuzzParseSubject(f *testing.F) {
	for _, s := range []string{"cn=Microsoft Exchange Server Auth Certificate", `O=Contoso\, Ltd.,CN=x`, "cn=a,,", `cn=\`, "=,="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, err := ParseSubject(s)
		if err != nil {
			if !problem.Is(err, problem.KeyringRequest) {
				t.Fatalf("ParseSubject(%q): %v has no code", s, err)
			}
			return
		}
		if name.CommonName == "" || len(s) > maxSubject {
			t.Errorf("ParseSubject(%q) accepts %v", s, name)
		}
	})
}
