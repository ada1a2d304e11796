package cmdlet

import (
	"context"
	"crypto/rand"
	"sync"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// Connection is a shell's log-on to one node. It is opened by the first
// command that needs it and kept: group memberships are those of that log-on
// (003-13).
type Connection struct {
	dial func(context.Context) (*adminapi.Client, error)
	// runspace is the id that every object of this shell carries.
	runspace object.GUID

	mu     sync.Mutex
	client *adminapi.Client
}

// NewConnection makes a connection that is opened with dial.
func NewConnection(dial func(context.Context) (*adminapi.Client, error)) *Connection {
	c := &Connection{dial: dial}
	rand.Read(c.runspace[:])
	c.runspace[6], c.runspace[8] = c.runspace[6]&0x0f|0x40, c.runspace[8]&0x3f|0x80
	return c
}

// Open logs on unless that is done.
func (c *Connection) Open(ctx context.Context) (*adminapi.Client, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.client == nil {
		client, err := c.dial(ctx)
		if err != nil {
			return nil, err
		}
		c.client = client
	}
	return c.client, nil
}

// Close logs off if somebody logged on.
func (c *Connection) Close(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.client == nil {
		return nil
	}
	client := c.client
	c.client = nil
	return client.LogOff(ctx)
}

// do makes a management call.
func do[Req, Resp any](ctx context.Context, c *Connection, call adminapi.Call[Req, Resp], req Req) (Resp, error) {
	client, err := c.Open(ctx)
	if err != nil {
		var none Resp
		return none, err
	}
	return adminapi.Do(ctx, client, call, req)
}

// change makes a management call that changes something, and passes its
// warnings on. When the node wants the change confirmed, the user is asked in
// the node's words; yes makes the call again with force set.
func change[Req any](ctx context.Context, in *shell.Invocation, c *Connection, call adminapi.Call[Req, adminapi.Changed], req Req, force func(*Req)) error {
	changed, err := do(ctx, c, call, req)
	if fault, ok := adminapi.AsFault(err); ok && fault.Question != "" && force != nil {
		yes, asked := in.ShouldContinue("Confirm", fault.Question)
		if asked != nil || !yes {
			return asked
		}
		force(&req)
		changed, err = do(ctx, c, call, req)
	}
	for _, w := range changed.Warnings {
		in.Warn(w)
	}
	return err
}
