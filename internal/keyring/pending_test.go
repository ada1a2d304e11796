package keyring

import (
	"crypto/rand"
	"crypto/x509"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

// certify answers a request as an authority does.
func certify(t testing.TB, request []byte) *x509.Certificate {
	t.Helper()
	asked, err := x509.ParseCertificateRequest(request)
	if err != nil || asked.CheckSignature() != nil {
		t.Fatalf("the request: %v", err)
	}
	authority := issue(t, rsaKey(), "Litware CA", start.Add(-time.Hour), start.Add(365*day))
	template := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: asked.Subject, DNSNames: asked.DNSNames, NotBefore: start.Add(-time.Hour), NotAfter: start.Add(365 * day)}
	der, err := x509.CreateCertificate(rand.Reader, template, authority, asked.PublicKey, rsaKey())
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func TestRequestAndAnswer(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		k := open(t, db, newBox(t), newClock())
		asked, err := k.NewRequest(ctx, Request{Subject: "cn=litware.test,o=Litware", DomainNames: []string{"mail.litware.test"},
			Options: Options{FriendlyName: "signing", Exportable: true}})
		if err != nil || asked.Number != 1 {
			t.Fatalf("%+v, %v", asked, err)
		}
		waiting, err := k.Pending(ctx)
		if err != nil || len(waiting) != 1 || waiting[0].Thumbprint != asked.Thumbprint || !waiting[0].Exportable || !slices.Equal(waiting[0].Request, asked.Request) {
			t.Fatalf("waiting: %+v, %v", waiting, err)
		}
		// A request is no certificate: it cannot be given anything to do.
		_, err = k.Replace(ctx, asked.Thumbprint)
		wantCode(t, err, problem.KeyringPending)
		wantCode(t, k.Assign(ctx, asked.Thumbprint, []string{"SMTP"}, false), problem.KeyringPending)
		_, err = k.Replace(ctx, s2s.Thumbprint{1})
		wantCode(t, err, problem.KeyringNotFound)

		made, err := k.Import(ctx, certs.EncodeCertificates(certify(t, asked.Request)), "", Options{Services: []string{"SMTP"}})
		if err != nil || !made.HasPrivateKey || !made.Exportable || made.FriendlyName != "signing" || !slices.Equal(made.Services, []string{"SMTP"}) {
			t.Fatalf("the answer: %+v, %v", made, err)
		}
		if _, err := k.Replace(ctx, made.Thumbprint); err != nil || signing(t, k) != made.Thumbprint {
			t.Errorf("it does not sign: %v", err)
		}
		if waiting, err := k.Pending(ctx); err != nil || len(waiting) != 0 {
			t.Errorf("still waiting: %+v, %v", waiting, err)
		}
	})
}

func TestRequestsEnd(t *testing.T) {
	ctx := t.Context()
	k := open(t, storetest.Open(t, storetest.SQLite(t)), newBox(t), newClock())
	_, err := k.NewRequest(ctx, Request{Subject: "Litware"})
	wantCode(t, err, problem.KeyringRequest)
	_, err = k.NewRequest(ctx, Request{Options: Options{FriendlyName: "two\nlines"}})
	wantCode(t, err, problem.KeyringRequest)
	one, err := k.NewRequest(ctx, Request{Bits: 1024})
	if err != nil {
		t.Fatal(err)
	}
	two, err := k.NewRequest(ctx, Request{Bits: 1024})
	if err != nil || two.Number != 2 {
		t.Fatalf("%+v, %v", two, err)
	}
	if err := k.Remove(ctx, one.Thumbprint); err != nil {
		t.Error(err)
	}
	wantCode(t, k.Remove(ctx, one.Thumbprint), problem.KeyringNotFound)
	// The answer to a request that is gone is a certificate without its key.
	late, err := k.Import(ctx, certify(t, one.Request).Raw, "", Options{})
	if err != nil || late.HasPrivateKey {
		t.Errorf("too late: %+v, %v", late, err)
	}
	for i := range maxPending - 1 { // as others that wait
		if _, err := k.db.ExecContext(ctx, insertPending, 10+i, s2s.Thumbprint{byte(i)}.String(), two.Placeholder.Raw, two.Request, two.sealed, "", "", 0, 0); err != nil {
			t.Fatal(err)
		}
	}
	_, err = k.NewRequest(ctx, Request{Bits: 1024})
	wantCode(t, err, problem.KeyringRequest)
}
