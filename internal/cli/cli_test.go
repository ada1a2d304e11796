package cli

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/matchseal/matchseal/wirevectors"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"matchseal": func() {
			os.Exit(Run(context.Background(), IO{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Args: os.Args[1:], Env: os.LookupEnv}))
		},
	})
}

// The command line as a user types it; testdata/script holds the sessions.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			set, err := wirevectors.LoadTokens()
			if err != nil {
				return err
			}
			for _, name := range []string{"ok_act_as_sid", "ok_app_only", "form_four_segments"} {
				for _, c := range set.Tokens {
					if c.Name != name {
						continue
					}
					if err := os.WriteFile(filepath.Join(e.WorkDir, name+".txt"), []byte("Authorization: Bearer "+c.Token+"\n"), 0o600); err != nil {
						return err
					}
				}
			}
			for _, name := range []string{"sfb.json", "exchange.1-steady.json", "bad-html.json", "bad-issuer-not-guid.json", "bad-expired-key-only.json"} {
				data, err := wirevectors.File("synthetic/metadata/" + name)
				if err != nil {
					return err
				}
				if err := os.WriteFile(filepath.Join(e.WorkDir, name), data, 0o600); err != nil {
					return err
				}
			}
			return nil
		},
	})
}
