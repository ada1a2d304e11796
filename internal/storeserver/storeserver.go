package storeserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
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

// maxBody has room for the largest segment with each of its bytes written as
// one of JSON's escapes.
const maxBody = 6*storagesvc.MaxText + 2<<20

// retryAfter is when a front end may try again that met a passing fault of
// ours, in seconds.
const retryAfter = "10"

// Writers are the directory groups whose members may store conversations.
func Writers() []string {
	return []string{"RTCComponentUniversalServices", "RTCUniversalServerAdmins", directory.RTCUniversalUserAdmins}
}

// Config is what the face needs.
type Config struct {
	Service *storagesvc.Service
	Groups  func(ctx context.Context, userID string) ([]string, error) // of a directory account
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
		write(w, status, "application/json", answer{
			ID: stored.ID, Mailboxes: orEmpty(stored.Mailboxes), Skipped: orEmpty(stored.Skipped), Duplicate: stored.Duplicate,
		})
	})
}

// answer says what became of a conversation.
type answer struct {
	ID        string          `json:"id"`
	Mailboxes []directory.SIP `json:"mailboxes"` // who gets an item
	Skipped   []directory.SIP `json:"skipped"`   // participants who are not users of this deployment
	Duplicate bool            `json:"duplicate"` // it was there already, and stays as it was
}

func orEmpty(s []directory.SIP) []directory.SIP { return append([]directory.SIP{}, s...) }

// store checks the request from the outside to the inside and hands the
// conversation on.
func (cfg Config) store(w http.ResponseWriter, r *http.Request) (storagesvc.Stored, error) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return storagesvc.Stored{}, problem.New(problem.StorageMethod, "conversations are sent with POST, not %s", r.Method)
	}
	if err := cfg.may(r.Context()); err != nil {
		return storagesvc.Stored{}, err
	}
	if err := checkMedia(r.Header); err != nil {
		return storagesvc.Stored{}, err
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return storagesvc.Stored{}, unread(err)
	}
	c, err := decode(body)
	if err != nil {
		return storagesvc.Stored{}, err
	}
	return cfg.Service.Store(r.Context(), c)
}

// may lets directory accounts pass that are in one of the Writers groups.
func (cfg Config) may(ctx context.Context) error {
	caller, ok := access.CallerFrom(ctx)
	if !ok || caller.Kind != access.Basic {
		return problem.New(problem.StorageNotWriter, "conversations are stored by directory accounts with a password, not with tokens")
	}
	groups, err := cfg.Groups(ctx, caller.User.ID)
	if err != nil {
		return fmt.Errorf("looking up the groups of %s: %w", caller.User.Name, err)
	}
	for _, g := range groups {
		if slices.ContainsFunc(Writers(), func(w string) bool { return strings.EqualFold(g, w) }) {
			return nil
		}
	}
	return problem.New(problem.StorageNotWriter, "%s is in none of the groups that may store conversations: %s", caller.User.Name, strings.Join(Writers(), ", "))
}

func checkMedia(h http.Header) error {
	sent := h.Get("Content-Type")
	if media, _, err := mime.ParseMediaType(sent); err != nil || media != "application/json" {
		return problem.New(problem.StorageMediaType, "the Content-Type is %q; send the conversation as application/json", sent)
	}
	if coding := h.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return problem.New(problem.StorageMediaType, "the Content-Encoding is %q; send the conversation without compression", coding)
	}
	return nil
}

func unread(err error) error {
	var tooBig *http.MaxBytesError
	if errors.As(err, &tooBig) {
		return problem.New(problem.StorageTooLarge, "the conversation is larger than %d MB; store it as several segments", tooBig.Limit>>20)
	}
	return problem.Wrap(err, problem.StorageConversation, "the conversation did not arrive as a whole")
}

// trouble is the problem document of a failure.
type trouble struct {
	Title  string       `json:"title"`
	Status int          `json:"status"`
	Detail string       `json:"detail,omitempty"`
	Code   problem.Code `json:"code"`
	Remedy string       `json:"remedy,omitempty"`
	// RequestID finds what happened in the node's log.
	RequestID string `json:"requestId,omitempty"`
}

// fail writes a problem document. The caller is an operator's program, so it
// learns the reason of what it did wrong, and a request id for the rest.
func (cfg Config) fail(w http.ResponseWriter, r *http.Request, err error) {
	e := problem.Of(err).Entry()
	caller, _ := access.CallerFrom(r.Context())
	doc := trouble{Title: e.Title, Status: e.HTTPStatus, Code: e.Code, RequestID: caller.RequestID}
	if e.Public {
		doc.Detail, doc.Remedy = err.Error(), e.Remedy
	} else {
		cfg.Log.Error("conversation not stored", "error", err, "code", e.Code, "account", caller.User.Name, "request", caller.RequestID)
	}
	if e.HTTPStatus == http.StatusServiceUnavailable && e.Retry != problem.Never {
		w.Header().Set("Retry-After", retryAfter)
	}
	write(w, e.HTTPStatus, "application/problem+json", doc)
}

func write(w http.ResponseWriter, status int, contentType string, v any) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client has gone: nobody is left to tell
}
