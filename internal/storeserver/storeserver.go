// Package storeserver is the HTTPS face of the Storage Service: front ends
// and test rigs post conversations to it as JSON.
//
//	POST /storage/v1/conversations
//
// It answers 201 when the conversation is safe in the queue, 200 when a
// segment of that id was there already, and a problem document otherwise. The
// caller must be a directory account that may act for the communications
// server (a member of one of the Writers groups): whoever can store a
// conversation can make it appear in other people's mailboxes.
//
// It owns the JSON form. It does not own the queue (storagesvc) nor the check
// of passwords (access).
package storeserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/access"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/storagesvc"
)

// Path is where conversations are posted.
const Path = "/storage/v1/conversations"

// maxBody leaves room for JSON's escapes around the largest segment.
const maxBody = 8 << 20

// Writers are the directory groups whose members may store conversations.
func Writers() []string {
	return []string{"RTCComponentUniversalServices", "RTCUniversalServerAdmins", directory.RTCUniversalUserAdmins}
}

// Config is what the face needs.
type Config struct {
	Service *storagesvc.Service
	Groups  func(ctx context.Context, userID string) ([]string, error)
	Log     *slog.Logger
}

// New returns the handler; access.Door stands in front of it.
func New(cfg Config) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		stored, err := cfg.store(w, r)
		if err != nil {
			cfg.fail(w, r, err)
			return
		}
		status := http.StatusCreated
		if stored.Duplicate {
			status = http.StatusOK
		}
		write(w, status, map[string]any{"id": stored.ID, "mailboxes": stored.Mailboxes, "skipped": stored.Skipped, "duplicate": stored.Duplicate})
	})
}

func (cfg Config) store(w http.ResponseWriter, r *http.Request) (storagesvc.Stored, error) {
	caller, ok := access.CallerFrom(r.Context())
	if !ok || caller.Kind != access.Basic {
		return storagesvc.Stored{}, problem.New(problem.ManageDenied, "conversations are stored by directory accounts, not with tokens")
	}
	groups, err := cfg.Groups(r.Context(), caller.User.ID)
	if err != nil {
		return storagesvc.Stored{}, err
	}
	if !slices.ContainsFunc(groups, func(g string) bool {
		return slices.ContainsFunc(Writers(), func(w string) bool { return strings.EqualFold(g, w) })
	}) {
		return storagesvc.Stored{}, problem.New(problem.ManageDenied, "%s may not store conversations; members of %s may", caller.User.Name, strings.Join(Writers(), ", "))
	}
	c, err := Decode(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return storagesvc.Stored{}, err
	}
	return cfg.Service.Store(r.Context(), c)
}

// fail writes a problem document. The caller is an operator's program, so it
// learns the reason of what it did wrong, and a request id for the rest.
func (cfg Config) fail(w http.ResponseWriter, r *http.Request, err error) {
	f := problem.Of(err)
	e := f.Entry()
	body := map[string]any{"code": f.Code, "title": e.Title}
	if e.Public {
		body["detail"], body["remedy"] = err.Error(), e.Remedy
	} else {
		cfg.Log.Error("conversation not stored", "error", err, "request", w.Header().Get("request-id"))
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
	}
	write(w, e.HTTPStatus, body)
}

func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// Decode reads one conversation in its JSON form, with a sentence for every
// way in which it can be wrong.
func Decode(r interface{ Read([]byte) (int, error) }) (storagesvc.Conversation, error) {
	var c storagesvc.Conversation
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return c, explain(err)
	}
	if dec.More() {
		return c, problem.New(problem.StorageConversation, "there is something behind the conversation's closing brace; send one conversation at a time")
	}
	return c, nil
}

func explain(err error) error {
	var tooBig *http.MaxBytesError
	var wrongType *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &tooBig):
		return problem.New(problem.StorageConversation, "the conversation is larger than %d MB; store it as several segments", tooBig.Limit>>20)
	case errors.As(err, &wrongType):
		return problem.New(problem.StorageConversation, "%s must be %s, not a %s", wrongType.Field, wrongType.Type, wrongType.Value)
	case errors.As(err, &syntax):
		return problem.Wrap(err, problem.StorageConversation, "the conversation is not JSON (at byte %d; are there curly quotes in it?)", syntax.Offset)
	}
	return problem.Wrap(fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "json: ")), problem.StorageConversation, "reading the conversation")
}
