package cmdlet

import (
	"context"
	"strconv"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// csArchiving are the commands about archiving settings.
type csArchiving struct{ c *Connection }

func csarchiving(c *Connection) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		a := csArchiving{c}
		return commands("csarchiving", skypeModule, actions{
			"Get-CsArchivingConfiguration": {Class: csClass + "GetArchivingConfigurationCmdlet", Run: a.get},
			"Set-CsArchivingConfiguration": {Class: csClass + "SetArchivingConfigurationCmdlet", Run: a.set},
		})
	}
}

func (a csArchiving) get(ctx context.Context, in *shell.Invocation) error {
	found, err := do(ctx, a.c, adminapi.GetCsArchivingConfiguration, adminapi.Identity{Identity: csIdentity(in)})
	if err != nil {
		return err
	}
	for _, v := range found {
		o := objectOf(in.Command(), "Microsoft.Rtc.Management.WritableConfig.Settings.Archiving.ArchivingSettings", []object.Property{
			{Name: "Identity", Value: v.Identity},
			{Name: "EnableArchiving", Value: enum("EnableArchiving", v.EnableArchiving)},
			{Name: "EnablePurging", Value: v.EnablePurging},
			{Name: "PurgeExportedArchivesOnly", Value: v.PurgeExportedArchivesOnly},
			{Name: "BlockOnArchiveFailure", Value: v.BlockOnArchiveFailure},
			{Name: "KeepArchivingDataForDays", Value: int64(v.KeepArchivingDataForDays)},
			{Name: "PurgeHourOfDay", Value: int64(v.PurgeHourOfDay)},
			{Name: "ArchiveDuplicateMessages", Value: v.ArchiveDuplicateMessages},
			{Name: "CachePurgingInterval", Value: int64(v.CachePurgingInterval)},
			{Name: "EnableExchangeArchiving", Value: v.EnableExchangeArchiving},
		})
		o.Text = v.Identity
		if err := in.Emit(o); err != nil {
			return err
		}
	}
	return nil
}

// set changes single settings, or all of them to those of a whole object as Get
// gave it.
func (a csArchiving) set(ctx context.Context, in *shell.Invocation) error {
	given := func(name string) (object.Value, bool) { return in.Value(name), in.Has(name) }
	if whole := in.Value("Instance"); whole != nil {
		given = func(name string) (object.Value, bool) { return object.Get(whole, name) }
	}
	req, err := archivingSettings(given)
	if err != nil {
		return err
	}
	target := req.Identity
	if target == "" {
		target = "Global"
	}
	if ok, err := confirmed(in, target); err != nil || !ok {
		return err
	}
	return change(ctx, in, a.c, adminapi.SetCsArchivingConfiguration, req, nil)
}

func archivingSettings(given func(string) (object.Value, bool)) (adminapi.ArchivingSettings, error) {
	var wrong error
	truth := func(name string) *bool {
		v, ok := given(name)
		if !ok {
			return nil
		}
		b := object.Truth(v)
		return &b
	}
	number := func(name string) *int {
		v, ok := given(name)
		if !ok {
			return nil
		}
		n, err := strconv.Atoi(object.Text(v))
		if err != nil {
			wrong = problem.New(problem.ManageParameter, "%s is a number, not %q", name, object.Text(v))
		}
		return &n
	}
	req := adminapi.ArchivingSettings{
		EnablePurging: truth("EnablePurging"), PurgeExportedArchivesOnly: truth("PurgeExportedArchivesOnly"),
		BlockOnArchiveFailure: truth("BlockOnArchiveFailure"), ArchiveDuplicateMessages: truth("ArchiveDuplicateMessages"),
		EnableExchangeArchiving: truth("EnableExchangeArchiving"), KeepArchivingDataForDays: number("KeepArchivingDataForDays"),
		PurgeHourOfDay: number("PurgeHourOfDay"), CachePurgingInterval: number("CachePurgingInterval"),
	}
	if v, ok := given("Identity"); ok {
		req.Identity = object.Text(v)
	}
	if v, ok := given("EnableArchiving"); ok {
		text := object.Text(v)
		req.EnableArchiving = &text
	}
	return req, wrong
}
