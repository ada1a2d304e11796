package ews

import (
	"errors"
	"testing"
)

func TestVersions(t *testing.T) {
	for _, v := range versions() {
		if got, err := ParseVersion(string(v)); got != v || err != nil {
			t.Errorf("%s is read as %s, %v", v, got, err)
		}
	}
	for _, s := range []string{"", "exchange2013", "Exchange2003", "V2018_01_08"} {
		_, err := ParseVersion(s)
		if f, ok := errors.AsType[*Fault](err); !ok || f.Code != ErrorInvalidServerVersion || f.Text != "The specified server version is invalid." {
			t.Errorf("%q: %v", s, err)
		}
	}
	for _, c := range []struct {
		v, w Version
		want bool
	}{
		{Exchange2013, Exchange2010SP2, true}, {Exchange2010SP2, Exchange2013, false}, {Exchange2013, Exchange2013, true},
		{"", Exchange2007, true}, {"", Exchange2007SP1, false}, {V20170711, Exchange2016, true}, {"V2018_01_08", V20170711, true},
	} {
		if got := c.v.AtLeast(c.w); got != c.want {
			t.Errorf("%q at least %q: %v", c.v, c.w, got)
		}
	}
}

func TestEveryCodeHasAText(t *testing.T) {
	for _, c := range []ResponseCode{ErrorItemNotFound, ErrorImGroupLimitReached, "ErrorOfTomorrow"} {
		if c.Text() == "" {
			t.Errorf("%s has none", c)
		}
	}
	if Failed(ErrorItemNotFound, "").Text != ErrorItemNotFound.Text() || Failed(ErrorItemNotFound, "x").Text != "x" {
		t.Error("Failed chooses the wrong text")
	}
}
