package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/lab"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/internal/problem"
)

// connection says which node a management command speaks to, and as whom.
type connection struct {
	dir, url, socket, as, ca string
}

// flags adds what every management command takes.
func (c *connection) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.dir, "dir", lab.DefaultDir, "directory of a running lab")
	cmd.Flags().StringVar(&c.url, "node", "", "management address of a node elsewhere, https://host:port")
	cmd.Flags().StringVar(&c.socket, "socket", "", "management socket file of a node on this machine (management.socket in its file)")
	cmd.Flags().StringVar(&c.as, "as", "administrator", "operator to log on as")
	cmd.Flags().StringVar(&c.ca, "ca", "", "file with the certificate authority of --node, if the system does not know it")
}

// Variables that hold passwords, so that scripts need not type them.
const (
	passwordVariable    = "MATCHSEAL_PASSWORD"
	newPasswordVariable = "MATCHSEAL_NEW_PASSWORD"
)

// dial logs on to the node that runs the role. Over a socket file, a lab's or
// --socket, no password is needed; for --node it comes from MATCHSEAL_PASSWORD
// or standard input. The session ends with the program.
func (a *app) dial(ctx context.Context, c connection, role string) (*adminapi.Client, error) {
	client, err := c.client(role)
	if err != nil {
		return nil, err
	}
	password := ""
	if c.remote() {
		if password, err = a.secret("Password of "+c.as, passwordVariable); err != nil {
			return nil, err
		}
	}
	if _, err := client.LogOn(ctx, c.as, password); err != nil {
		return nil, err
	}
	a.opened = append(a.opened, client)
	return client, nil
}

func (c connection) remote() bool { return c.url != "" }

// client is a client of the node that has not logged on.
func (c connection) client(role string) (*adminapi.Client, error) {
	switch {
	case c.url != "" && c.socket != "":
		return nil, usageError{errors.New("give --node or --socket, not both")}
	case c.url != "":
		h, err := remote(c)
		if err != nil {
			return nil, err
		}
		return adminapi.NewClient(c.url, h), nil
	case c.socket != "":
		return adminapi.NewClient("http://"+role, outbound.Socket(c.socket)), nil
	}
	socket, err := lab.Socket(c.dir, role)
	if err != nil {
		return nil, err
	}
	return adminapi.NewClient("http://"+role, outbound.Socket(socket)), nil
}

// logOffTime is how long the program's end waits for nodes.
const logOffTime = 2 * time.Second

// logOff ends the sessions of this run. One that cannot be ended now ends by
// itself, so that a failure is nobody's business.
func (a *app) logOff(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), logOffTime)
	defer cancel()
	for _, client := range a.opened {
		_ = client.LogOff(ctx)
	}
}

// secret takes a password from the first of the variables that is set, or asks
// for it.
func (a *app) secret(what string, variables ...string) (string, error) {
	for _, v := range variables {
		if password, ok := a.Env(v); ok {
			return password, nil
		}
	}
	fmt.Fprintf(a.Err, "%s: ", what)
	line, err := readLine(a.In)
	if err != nil && line == "" {
		return "", problem.New(problem.ManageLogOn, "no password given; set %s or type it", strings.Join(variables, " or "))
	}
	return line, nil
}

// longestLine bounds what is typed at a prompt.
const longestLine = 4096

// readLine reads one line and nothing of what follows it, which is somebody
// else's: the next prompt's, or a script on standard input.
func readLine(in io.Reader) (string, error) {
	var line []byte
	next := make([]byte, 1)
	for len(line) < longestLine {
		n, err := in.Read(next)
		switch {
		case n == 1 && next[0] == '\n':
			return strings.TrimSuffix(string(line), "\r"), nil
		case n == 1:
			line = append(line, next[0])
		}
		if err != nil {
			return string(line), err
		}
	}
	return string(line), nil
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
