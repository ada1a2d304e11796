package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// Version is what `matchseal version` prints; releases count up from here.
const Version = "0.1.0"

func (a *app) version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			revision := ""
			if info, ok := debug.ReadBuildInfo(); ok {
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						revision = s.Value
					}
				}
			}
			if a.wantsJSON() {
				return a.json(map[string]string{"version": Version, "revision": revision, "go": runtime.Version()})
			}
			fmt.Fprintf(a.Out, "matchseal %s (%s)\n", Version, runtime.Version())
			return nil
		},
	}
}
