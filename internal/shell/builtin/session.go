package builtin

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

const historyType = "Microsoft.PowerShell.Commands.HistoryInfo"

func sessionCommands() []*shell.Command {
	return []*shell.Command{
		{
			Name: "Get-History", Aliases: []string{"ghy", "h", "history"}, Module: core,
			Synopsis:   "Shows the lines typed before.",
			Parameters: []shell.Parameter{piped(at(0, "Id", "Int64[]", "numbers of lines")), at(1, "Count", "Int32", "how many")},
			Output:     properties("Id", "Int64", "CommandLine", "String"),
			Start:      shell.Each(getHistory),
		},
		{
			Name: "Invoke-History", Aliases: []string{"ihy", "r"}, Module: core,
			Synopsis:   "Runs a line typed before once more.",
			Parameters: []shell.Parameter{byProperty(at(0, "Id", "String", "its number or its beginning"))},
			Start:      shell.Each(invokeHistory),
		},
		{
			Name: "Clear-Host", Aliases: []string{"clear", "cls"}, Kind: shell.Function,
			Synopsis: "Clears the screen.",
			Start: shell.Each(func(_ context.Context, in *shell.Invocation) error {
				in.Session().Host().Write(shell.Output, "\x1b[H\x1b[2J\x1b[3J")
				return nil
			}),
		},
		{
			Name: "Start-Sleep", Aliases: []string{"sleep"}, Module: utility,
			Synopsis: "Waits.",
			Sets:     []string{"Seconds", "Milliseconds"}, DefaultSet: "Seconds",
			Parameters: []shell.Parameter{
				required(within(byProperty(piped(at(0, "Seconds", "Int32", "how long"))), "Seconds")),
				required(within(byProperty(named("Milliseconds", "Int32", "how long")), "Milliseconds")),
			},
			Start: shell.Each(sleep),
		},
		{
			Name: "Invoke-Expression", Aliases: []string{"iex"}, Module: utility,
			Synopsis:   "Runs a text as a command.",
			Parameters: []shell.Parameter{required(piped(at(0, "Command", "String", "the text")))},
			Start: shell.Each(func(ctx context.Context, in *shell.Invocation) error {
				return execute(ctx, in, in.String("Command"))
			}),
		},
		{
			Name: "Get-Host", Module: utility,
			Synopsis: "Shows which program this is.",
			Output:   properties("Name", "String", "Version", "Version", "CurrentCulture", "CultureInfo"),
			Start:    shell.Each(getHost),
		},
		{
			Name: "Get-Culture", Module: utility,
			Synopsis: "Shows the culture that dates and numbers are written in.",
			Output:   properties("LCID", "Int32", "Name", "String", "DisplayName", "String"),
			Start:    shell.Each(func(_ context.Context, in *shell.Invocation) error { return in.Emit(culture()) }),
		},
	}
}

func getHistory(_ context.Context, in *shell.Invocation) error {
	lines := in.Session().History()
	first := 0
	if in.Has("Count") {
		first = max(0, len(lines)-in.Int("Count"))
	}
	ids := map[string]bool{}
	for _, id := range in.Strings("Id") {
		ids[id] = true
	}
	for i, line := range lines[first:] {
		id := int64(first + i + 1)
		if len(ids) > 0 && !ids[object.Text(id)] {
			continue
		}
		if err := in.Emit(shell.ObjectOf(historyType,
			object.Property{Name: "Id", Type: "Int64", Value: id},
			object.Property{Name: "CommandLine", Type: "String", Value: line})); err != nil {
			return err
		}
	}
	return nil
}

func invokeHistory(ctx context.Context, in *shell.Invocation) error {
	lines := in.Session().History()
	wanted := in.String("Id")
	for i := len(lines) - 1; i >= 0; i-- {
		line := lines[i]
		// The last line is the one that calls this command.
		again := i == len(lines)-1 || strings.HasPrefix(strings.ToLower(line), "invoke-history")
		if object.Text(int64(i+1)) == wanted || !again && (wanted == "" || strings.HasPrefix(strings.ToLower(line), strings.ToLower(wanted))) {
			in.Show(line, true)
			return execute(ctx, in, line)
		}
	}
	return fault(in, "InvokeHistoryNoHistoryForId", "ObjectNotFound", "ArgumentException", "Cannot locate the history for Id %s.", wanted)
}

// execute runs a text. A mistake in it is an error of the command, which shows
// where in the text it is.
func execute(ctx context.Context, in *shell.Invocation, text string) error {
	err := in.Session().Execute(ctx, text, in.Emit)
	var e *object.ErrorRecord
	if !errors.As(err, &e) || e.Category != "ParserError" || e.Command != "" {
		return err
	}
	return fault(in, e.ID, "ParserError", "ParseException", "At line:%d char:%d\n+ %s\n+ %s%s\n%s", e.Line, e.Column, e.SourceLine,
		strings.Repeat(" ", max(0, e.Column-1)), strings.Repeat("~", max(1, e.Length)), e.Message)
}

func sleep(ctx context.Context, in *shell.Invocation) error {
	d := time.Duration(in.Int("Seconds"))*time.Second + time.Duration(in.Int("Milliseconds"))*time.Millisecond
	if d < 0 {
		return fault(in, "ParameterArgumentValidationError", "InvalidData", "ParameterBindingValidationException",
			"Cannot validate argument on parameter 'Seconds'. The %d argument is less than the minimum allowed range of 0.", in.Int("Seconds"))
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func getHost(_ context.Context, in *shell.Invocation) error {
	version, _ := in.Session().Variable("PSVersionTable")
	number, _ := object.Get(version, "PSVersion")
	o := shell.ObjectOf("System.Management.Automation.Internal.Host.InternalHost",
		object.Property{Name: "Name", Type: "String", Value: "ConsoleHost"},
		object.Property{Name: "Version", Type: "Version", Value: number},
		object.Property{Name: "CurrentCulture", Type: "CultureInfo", Value: culture()},
		object.Property{Name: "CurrentUICulture", Type: "CultureInfo", Value: culture()},
		object.Property{Name: "IsRunspacePushed", Type: "Boolean", Value: false})
	return in.Emit(o)
}

func culture() *object.Object {
	o := shell.ObjectOf("System.Globalization.CultureInfo",
		object.Property{Name: "LCID", Type: "Int32", Value: int32(1033)},
		object.Property{Name: "Name", Type: "String", Value: "en-US"},
		object.Property{Name: "DisplayName", Type: "String", Value: "English (United States)"})
	o.Text = "en-US"
	return o
}
