package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/matchseal/matchseal/internal/lab"
)

func (a *app) lab() *cobra.Command {
	opt := lab.Options{Out: a.Out, Now: time.Now, Version: Version}
	cmd := &cobra.Command{
		Use:   "lab",
		Short: "Bring up a whole deployment on this machine, pair it and prove it",
		Long: `Brings up, on this machine's loopback addresses, a certificate authority, a DNS
server, a directory with a few users, an Exchange server and a Skype for Business
server that have never met, and a cloud directory; pairs the two as an administrator would, printing
each step as the command line that does it; proves the path in both directions;
and stores some conversations. It stays up until Ctrl-C and comes back as it was.

Where port 443 may be bound, URLs work without a port as in the products'
documents; otherwise other ports are used and the nodes find them by themselves.`,
		Example: "  matchseal lab\n  matchseal lab --once\n  matchseal lab --unpaired --dir /tmp/lab2 --domain contoso.test\n  matchseal lab --domain jdskype.net --alias skype=fe.jdskype.net",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if opt.Once && opt.Unpaired {
				return usageError{errors.New("--once is for the test, and the test needs the pairing: leave one of --once and --unpaired out")}
			}
			exe, err := os.Executable()
			if err != nil {
				return err
			}
			opt.Executable, opt.Command = exe, commandName(exe)
			return lab.Run(cmd.Context(), opt)
		},
	}
	f := cmd.Flags()
	f.StringVar(&opt.Dir, "dir", lab.DefaultDir, "where the lab keeps its files")
	f.StringVar(&opt.Domain, "domain", "", "mail and SIP domain (default litware.test, or that of the lab in --dir)")
	f.StringArrayVar(&opt.Aliases, "alias", nil, "further name of a server, exchange=NAME, skype=NAME or sts=NAME; may be repeated, and is kept")
	f.StringVar(&opt.Site, "site", "", "site of the Skype server (default Lab, or that of the lab in --dir)")
	f.BoolVar(&opt.Once, "once", false, "stop after the test; the exit status is 0 only when it passed")
	f.BoolVar(&opt.Unpaired, "unpaired", false, "bring both servers up and leave the pairing to you")
	f.BoolVar(&opt.Processes, "processes", false, "run each server in a process of its own")
	return cmd
}

// commandName is how the hints call the program: as it was started.
func commandName(exe string) string {
	if strings.Contains(exe, "go-build") {
		return "go run ./cmd/matchseal"
	}
	if rel, err := filepath.Rel(".", os.Args[0]); err == nil && filepath.Base(os.Args[0]) != os.Args[0] && !strings.HasPrefix(rel, "..") {
		return "./" + rel
	}
	return filepath.Base(os.Args[0])
}
