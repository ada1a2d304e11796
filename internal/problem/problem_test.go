package problem

import (
	"errors"
	"fmt"
	"testing"
)

func TestFailureWords(t *testing.T) {
	below := errors.New("what lay below")
	for _, tt := range []struct {
		err  error
		want string
	}{
		{New(LabNone, "no lab in %s", "here"), "no lab in here"},
		{New(LabNone, ""), "there is no lab"},
		{&Failure{Code: LabNone, Err: below}, "there is no lab: what lay below"},
		{Wrap(below, LabNone, "looking"), "looking: what lay below"},
		{New("no.such-code", ""), "unexpected failure"},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("%#v says %q, want %q", tt.err, got, tt.want)
		}
	}
	if Wrap(nil, LabNone, "x") != nil {
		t.Error("Wrap made an error of nothing")
	}
}

func TestOfFindsTheOutermost(t *testing.T) {
	inner := New(NetRefused, "inner")
	outer := fmt.Errorf("calling: %w", Wrap(fmt.Errorf("sending: %w", inner), StorageEWS, "outer"))
	if got := CodeOf(outer); got != StorageEWS {
		t.Errorf("the code is %s", got)
	}
	foreign := errors.New("foreign")
	if f := Of(foreign); f.Code != Internal || !errors.Is(f, foreign) || f.Entry().EWS == "" {
		t.Errorf("a foreign error became %+v", f)
	}
	if Of(nil) != nil || CodeOf(nil) != "" {
		t.Error("nothing has a code")
	}
}

func TestIsLooksEverywhere(t *testing.T) {
	inner := New(NetRefused, "inner")
	for name, err := range map[string]error{
		"itself":  inner,
		"wrapped": fmt.Errorf("calling: %w", inner),
		"below":   Wrap(fmt.Errorf("sending: %w", inner), StorageEWS, "outer"),
		"joined":  errors.Join(New(StoreBusy, ""), fmt.Errorf("calling: %w", inner)),
		"two":     fmt.Errorf("%w, and then %w", New(StoreBusy, ""), inner),
	} {
		if !Is(err, NetRefused) {
			t.Errorf("%s: not found", name)
		}
		if Is(err, NetClosed) {
			t.Errorf("%s: found what is not there", name)
		}
	}
	if Is(nil, NetRefused) {
		t.Error("found in nothing")
	}
}

func TestLookupFillsDefaults(t *testing.T) {
	e, ok := Lookup(LabNone)
	if !ok || e.Severity != Error || e.Retry != Never || e.HTTPStatus != 500 {
		t.Errorf("got %+v, %t", e, ok)
	}
	if _, ok := Lookup("no.such-code"); ok {
		t.Error("found a row for a code that does not exist")
	}
	if all := All(); len(all) != len(byCode()) {
		t.Errorf("All has %d rows, Lookup %d", len(all), len(byCode()))
	}
}

func BenchmarkLookup(b *testing.B) {
	for b.Loop() {
		Lookup(StoreFull)
	}
}
