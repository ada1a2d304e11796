package autodiscover_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/autodiscover"
)

func TestDecodePOXRequest(t *testing.T) {
	for name, want := range map[string]*autodiscover.POXRequest{
		"pox-request.xml":            {Schema: autodiscover.SchemaOutlookRequest, EMailAddress: "kim@litware.test", AcceptableResponseSchema: autodiscover.SchemaOutlookResponse},
		"pox-request-mobilesync.xml": {Schema: autodiscover.SchemaMobileSyncRequest, EMailAddress: "kim@litware.test", AcceptableResponseSchema: autodiscover.SchemaMobileSyncResponse},
	} {
		got, err := autodiscover.DecodePOXRequest(sample(t, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if name == "pox-request.xml" {
			if diff := cmp.Diff(squeeze(string(sample(t, name))), squeeze(string(got.Marshal()))); diff != "" {
				t.Error(diff)
			}
		}
	}
}

func TestDecodePOXRequestSaysWhyItRefuses(t *testing.T) {
	outlook := string(sample(t, "pox-request.xml"))
	for name, c := range map[string]struct {
		body string
		want autodiscover.Reason
	}{
		"F48 SOAP at the .xml address": {string(sample(t, "request-javascript.xml")), autodiscover.IsSOAP},
		"no schema":                    {strings.ReplaceAll(outlook, "AcceptableResponseSchema", "Other"), autodiscover.Incomplete},
		"no user":                      {strings.ReplaceAll(outlook, "EMailAddress", "Other"), autodiscover.Incomplete},
		"unknown request schema":       {strings.ReplaceAll(outlook, "requestschema/2006", "requestschema/1999"), autodiscover.WrongNamespace},
		"other XML":                    {"<rss/>", autodiscover.NotAutodiscover},
		"nothing":                      {"", autodiscover.NotXML},
	} {
		_, err := autodiscover.DecodePOXRequest([]byte(c.body))
		var d *autodiscover.DecodeError
		if !errors.As(err, &d) || d.Reason != c.want {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}

func TestPOXResponse(t *testing.T) {
	got, err := autodiscover.DecodePOXResponse(sample(t, "pox-response.xml"))
	if err != nil {
		t.Fatal(err)
	}
	for external, want := range map[bool]string{true: "https://mail.litware.test/EWS/Exchange.asmx", false: "https://ex1.litware.test/EWS/Exchange.asmx"} {
		if u, _ := got.EwsURL(external); u != want {
			t.Errorf("external %v: %s, want %s", external, u, want)
		}
	}
	if got.DisplayName != "Kim" || got.Protocols[0].ServerVersion != "73C189CB" || len(got.Protocols) != 3 {
		t.Errorf("got %+v", got)
	}
	again, err := autodiscover.DecodePOXResponse(got.Marshal())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, again); diff != "" {
		t.Error(diff)
	}
}

func TestPOXResponseRedirects(t *testing.T) {
	for _, want := range []*autodiscover.POXResponse{{RedirectAddress: "kim@example.com"}, {RedirectURL: "https://mail.example.com/autodiscover/autodiscover.xml"}} {
		got, err := autodiscover.DecodePOXResponse(want.Marshal())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestPOXError(t *testing.T) {
	_, err := autodiscover.DecodePOXResponse(sample(t, "pox-error.xml"))
	var got *autodiscover.POXError
	if !errors.As(err, &got) {
		t.Fatal(err)
	}
	if got.Code != autodiscover.POXInvalidRequest || got.Message != "Invalid Request" || got.ID != 2477272013 || got.Time.Minute() != 21 {
		t.Errorf("got %+v", got)
	}
	want := strings.Replace(strings.TrimSpace(string(sample(t, "pox-error.xml"))), "<DebugData />", "<DebugData/>", 1)
	if diff := cmp.Diff(want, string(got.Marshal())); diff != "" {
		t.Error(diff)
	}
}

// The packing is that of [MS-OXDSCLI]; 73C0834F is its example for 15.0.847.
func TestPOXServerVersion(t *testing.T) {
	for want, v := range map[string]autodiscover.ServerVersion{
		"73C0834F": {Major: 15, Minor: 0, MajorBuild: 847},
		"73C189CB": {Major: 15, Minor: 1, MajorBuild: 2507},
	} {
		if got := autodiscover.POXServerVersion(v); got != want {
			t.Errorf("%v: %s, want %s", v, got, want)
		}
	}
}

func TestPOXErrorTimeIsTheTimeOfDay(t *testing.T) {
	e := autodiscover.POXError{Time: time.Date(2026, 3, 4, 5, 6, 7, 800, time.UTC), Code: 500}
	if got := string(e.Marshal()); !strings.Contains(got, `Time="05:06:07.0000008"`) {
		t.Error(got)
	}
}

func TestDecodeV2Request(t *testing.T) {
	for raw, want := range map[string]any{
		"/autodiscover/autodiscover.json?Email=kim%40litware.test&Protocol=Ews":                     &autodiscover.V2Request{Email: "kim@litware.test", Protocol: "Ews"},
		"/AutoDiscover/AutoDiscover.json?protocol=ews&email=kim@litware.test&RedirectCount=1":       &autodiscover.V2Request{Email: "kim@litware.test", Protocol: "ews"},
		"/autodiscover/autodiscover.json/v1.0/kim%40litware.test?Protocol=AutodiscoverV1":           &autodiscover.V2Request{Email: "kim@litware.test", Protocol: "AutodiscoverV1"},
		"/autodiscover/autodiscover.json/V1.0/kim@litware.test/?Protocol=Ews":                       &autodiscover.V2Request{Email: "kim@litware.test", Protocol: "Ews"},
		"/autodiscover/autodiscover.json?Protocol=Ews":                                              autodiscover.V2MandatoryParameterMissing,
		"/autodiscover/autodiscover.json":                                                           autodiscover.V2MandatoryParameterMissing,
		"/autodiscover/autodiscover.json?Email=kim%40litware.test":                                  autodiscover.V2MissingProtocol,
		"/autodiscover/autodiscover.json?Email=kim%40litware.test&Protocol=Gopher":                  autodiscover.V2InvalidProtocol,
		"/autodiscover/autodiscover.json?Email=kim&Protocol=Ews":                                    autodiscover.V2InvalidUserID,
		"/autodiscover/autodiscover.json/v1.0/%20@?Protocol=Ews":                                    autodiscover.V2InvalidUserID,
		"/autodiscover/autodiscover.json?Email=a%40b.test&Protocol=Ews%00&Protocol=%E2%80%8BEws%00": autodiscover.V2InvalidProtocol,
	} {
		u, err := url.Parse("https://mail.litware.test" + raw)
		if err != nil {
			t.Fatal(err)
		}
		got, err := autodiscover.DecodeV2Request(u)
		var v *autodiscover.V2Error
		switch want := want.(type) {
		case *autodiscover.V2Request:
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %v\n%s", raw, err, diff)
			}
		case string:
			if !errors.As(err, &v) || v.Code != want {
				t.Errorf("%s: got %v, want %s", raw, err, want)
			}
		}
	}
}

func TestDecodeV2Answer(t *testing.T) {
	got, err := autodiscover.DecodeV2Answer([]byte(`{"Protocol":"Ews","Url":"https://mail.litware.test/EWS/Exchange.asmx"}`))
	if err != nil || got.URL != "https://mail.litware.test/EWS/Exchange.asmx" {
		t.Errorf("got %+v, %v", got, err)
	}
	_, err = autodiscover.DecodeV2Answer([]byte(`{"ErrorCode":"ProtocolNotSupported","ErrorMessage":"no"}`))
	var v *autodiscover.V2Error
	if !errors.As(err, &v) || v.Code != autodiscover.V2ProtocolNotSupported {
		t.Errorf("got %v", err)
	}
	for _, bad := range []string{"", "{}", "[]", "<html>", strings.Repeat(" ", autodiscover.MaxRequest+1)} {
		var d *autodiscover.DecodeError
		if _, err := autodiscover.DecodeV2Answer([]byte(bad)); !errors.As(err, &d) {
			t.Errorf("%.10q: got %v", bad, err)
		}
	}
}
