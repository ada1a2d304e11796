package profile

import (
	"slices"
	"testing"

	"github.com/matchseal/matchseal/s2s"
)

func TestEveryRoleIsWhole(t *testing.T) {
	for _, p := range All() {
		if p.Product == "" || p.App.Name() == "" || p.PartnerCommand == "" {
			t.Errorf("%s lacks words: %+v", p.Role, p)
		}
		// 000-03, 000-04: path and spelling are those of the product.
		if p.Metadata.App() != p.App || p.MetadataPath != p.Metadata.Path() {
			t.Errorf("%s publishes %s at %s", p.Role, p.Metadata, p.MetadataPath)
		}
		if got, err := Of(p.Role); err != nil || got != p {
			t.Errorf("Of(%s) is %+v, %v", p.Role, got, err)
		}
	}
	if names := Names(); !slices.Equal(names, []string{"exchange", "skype", "sts"}) {
		t.Errorf("the roles are %v", names)
	}
	if _, err := Of("sharepoint"); err == nil {
		t.Error("found a role that cannot be played yet")
	}
}

func TestIdentity(t *testing.T) {
	i, err := Identity{ServiceName: "00000004-0000-0FF1-CE00-000000000000", Realm: "Litware.Test"}.Canonical()
	if err != nil || i != (Identity{ServiceName: string(s2s.SkypeApp), Realm: "litware.test"}) {
		t.Errorf("got %+v, %v", i, err)
	}
	unset := Identity{ServiceName: string(s2s.SkypeApp)}
	if p, err := unset.Principal("litware.test"); err != nil || p != (s2s.Principal{App: s2s.SkypeApp, Realm: "litware.test"}) {
		t.Errorf("got %v, %v", p, err)
	}
	if w := unset.Became(i, "litware.test"); len(w) != 0 {
		t.Errorf("the same identity warns: %v", w)
	}
	if w := unset.Became(Identity{ServiceName: i.ServiceName, Realm: "fabrikam.test"}, "litware.test"); len(w) != 1 {
		t.Errorf("another identity: %v", w)
	}
}
