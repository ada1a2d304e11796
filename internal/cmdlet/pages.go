package cmdlet

import (
	"context"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// eachOf makes a Get call page by page and gives each entry to emit, so that a
// list of any length flows through the pipeline.
func eachOf[T any](ctx context.Context, c *Connection, call adminapi.Call[adminapi.Identity, []T], identity string, name func(T) string, emit func(T) error) error {
	client, err := c.Open(ctx)
	if err != nil {
		return err
	}
	for entry, err := range adminapi.Pages(ctx, client, call, identity, name) {
		if err != nil {
			return err
		}
		if err := emit(entry); err != nil {
			return err
		}
	}
	return nil
}

// confirmed is ShouldProcess for a command with -Force, which answers yes.
func confirmed(in *shell.Invocation, target string, lines ...string) (bool, error) {
	preference, _ := in.Session().Variable("WhatIfPreference")
	whatIf := in.Bool("WhatIf") || !in.Has("WhatIf") && object.Truth(preference)
	if in.Bool("Force") && !whatIf && !in.Has("Confirm") {
		return true, nil
	}
	return in.ShouldProcess(target, lines...)
}

// listIf is nil when the parameter was not given; null and @() give an empty
// list.
func listIf(in *shell.Invocation, parameter string) *[]string {
	texts := in.Strings(parameter)
	if texts == nil {
		return nil
	}
	return &texts
}

// onlyRefreshes says that a Set command with -RefreshAuthMetadata is to change
// nothing else.
func onlyRefreshes(in *shell.Invocation) bool {
	for _, p := range in.Command().Parameters {
		if p.Name != "Identity" && p.Name != "RefreshAuthMetadata" && !p.Ignored && in.Has(p.Name) {
			return false
		}
	}
	return true
}
