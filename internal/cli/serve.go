package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/matchseal/matchseal/internal/config"
	"github.com/matchseal/matchseal/internal/node"
	"github.com/matchseal/matchseal/internal/telemetry"
)

// masterKeyVariable may hold the master key instead of a file.
const masterKeyVariable = "MATCHSEAL_MASTER_KEY"

func (a *app) serve() *cobra.Command {
	var file string
	var set []string
	cmd := &cobra.Command{
		Use:   "serve --config FILE",
		Short: "Run server roles for real",
		Long: `Runs the server roles that a configuration file describes, until it is stopped
with Ctrl-C or SIGTERM: then running requests are finished, loops are stopped and
the databases are closed.

` + "`matchseal config describe`" + ` prints a commented file to start from.`,
		Example: "  matchseal serve --config /etc/matchseal/node.yaml\n  matchseal serve --config node.yaml --set log.level=debug",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.loadConfig(file, set)
			if err != nil {
				return err
			}
			level, err := telemetry.ParseLevel(cfg.Log.Level)
			if err != nil {
				return err
			}
			key, _ := a.Env(masterKeyVariable)
			log := telemetry.NewLogger(a.Err, telemetry.LogOptions{Format: cfg.Log.Format, Level: level})
			n, err := node.Open(cmd.Context(), cfg, node.Options{Now: time.Now, Log: log, MasterKey: key, Version: Version})
			if err != nil {
				return err
			}
			return n.Run(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&file, "config", "", "configuration file (required)")
	cmd.Flags().StringArrayVar(&set, "set", nil, "override one key, such as log.level=debug; may be repeated")
	return cmd
}

func (a *app) config() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Describe or check a configuration file"}
	cmd.AddCommand(&cobra.Command{
		Use:   "describe",
		Short: "Print a commented example file with every key",
		Args:  cobra.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return config.Describe(a.Out) },
	}, a.configTest())
	return cmd
}

func (a *app) configTest() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "test --config FILE",
		Short: "Check a file as `serve` would read it, and start nothing",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			cfg, err := a.loadConfig(file, nil)
			if err != nil {
				return err
			}
			if err := cfg.CheckFiles(); err != nil {
				return err
			}
			if err := node.CheckTrust(cfg.Trust); err != nil {
				return err
			}
			if a.wantsJSON() {
				return a.json(map[string]any{"node": cfg.Node, "data": cfg.Data, "roles": len(cfg.Roles)})
			}
			for _, r := range cfg.Roles {
				fmt.Fprintf(a.Out, "%s role %s (%s), listening on %s\n", r.Role, r.FQDN, strings.Join(r.Domains, ", "), strings.Join(r.Listen, ", "))
			}
			fmt.Fprintln(a.Out, "the file is fine")
			return nil
		},
	}
	cmd.Flags().StringVar(&file, "config", "", "configuration file (required)")
	return cmd
}

func (a *app) loadConfig(file string, set []string) (config.Config, error) {
	if file == "" {
		return config.Config{}, usageError{errors.New("--config names the configuration file")}
	}
	overrides := map[string]string{}
	for _, s := range set {
		key, value, ok := strings.Cut(s, "=")
		if !ok || key == "" {
			return config.Config{}, usageError{fmt.Errorf("--set takes key=value, not %q", s)}
		}
		overrides[key] = value
	}
	return config.Load(file, a.Env, overrides)
}
