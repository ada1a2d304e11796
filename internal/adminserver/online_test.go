package adminserver

import (
	"slices"
	"testing"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/telemetry"
	"github.com/matchseal/matchseal/internal/tenant"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2stest"
)

// openOnline adds the organisation's cloud directory.
func (w *world) openOnline() {
	w.t.Helper()
	p := w.openPart(s2stest.NewTokenServer("litware.test", "accounts.litware.test"))
	d, err := tenant.New(w.t.Context(), tenant.Config{Settings: p.settings, Domains: []string{"litware.test"}, DisplayName: "Litware", Now: w.clock.Now, NewID: telemetry.NewRequestID})
	w.must(err)
	w.server.MountOnline(Online{Tenant: d, Organisation: "litware", MetadataURL: "https://accounts.litware.test/litware.test/metadata/json/1", Journal: p.journal})
}

// cloud is seed 001's work in the cloud directory.
func cloud(t *testing.T, w *world, admin *adminapi.Client) {
	if who := do(t, admin, adminapi.GetTenant, adminapi.Empty{}); who.DisplayName != "Litware" || who.MetadataURL == "" {
		t.Errorf("%+v", who)
	}
	lync := adminapi.ServicePrincipalFilter{Search: "lync"}
	found := do(t, admin, adminapi.GetServicePrincipal, lync)
	if len(found) != 1 || found[0].DisplayName != "Microsoft Lync Server" {
		t.Fatalf("%+v", found)
	}
	byApp := adminapi.ServicePrincipalFilter{AppPrincipalID: found[0].AppPrincipalID}
	name := found[0].AppPrincipalID + "/pool.litware.test"
	do(t, admin, adminapi.SetServicePrincipal, adminapi.ServicePrincipalSettings{ServicePrincipalFilter: byApp, ServicePrincipalNames: append(found[0].ServicePrincipalNames, name)})
	signing, err := w.skype.Keyring.Published(t.Context())
	w.must(err)
	do(t, admin, adminapi.NewServicePrincipalCredential, adminapi.NewCredentialRequest{ServicePrincipalFilter: byApp, Type: "Asymmetric", Usage: "Verify", Value: signing[0].Raw})
	found = do(t, admin, adminapi.GetServicePrincipal, adminapi.ServicePrincipalFilter{ServicePrincipalName: name})
	if len(found) != 1 || len(found[0].Credentials) != 1 || !slices.Equal(found[0].Credentials[0].Value, signing[0].Raw) {
		t.Fatalf("%+v", found)
	}
	do(t, admin, adminapi.RemoveServicePrincipalCredential, adminapi.RemoveCredentialsRequest{ServicePrincipalFilter: byApp, KeyIDs: []string{found[0].Credentials[0].KeyID}})
}

func TestCloudRights(t *testing.T) {
	w := newWorld(t)
	w.user("helper", directory.RTCUniversalUserAdmins)
	for name, code := range map[string]problem.Code{"helper": problem.ManageDenied, "administrator": ""} {
		c := w.client(true)
		_, err := c.LogOn(t.Context(), name, "")
		w.must(err)
		if _, err := adminapi.Do(t.Context(), c, adminapi.GetTenant, adminapi.Empty{}); err != nil {
			t.Errorf("%s reads: %v", name, err)
		}
		yes := true
		_, err = adminapi.Do(t.Context(), c, adminapi.SetServicePrincipal, adminapi.ServicePrincipalSettings{
			ServicePrincipalFilter: adminapi.ServicePrincipalFilter{AppPrincipalID: string(s2s.SkypeApp)}, AccountEnabled: &yes})
		if problem.CodeOf(err) != code {
			t.Errorf("%s changes: %v", name, err)
		}
	}
}
