package autodiscover_test

import (
	"bytes"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/autodiscover"
)

func seed(f *testing.F) {
	files, err := filepath.Glob("testdata/*.xml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
}

// refusal checks that a decoder fails only in the ways it promises.
func refusal(t *testing.T, err error) {
	var d *autodiscover.DecodeError
	var fault *autodiscover.Fault
	var pox *autodiscover.POXError
	if !errors.As(err, &d) && !errors.As(err, &fault) && !errors.As(err, &pox) {
		t.Fatalf("an untyped error: %v", err)
	}
	_ = err.Error()
}

func FuzzDecodeRequest(f *testing.F) {
	seed(f)
	f.Add([]byte(envelope("", "<a:GetFederationInformationRequestMessage><a:Request><a:Domain>\ufffd x \u00a0</a:Domain></a:Request></a:GetFederationInformationRequestMessage>")))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := autodiscover.DecodeRequest(data)
		if err != nil {
			refusal(t, err)
			return
		}
		again, err := autodiscover.DecodeRequest(r.Marshal())
		if err != nil {
			var d *autodiscover.DecodeError
			if errors.As(err, &d) && d.Reason == autodiscover.TooLarge {
				return // escaping makes a message longer
			}
			t.Fatalf("what was read cannot be read again: %v", err)
		}
		if !bytes.Equal(again.Marshal(), r.Marshal()) {
			t.Fatal(cmp.Diff(r, again))
		}
	})
}

func FuzzDecodeResponse(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := autodiscover.DecodeResponse(data)
		if err != nil {
			refusal(t, err)
			return
		}
		_ = r.Marshal()
		for _, u := range r.Users {
			u.EwsURL(true)
		}
	})
}

func FuzzDecodePOX(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := autodiscover.DecodePOXRequest(data); err != nil {
			refusal(t, err)
		} else if _, err := autodiscover.DecodePOXRequest(r.Marshal()); err != nil {
			var d *autodiscover.DecodeError
			if !errors.As(err, &d) || d.Reason != autodiscover.TooLarge && d.Reason != autodiscover.Incomplete {
				t.Fatalf("what was read cannot be read again: %v", err)
			}
		}
		if r, err := autodiscover.DecodePOXResponse(data); err != nil {
			refusal(t, err)
		} else {
			_ = r.Marshal()
		}
	})
}

func FuzzDecodeV2(f *testing.F) {
	f.Add("/autodiscover/autodiscover.json?Email=kim%40litware.test&Protocol=Ews", []byte(`{"Protocol":"Ews","Url":"x"}`))
	f.Add("/autodiscover/autodiscover.json/v1.0/kim@litware.test?Protocol=Ews", []byte(`{"ErrorCode":"x"}`))
	f.Fuzz(func(t *testing.T, raw string, data []byte) {
		if u, err := url.Parse(raw); err == nil {
			if r, err := autodiscover.DecodeV2Request(u); err == nil && autodiscover.DomainOf(r.Email) == "" {
				t.Fatalf("accepted %q", r.Email)
			}
		}
		_, _ = autodiscover.DecodeV2Answer(data)
		_, _ = autodiscover.CheckEndpoint(raw)
	})
}
