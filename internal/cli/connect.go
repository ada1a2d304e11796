package cli

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/lab"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/problem"
)

// connection says which node a management command speaks to, and as whom.
type connection struct {
	dir, url, as, ca string
}

// flags adds what every management command takes.
func (c *connection) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.dir, "dir", lab.DefaultDir, "directory of a running lab")
	cmd.Flags().StringVar(&c.url, "node", "", "management address of a node elsewhere, https://host:port")
	cmd.Flags().StringVar(&c.as, "as", "administrator", "operator to log on as")
	cmd.Flags().StringVar(&c.ca, "ca", "", "file with the certificate authority of --node, if the system does not know it")
}

// dial logs on to the node that runs the role. Over a lab's socket file no
// password is needed; for --node it comes from MATCHSEAL_PASSWORD or standard
// input.
func (a *app) dial(ctx context.Context, c connection, role string) (*adminapi.Client, error) {
	if c.url == "" {
		socket, err := lab.Socket(c.dir, role)
		if err != nil {
			return nil, err
		}
		client := adminapi.NewClient("http://"+role, outbound.Socket(socket))
		_, err = client.LogOn(ctx, c.as, "")
		return client, err
	}
	h, err := remote(c)
	if err != nil {
		return nil, err
	}
	password, ok := a.Env("MATCHSEAL_PASSWORD")
	if !ok {
		fmt.Fprintf(a.Err, "Password of %s: ", c.as)
		line, err := bufio.NewReader(a.In).ReadString('\n')
		if err != nil && line == "" {
			return nil, problem.New(problem.ManageLogOn, "no password given; set MATCHSEAL_PASSWORD or type it")
		}
		password = strings.TrimRight(line, "\r\n")
	}
	client := adminapi.NewClient(c.url, h)
	_, err = client.LogOn(ctx, c.as, password)
	return client, err
}

func remote(c connection) (*http.Client, error) {
	if !strings.HasPrefix(c.url, "https://") {
		return nil, usageError{fmt.Errorf("--node takes an https address, not %q: a password is never sent without TLS", c.url)}
	}
	var files []string
	if c.ca != "" {
		files = append(files, c.ca)
	}
	roots, err := certs.LoadPool(true, files...)
	if err != nil {
		return nil, err
	}
	return outbound.New(outbound.Options{Roots: roots, AllowLoopback: true}).HTTP(), nil
}

// readFiles expands names and directories into the JSON files they mean.
func readFiles(names []string) ([]string, error) {
	var files []string
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			files = append(files, name)
			continue
		}
		found, err := filepath.Glob(filepath.Join(name, "*.json"))
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("there are no .json files in %s", name)
		}
		files = append(files, found...)
	}
	return files, nil
}
