package cmdlet

import (
	"context"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
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

// changedList is what a list becomes by a parameter that replaces it, or by
// @{Add=…; Remove=…}, which changes the present one. It is nil when the
// parameter was not given.
func changedList(in *shell.Invocation, parameter string, present func() ([]string, error)) (*[]string, error) {
	h, ok := in.Value(parameter).(*object.Hash)
	if !ok {
		return listIf(in, parameter), nil
	}
	list, err := present()
	if err != nil {
		return nil, err
	}
	for i, key := range h.Keys {
		named := textsOf(h.Values[i])
		switch {
		case strings.EqualFold(object.Text(key), "Add"):
			list = append(without(list, named), named...)
		case strings.EqualFold(object.Text(key), "Remove"):
			list = without(list, named)
		default:
			return nil, problem.New(problem.ManageParameter, "a list is changed with @{Add=…; Remove=…}, and %s is neither", object.Text(key))
		}
	}
	return &list, nil
}

func textsOf(v object.Value) []string {
	var all []string
	for _, item := range object.Items(v) {
		all = append(all, object.Text(item))
	}
	return all
}

// without is a list less some entries, compared without case.
func without(list, gone []string) []string {
	left := []string{}
	for _, entry := range list {
		if !slices.ContainsFunc(gone, func(g string) bool { return strings.EqualFold(g, entry) }) {
			left = append(left, entry)
		}
	}
	return left
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
