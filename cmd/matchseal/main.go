// Command matchseal plays, checks and teaches server-to-server OAuth between
// Exchange and Skype for Business. `matchseal help` lists what it does.
//
// This package owns nothing but the process: arguments in, exit code out.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/matchseal/matchseal/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(cli.Run(ctx, cli.IO{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Args: os.Args[1:], Env: os.LookupEnv}))
}
