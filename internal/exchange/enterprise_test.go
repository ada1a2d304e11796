package exchange

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/rbac"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2stest"
)

const lyncAccount = "LyncEnterprise-ApplicationAccount"

// made lists what the script makes: partner applications, their account, its
// role assignments.
func (o *office) made(t *testing.T) (applications []partner.Application, accounts []directory.User, assignments []rbac.Assignment) {
	t.Helper()
	applications, err := o.partners.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all, err := o.directory.Users(t.Context(), directory.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range all {
		if u.Linked {
			accounts = append(accounts, u)
		}
	}
	if assignments, err = o.roles.List(t.Context(), rbac.Filter{}); err != nil {
		t.Fatal(err)
	}
	return applications, accounts, assignments
}

func (o *office) wantNothingMade(t *testing.T) {
	t.Helper()
	applications, accounts, assignments := o.made(t)
	if len(applications)+len(accounts)+len(assignments) != 0 {
		t.Errorf("a failed run left behind: %d partner applications, %d accounts, %d assignments", len(applications), len(accounts), len(assignments))
	}
}

func TestConfigureEnterprisePartner(t *testing.T) {
	o := newOffice(t)
	skype := s2stest.NewSkype("litware.test", "pool.litware.test")
	o.web.publish(skypeURL, skype, authmeta.Skype)
	done, err := o.ConfigureEnterprisePartner(t.Context(), "administrator", skypeURL, "Lync")
	if err != nil {
		t.Fatal(err)
	}
	applications, accounts, assignments := o.made(t)
	if len(applications) != 1 || len(accounts) != 1 {
		t.Fatalf("made %d partner applications and %d accounts, want one of each", len(applications), len(accounts))
	}
	a, u := applications[0], accounts[0]
	t.Run("002-23 003-06 makes partner application, account and permissions", func(t *testing.T) {
		if !regexp.MustCompile(`^LyncEnterprise-[0-9a-f]{32}$`).MatchString(a.Name) || a.MetadataURL != skypeURL || !a.Enabled || a.UseAuthServer {
			t.Errorf("the partner application is %+v", a)
		}
		if a.App != s2s.SkypeApp || a.Realm != "litware.test" || len(a.Keys()) != 1 || a.LinkedAccount != u.ID {
			t.Errorf("the partner application is %+v", a)
		}
	})
	t.Run("003-07 the account lies in the Users container", func(t *testing.T) {
		if u.Path() != "litware.test/Users/"+lyncAccount || u.Enabled || u.HasPassword || done.Account != u.Path() {
			t.Errorf("the account is %s, enabled %t, password %t", u.Path(), u.Enabled, u.HasPassword)
		}
	})
	t.Run("003-08 exactly two role assignments", func(t *testing.T) {
		var roles []rbac.Role
		for _, r := range assignments {
			roles = append(roles, r.Role)
			if r.AssigneeID != u.ID || r.Assignee != lyncAccount {
				t.Errorf("%s belongs to %s", r.Name, r.Assignee)
			}
		}
		if diff := cmp.Diff([]rbac.Role{rbac.ArchiveApplication, rbac.UserApplication}, roles); diff != "" {
			t.Error(diff)
		}
	})
	want := []string{
		"Creating User <LyncEnterprise-ApplicationAccount> for Partner Application.", "",
		"Created User <litware.test/Users/LyncEnterprise-ApplicationAccount> for Partner Application.", "",
		"Assigning role <UserApplication> to Application User <litware.test/Users/LyncEnterprise-ApplicationAccount>.",
		"Assigning role <ArchiveApplication> to Application User <litware.test/Users/LyncEnterprise-ApplicationAccount>.", "",
		"Creating Partner Application <" + a.Name + "> using metadata <" + skypeURL + "> with linked account <litware.test/Users/LyncEnterprise-ApplicationAccount>.", "",
		"Created Partner Application <" + a.Name + ">.", "",
		"THE CONFIGURATION HAS SUCCEEDED.",
	}
	if diff := cmp.Diff(want, done.Lines); diff != "" {
		t.Errorf("the console shows otherwise:\n%s", diff)
	}
}

// Run twice, the script updates and does not duplicate; also when the metadata
// moved to another URL of the same product (003-02: one partner application
// per product).
func TestConfigureEnterprisePartnerAgain(t *testing.T) {
	o := newOffice(t)
	skype := s2stest.NewSkype("litware.test", "pool.litware.test")
	o.web.publish(skypeURL, skype, authmeta.Skype)
	first, err := o.ConfigureEnterprisePartner(t.Context(), "administrator", skypeURL, "Lync")
	if err != nil {
		t.Fatal(err)
	}
	const moved = "https://pool2.litware.test/metadata/json/1"
	skype.UseKey("sfb-b")
	o.web.publish(moved, skype, authmeta.Skype)
	second, err := o.ConfigureEnterprisePartner(t.Context(), "administrator", moved, "lync")
	if err != nil {
		t.Fatal(err)
	}
	applications, accounts, assignments := o.made(t)
	if len(applications) != 1 || len(accounts) != 1 || len(assignments) != 2 {
		t.Errorf("now there are %d partner applications, %d accounts, %d assignments", len(applications), len(accounts), len(assignments))
	}
	a := applications[0]
	if a.Name != first.Application.Name || a.MetadataURL != moved || a.LinkedAccount != first.Application.LinkedAccount {
		t.Errorf("the record became %+v", a)
	}
	if keys := a.Keys(); len(keys) != 1 || keys[0].Thumbprint != s2s.ThumbprintOf(skype.Certificate) {
		t.Errorf("the keys are %v, want the new one", keys)
	}
	if text := strings.Join(second.Lines, "\n"); !strings.Contains(text, "is there already.") || !strings.Contains(text, "Updated Partner Application <"+a.Name+">") {
		t.Errorf("the console shows\n%s", text)
	}
}

// The script's other parameter set: an id, and tokens of an auth server.
func TestConfigureEnterpriseClient(t *testing.T) {
	o := newOffice(t)
	for range 2 {
		done, err := o.ConfigureEnterpriseClient(t.Context(), "administrator", s2s.SkypeApp, "", "Lync")
		if err != nil {
			t.Fatal(err)
		}
		applications, accounts, assignments := o.made(t)
		if len(applications) != 1 || len(accounts) != 1 || len(assignments) != 2 {
			t.Fatalf("there are %d partner applications, %d accounts, %d assignments", len(applications), len(accounts), len(assignments))
		}
		if a := applications[0]; a.App != s2s.SkypeApp || !a.UseAuthServer || a.Realm != "" || a.MetadataURL != "" || a.LinkedAccount != accounts[0].ID {
			t.Errorf("the partner application is %+v", a)
		}
		if text := strings.Join(done.Lines, "\n"); !strings.Contains(text, "using application identifier <"+string(s2s.SkypeApp)+">") {
			t.Errorf("the console shows\n%s", text)
		}
	}
}

func TestConfigureEnterprisePartnerForSharePoint(t *testing.T) {
	o := newOffice(t)
	const url = "https://sharepoint.litware.test/_layouts/15/metadata/json/1"
	o.web.publish(url, s2stest.NewSharePoint("litware.test", "sharepoint.litware.test"), authmeta.SharePoint)
	done, err := o.ConfigureEnterprisePartner(t.Context(), "administrator", url, "SharePoint")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, assignments := o.made(t); len(assignments) != 4 || done.Account != "litware.test/Users/SharePointEnterprise-ApplicationAccount" {
		t.Errorf("%d assignments for %s", len(assignments), done.Account)
	}
}

func TestConfigureEnterprisePartnerLeavesNothingHalfMade(t *testing.T) {
	skype := s2stest.NewSkype("litware.test", "pool.litware.test")
	for name, tt := range map[string]struct {
		url, applicationType string
		code                 problem.Code
		says                 string
	}{
		"002-39 003-16 wrong path":   {"https://pool.litware.test/metadata/jason/1", "Lync", problem.MetadataNotFound, skypeURL},
		"application type":           {skypeURL, "Skipe", problem.RBACUnknownType, "Lync or SharePoint"},
		"another product's document": {skypeURL, "SharePoint", problem.MetadataWrongProduct, "Skype for Business"},
		"own document":               {"https://mail.litware.test/autodiscover/metadata/json/1", "Lync", problem.PartnerSelf, "this server's own document"},
		"plain http":                 {"http://pool.litware.test/metadata/json/1", "Lync", problem.MetadataURL, "https"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			o.web.publish(skypeURL, skype, authmeta.Skype)
			o.web.publish("https://mail.litware.test/autodiscover/metadata/json/1", s2stest.NewExchange("litware.test", "mail.litware.test"), authmeta.Exchange)
			_, err := o.ConfigureEnterprisePartner(t.Context(), "administrator", tt.url, tt.applicationType)
			wantCode(t, err, tt.code)
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("the failure %q does not say %q", err, tt.says)
			}
			o.wantNothingMade(t)
		})
	}
	t.Run("an ordinary account has the place", func(t *testing.T) {
		o := newOffice(t)
		o.web.publish(skypeURL, skype, authmeta.Skype)
		if _, err := o.directory.AddUser(t.Context(), directory.User{Name: "impostor", CommonName: lyncAccount, UPN: "impostor@litware.test", Organisation: "litware", Container: "litware.test/Users"}); err != nil {
			t.Fatal(err)
		}
		_, err := o.ConfigureEnterprisePartner(t.Context(), "administrator", skypeURL, "Lync")
		wantCode(t, err, problem.DirectoryTaken)
		o.wantNothingMade(t)
	})
	// The document at a known URL names somebody else now: account and roles
	// were made by the time this shows.
	t.Run("a late failure takes back", func(t *testing.T) {
		o := newOffice(t)
		o.web.publish(skypeURL, skype, authmeta.Skype)
		known := partner.Application{Name: "Skype", Enabled: true}
		known.TrustMetadata(skypeURL)
		if _, err := o.partners.Add(t.Context(), known, partner.AddOptions{}); err != nil {
			t.Fatal(err)
		}
		o.web.publish(skypeURL, s2stest.NewSkype("fabrikam.test", "pool.litware.test"), authmeta.Skype)
		_, err := o.ConfigureEnterprisePartner(t.Context(), "administrator", skypeURL, "Lync")
		wantCode(t, err, problem.MetadataIdentityChanged)
		applications, accounts, assignments := o.made(t)
		if len(accounts)+len(assignments) != 0 || len(applications) != 1 || applications[0].LinkedAccount != "" {
			t.Errorf("left behind: %d accounts, %d assignments; the record became %+v", len(accounts), len(assignments), applications)
		}
	})
}
