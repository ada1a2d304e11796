package shell_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

func TestPipelinesStream(t *testing.T) {
	f := start(t)
	most := 0
	seen := 0
	f.SetSink(func(object.Value) error {
		seen++
		most = max(most, f.calls.started-seen)
		return nil
	})
	f.run(t, "Get-Number 100000 | Where-Object { $true } | ForEach-Object { $_ + 1 }")
	if seen != 100000 || most != 0 {
		t.Errorf("%d objects came through; up to %d were held back", seen, most)
	}
}

func TestPipelinesNeedNoMemory(t *testing.T) {
	f := start(t)
	var before, after runtime.MemStats
	seen := 0
	f.SetSink(func(object.Value) error {
		if seen++; seen == 1000 {
			runtime.GC()
			runtime.ReadMemStats(&before)
		}
		if seen == 50000 {
			runtime.GC()
			runtime.ReadMemStats(&after)
		}
		return nil
	})
	f.run(t, "1..100000 | Where-Object { $_ -gt 0 } | ForEach-Object { $_ * 2 }")
	if seen != 100000 {
		t.Errorf("%d objects came through", seen)
	}
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 2<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
}

func TestSelectStopsWhatIsBeforeIt(t *testing.T) {
	f := start(t)
	f.run(t, "Get-Number 1000 | Where-Object { $_ % 2 } | Select-Object -First 2 | ForEach-Object { \"<$_>\" }; 'next'")
	if got := lines(f.host.text(shell.Output)); got != "<1>\n<3>\nnext" {
		t.Errorf("output %q, errors %q", got, f.host.text(shell.Errors))
	}
	if f.calls.started != 4 {
		t.Errorf("%d numbers were made", f.calls.started)
	}
	if diff := cmp.Diff([]string{"Select-Object"}, f.calls.ended); diff != "" {
		t.Errorf("what reached its end: %s", diff)
	}
}

func TestStopLeavesOuterPipelinesAlone(t *testing.T) {
	f := start(t)
	f.run(t, "1..2 | ForEach-Object { Get-Number 9 | Select-Object -First 1 }; function F { Get-Number 9; 'end' }; F | select -First 1")
	if got := lines(f.host.text(shell.Output)); got != "0\n0\n0" {
		t.Errorf("output %q, errors %q", got, f.host.text(shell.Errors))
	}
}

func TestBeginProcessEndInOrder(t *testing.T) {
	f := start(t)
	f.run(t, `function A { begin { 'ab' } process { "ap$_" } end { 'ae' } }
function B { begin { 'bb' } process { "b($_)" } end { 'be' } }
1 | A | B`)
	if got := lines(f.host.text(shell.Output)); got != "bb\nb(ab)\nb(ap1)\nb(ae)\nbe" {
		t.Errorf("got %q", got)
	}
}

func TestCancel(t *testing.T) {
	for _, text := range []string{
		"while ($true) { }",
		"for (;;) { $x = 1 }",
		"do { } while ($true)",
		"1..2000000000 | ForEach-Object { }",
		"Stop-Session; 'next'",
		"Stop-Session | ForEach-Object { 'next' }",
		"try { while ($true) { } } catch { 'caught' }",
	} {
		f := start(t)
		ctx, cancel := context.WithCancel(t.Context())
		f.calls.cancel = cancel
		if !strings.Contains(text, "Stop-Session") {
			n := 0
			ctx = budget{ctx, &n, 1000}
		}
		_, err := f.Run(ctx, text)
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", text, err)
		}
		if got := f.host.text(shell.Output); strings.Contains(got, "next") || strings.Contains(got, "caught") {
			t.Errorf("%s: output %q", text, got)
		}
	}
}

func TestCancelAtAQuestion(t *testing.T) {
	for _, text := range []string{"Set-Thing; 'next'", "Remove-Thing a; 'next'"} {
		f := start(t)
		f.host.answers = []string{"^C"}
		_, err := f.Run(t.Context(), text)
		if !errors.Is(err, context.Canceled) || f.host.text(shell.Output) != "" || len(f.Failed().Items) > 0 {
			t.Errorf("%s: error %v, output %q, %d errors", text, err, f.host.text(shell.Output), len(f.Failed().Items))
		}
	}
}

// That a command ran out of its own time is its failure, not the user's wish.
func TestADeadlineOfACommandIsAFailure(t *testing.T) {
	f := start(t)
	f.Add(&shell.Command{Name: "Late", Kind: shell.Cmdlet, Start: shell.Each(func(context.Context, *shell.Invocation) error {
		return fmt.Errorf("asking the server: %w", context.DeadlineExceeded)
	})})
	f.run(t, "Late; 'next'")
	if got := f.host.text(shell.Output); got != "next" || f.newest(t).Command != "Late" {
		t.Errorf("output %q, error %+v", got, f.newest(t))
	}
}

func TestAFailureOfTheOutputEndsTheText(t *testing.T) {
	f := start(t)
	full := errors.New("the disk is full")
	f.SetSink(func(object.Value) error { return full })
	_, err := f.Run(t.Context(), "try { Get-Number 3 | ForEach-Object { $_ } } catch { 'caught' }")
	if !errors.Is(err, full) || f.calls.started != 1 || len(f.Failed().Items) > 0 {
		t.Errorf("error %v, %d numbers, %d errors", err, f.calls.started, len(f.Failed().Items))
	}
}

// budget is a context that is cancelled after some looks at it: a clock that
// ticks with the evaluation.
type budget struct {
	context.Context
	looks *int
	limit int
}

func (b budget) Err() error {
	if *b.looks++; *b.looks > b.limit {
		return context.Canceled
	}
	return b.Context.Err()
}

// Whatever is typed, Run ends, and leaves a session that can be used.
func FuzzRun(f *testing.F) {
	for _, text := range []string{
		`Get-Number 3 | ? { $_ -gt 1 } | % { "$_" }`, `function F($a) { F $a }; F 1`, `$x = @{a=1}; $x.a += 2; $x`,
		`try { throw 1 } catch { $_ } finally { 2 }`, `switch -regex (1..3) { '2' { break } default { $_ } }`,
		`while ($true) { $l += 1 }`, `& { param($x) $x.Invoke() } { 1 }`, `1..9 | select -First 2 > x.txt; .\x.txt`,
		`New-Partner x -Auth u -Roles a,b -wi`, `"$(Get-Partner)" -replace 'a', 'b' -split ','`, `$a, $b = 1, 2; ($a)[0]; $b++`,
		`Remove-Thing a -Confirm`, `.\Configure-It.ps1 -AuthMetaDataUrlhttps://fe/m/1′ -ApplicationType Lync"`,
		`$s = 'x'; foreach ($i in 1..40) { $s += $s }`, `do { $i++ } until ($i -ge 3); exit $i`, `$Error | % { $_.Exception.Message }`,
		`Get-Partner | Use-Identity -Port { $_.PortNumber }`, `Set-Thing $null 2>&1 | % { $_ }`, `@(1,2)[5]; $null[0]; 1/0`,
		`$b = { $b.Invoke() }; & $b`, `1 | & { process { $_ } end { $input } }`, `[datetime]'1/2/2028' + 1`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 2000 {
			t.Skip("longer than what a minute's fuzzing can do anything with")
		}
		s := start(t, func(c *shell.Config) { c.Strict = false; c.Host.(*host).answers = slices.Repeat([]string{"Y"}, 20) })
		s.calls.cancel = func() {}
		n := 0
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second) // for steps that are long in themselves
		defer cancel()
		_, _ = s.Run(budget{ctx, &n, 2000}, text)
		s.Complete(t.Context(), text, len(text)/2)
		before := len(s.host.text(shell.Output))
		if ok, err := s.Run(t.Context(), "Get-Number 1"); err != nil || !ok {
			t.Errorf("afterwards: %v, %v", ok, err)
		}
		if len(s.host.text(shell.Output)) == before {
			t.Error("afterwards nothing is printed any more")
		}
	})
}

func BenchmarkPipeline(b *testing.B) {
	f := start(b)
	f.SetSink(func(object.Value) error { return nil })
	for b.Loop() {
		if _, err := f.Run(b.Context(), "Get-Number 10000 | Where-Object { $_ -gt 5 } | ForEach-Object { $_ }"); err != nil {
			b.Fatal(err)
		}
	}
}
