package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/matchseal/matchseal/internal/store"
)

const startTimeout = 60 * time.Second

// server is the PostgreSQL of this test binary, looked for at the first need.
// It is the one piece of state of the package: tests of one binary have no
// common place but this to share a cluster.
var server = sync.OnceValues(findServer)

// postgresServer is a server on which databases can be made.
type postgresServer struct {
	admin string    // address of its database "postgres"
	alive io.Closer // throw-away cluster: it runs as long as this is open
}

func findServer() (postgresServer, error) {
	if dsn := os.Getenv(envServer); dsn != "" {
		return postgresServer{admin: dsn}, nil
	}
	return startCluster()
}

// create makes an empty database and returns its address and what drops it.
func (s postgresServer) create(ctx context.Context) (dsn string, drop func(context.Context) error, err error) {
	name := "matchseal_" + strings.ToLower(rand.Text())
	// An order of text unlike that of bytes brings out statements that lean on
	// either. Servers built without ICU, or older than 15, use their own.
	err = s.exec(ctx, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C'")
	if err != nil {
		err = s.exec(ctx, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8'")
	}
	if err != nil {
		return "", nil, err
	}
	dsn, err = withDatabase(s.admin, name)
	drop = func(ctx context.Context) error {
		return s.exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	}
	return dsn, drop, err
}

func (s postgresServer) exec(ctx context.Context, statement string) error {
	db, err := store.Open(ctx, s.admin)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, statement)
	return errors.Join(err, db.Close())
}

// withDatabase returns the address of another database on the same server.
func withDatabase(dsn, name string) (string, error) {
	u, err := url.Parse(dsn)
	if err != nil || u.Scheme == "" {
		return "", fmt.Errorf("%s must have the form postgres://user@host/database", envServer)
	}
	u.Path = "/" + name
	return u.String(), nil
}

// superviseScript runs the server until its standard input ends, which happens
// when the test binary ends in whatever way, and then removes every trace.
const superviseScript = `
"$1" -D "$2/data" -k "$2" -h '' -F -c shared_buffers=16MB -c max_connections=60 -c synchronous_commit=off >"$2/log" 2>&1 &
server=$!
cat >/dev/null
kill -QUIT "$server" 2>/dev/null
wait "$server"
rm -rf "$2"
`

// startCluster makes a cluster in a temporary directory and starts its server,
// reachable only through a socket in that directory.
func startCluster() (_ postgresServer, err error) {
	bin, err := findPrograms()
	if err != nil {
		return postgresServer{}, err
	}
	account, err := serverAccount()
	if err != nil {
		return postgresServer{}, err
	}
	dir, err := os.MkdirTemp("", "matchseal-pg-")
	if err != nil {
		return postgresServer{}, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	if err := account.own(dir); err != nil {
		return postgresServer{}, err
	}
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"),
		"--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C")
	account.apply(initdb, dir)
	if out, err := initdb.CombinedOutput(); err != nil {
		return postgresServer{}, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	// No output of the server goes through this process: go test would wait
	// for it to end.
	supervise := exec.Command("/bin/sh", "-c", superviseScript, "supervise", filepath.Join(bin, "postgres"), dir)
	account.apply(supervise, dir)
	alive, err := supervise.StdinPipe()
	if err != nil {
		return postgresServer{}, err
	}
	if err := supervise.Start(); err != nil {
		return postgresServer{}, err
	}
	s := postgresServer{admin: "postgres://postgres@/postgres?host=" + url.QueryEscape(dir), alive: alive}
	if err := s.waitReady(startTimeout); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		_ = alive.Close()
		return postgresServer{}, errors.Join(fmt.Errorf("start PostgreSQL: %w\n%s", err, log), supervise.Wait())
	}
	return s, nil
}

func (s postgresServer) waitReady(limit time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	for {
		err := s.exec(ctx, "SELECT 1")
		if err == nil || ctx.Err() != nil {
			return err
		}
		time.Sleep(20 * time.Millisecond) // a starting server offers nothing to wait on
	}
}

// findPrograms returns the directory that holds initdb and postgres.
func findPrograms() (string, error) {
	var places []string
	if initdb, err := exec.LookPath("initdb"); err == nil {
		places = append(places, filepath.Dir(initdb))
	}
	packaged, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	places = append(places, packaged...)
	places = append(places, "/usr/local/bin", "/usr/local/pgsql/bin")
	for _, dir := range places {
		if isProgram(filepath.Join(dir, "initdb")) && isProgram(filepath.Join(dir, "postgres")) {
			return dir, nil
		}
	}
	return "", fmt.Errorf("initdb and postgres are not installed (looked in PATH and %s); set %s to use a running server",
		strings.Join(places, ", "), envServer)
}

func isProgram(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
