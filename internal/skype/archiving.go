package skype

import (
	"context"
	"fmt"
	"strings"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/settings"
)

// ArchivingConfiguration is the role's archiving settings. They are kept and
// shown; the Storage Service writes conversations into mailboxes whatever they
// say.
type ArchivingConfiguration struct {
	EnableArchiving           string // None, ImOnly, ImAndWebConf
	EnablePurging             bool
	PurgeExportedArchivesOnly bool
	BlockOnArchiveFailure     bool
	KeepArchivingDataForDays  int
	PurgeHourOfDay            int
	ArchiveDuplicateMessages  bool
	CachePurgingInterval      int // hours
	EnableExchangeArchiving   bool
}

func archivingKind() settings.Kind[ArchivingConfiguration] {
	return settings.Kind[ArchivingConfiguration]{Name: "skype/archiving-configuration"}
}

// defaultArchiving is what the product has while nobody has changed anything.
func defaultArchiving() ArchivingConfiguration {
	return ArchivingConfiguration{EnableArchiving: "None", KeepArchivingDataForDays: 14, PurgeHourOfDay: 2, ArchiveDuplicateMessages: true, CachePurgingInterval: 24}
}

// ArchivingConfiguration gives the settings in force.
func (r *Role) ArchivingConfiguration(ctx context.Context) (ArchivingConfiguration, error) {
	c, there, err := settings.Get(ctx, r.cfg.Settings, archivingKind(), global)
	if err != nil {
		return c, fmt.Errorf("reading the archiving configuration: %w", err)
	}
	if !there {
		c = defaultArchiving()
	}
	return c, nil
}

// SetArchivingConfiguration changes the settings. Values outside of what the
// product takes are manage.parameter.
func (r *Role) SetArchivingConfiguration(ctx context.Context, by string, change func(*ArchivingConfiguration)) error {
	return settings.Update(ctx, r.cfg.Settings, by, archivingKind(), global, func(c ArchivingConfiguration, there bool) (ArchivingConfiguration, error) {
		if !there {
			c = defaultArchiving()
		}
		change(&c)
		return c.canonical()
	})
}

func (c ArchivingConfiguration) canonical() (ArchivingConfiguration, error) {
	known := false
	for _, v := range []string{"None", "ImOnly", "ImAndWebConf"} {
		if strings.EqualFold(c.EnableArchiving, v) {
			c.EnableArchiving, known = v, true
		}
	}
	if !known {
		return c, problem.New(problem.ManageParameter, "EnableArchiving is None, ImOnly or ImAndWebConf, not %q", c.EnableArchiving)
	}
	for _, limit := range []struct {
		name            string
		value, min, max int
	}{
		{"KeepArchivingDataForDays", c.KeepArchivingDataForDays, 1, 2562},
		{"PurgeHourOfDay", c.PurgeHourOfDay, 0, 23},
		{"CachePurgingInterval", c.CachePurgingInterval, 4, 168},
	} {
		if limit.value < limit.min || limit.value > limit.max {
			return c, problem.New(problem.ManageParameter, "%s is a number from %d to %d, not %d", limit.name, limit.min, limit.max, limit.value)
		}
	}
	return c, nil
}
