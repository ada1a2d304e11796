package cmdlet

import (
	"slices"
	"testing"

	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/renewal"
)

// Get-WinEvent -ListProvider names who writes into the log by the names that
// stand in it.
func TestProvidersAreTheSourcesOfEvents(t *testing.T) {
	for _, source := range []string{partner.EventSource, renewal.EventSource} {
		if !slices.Contains(providers(), provider{source, "Application"}) {
			t.Errorf("%s is not among %v", source, providers())
		}
	}
}
