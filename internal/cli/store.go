package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
)

func (a *app) store() *cobra.Command {
	var c connection
	cmd := &cobra.Command{
		Use:   "store FILE|DIR|- ...",
		Short: "Give conversations to the Storage Service",
		Long: `Gives conversations, one JSON document per file, to the Storage Service of the
skype role. When the command returns they are safe; they reach the mailboxes of
those who took part as soon as Exchange can be reached. A conversation with an
id that is stored already is left alone.`,
		Example: "  matchseal store examples/conversations\n  matchseal store status\n  matchseal store dead\n  matchseal store requeue",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.storeFiles(cmd.Context(), c, args)
		},
	}
	c.flags(cmd)
	cmd.AddCommand(a.storeStatus(), a.storeDead(), a.storeRequeue())
	return cmd
}

func (a *app) storeFiles(ctx context.Context, c connection, args []string) error {
	files := args
	if len(args) != 1 || args[0] != "-" {
		var err error
		if files, err = readFiles(args); err != nil {
			return err
		}
	}
	client, err := a.dial(ctx, c, "skype")
	if err != nil {
		return err
	}
	all, err := a.storeEach(ctx, client, files)
	if a.wantsJSON() {
		// After a failure too: what went in before it is in.
		if printed := a.json(all); err == nil {
			err = printed
		}
	}
	return err
}

// storeEach stores file after file until one fails, and returns what it
// stored.
func (a *app) storeEach(ctx context.Context, client *adminapi.Client, files []string) ([]adminapi.StoredConversation, error) {
	all := []adminapi.StoredConversation{}
	for _, file := range files {
		conversation, err := a.readConversation(file)
		if err != nil {
			return all, err
		}
		stored, err := adminapi.Do(ctx, client, adminapi.StoreConversation, conversation)
		if err != nil {
			return all, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, stored)
		if !a.wantsJSON() {
			a.printStored(stored)
		}
	}
	return all, nil
}

func (a *app) readConversation(file string) (adminapi.Conversation, error) {
	var c adminapi.Conversation
	in := a.In
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return c, err
		}
		defer f.Close()
		in = f
	}
	dec := json.NewDecoder(io.LimitReader(in, adminapi.MaxBody))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return c, problem.Wrap(err, problem.StorageConversation, "%s is not a conversation in JSON", file)
	}
	return c, nil
}

func (a *app) printStored(s adminapi.StoredConversation) {
	switch {
	case s.Duplicate:
		fmt.Fprintf(a.Out, "%s was stored already\n", s.ID)
	case len(s.Skipped) > 0:
		fmt.Fprintf(a.Out, "%s stored for %s (not users of ours: %s)\n", s.ID, strings.Join(s.Mailboxes, ", "), strings.Join(s.Skipped, ", "))
	default:
		fmt.Fprintf(a.Out, "%s stored for %s\n", s.ID, strings.Join(s.Mailboxes, ", "))
	}
}

func (a *app) storeStatus() *cobra.Command {
	var c connection
	var wait time.Duration
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Count conversations and deliveries",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := a.dial(cmd.Context(), c, "skype")
			if err != nil {
				return err
			}
			st, err := awaitDelivery(cmd.Context(), client, wait)
			if err != nil {
				return err
			}
			if a.wantsJSON() {
				return a.json(st)
			}
			fmt.Fprintf(a.Out, "conversations  %d\nwaiting        %d\nrunning        %d\nretrying       %d\ndelivered      %d\ndead           %d\n",
				st.Conversations, st.Waiting, st.Running, st.Retrying, st.Delivered, st.Dead)
			return nil
		},
	}
	c.flags(cmd)
	cmd.Flags().DurationVar(&wait, "wait", 0, "wait so long for everything to be delivered")
	return cmd
}

// awaitDelivery polls until nothing is on its way any more, or time is up.
func awaitDelivery(ctx context.Context, client *adminapi.Client, wait time.Duration) (adminapi.StorageStatus, error) {
	deadline := time.Now().Add(wait)
	for {
		st, err := adminapi.Do(ctx, client, adminapi.GetStorageStatus, adminapi.Empty{})
		if err != nil || st.Waiting+st.Running+st.Retrying == 0 || time.Now().After(deadline) {
			return st, err
		}
		select {
		case <-ctx.Done():
			return st, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (a *app) storeDead() *cobra.Command {
	var c connection
	cmd := &cobra.Command{
		Use:   "dead [ID]",
		Short: "List deliveries that were given up, with the reason",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := a.dial(cmd.Context(), c, "skype")
			if err != nil {
				return err
			}
			letters, err := adminapi.Do(cmd.Context(), client, adminapi.GetDeadLetters, identity(args))
			if err != nil || a.wantsJSON() {
				return orJSON(a, err, letters)
			}
			for _, l := range letters {
				fmt.Fprintf(a.Out, "%s  conversation %s for %s\n    %s after %d attempts: %s\n", l.ID, l.ConversationID, l.SIP, l.Code, l.Attempts, l.Detail)
			}
			if len(letters) == 0 {
				fmt.Fprintln(a.Err, "there are no dead letters")
			}
			return nil
		},
	}
	c.flags(cmd)
	return cmd
}

func (a *app) storeRequeue() *cobra.Command {
	var c connection
	cmd := &cobra.Command{
		Use:   "requeue [ID]",
		Short: "Try given-up deliveries again: all, or those of one id",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := a.dial(cmd.Context(), c, "skype")
			if err != nil {
				return err
			}
			done, err := adminapi.Do(cmd.Context(), client, adminapi.RequeueDeadLetters, identity(args))
			if err != nil || a.wantsJSON() {
				return orJSON(a, err, done)
			}
			fmt.Fprintf(a.Out, "%d requeued\n", done.Count)
			return nil
		},
	}
	c.flags(cmd)
	return cmd
}

func identity(args []string) adminapi.Identity {
	if len(args) == 0 {
		return adminapi.Identity{}
	}
	return adminapi.Identity{Identity: args[0]}
}

// orJSON prints v unless there was an error.
func orJSON(a *app, err error, v any) error {
	if err != nil {
		return err
	}
	return a.json(v)
}
