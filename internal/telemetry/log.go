package telemetry

import (
	"context"
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// LogOptions of a logger.
type LogOptions struct {
	Format string       // "text" or "json"; empty means text
	Level  slog.Leveler // nil means Info
}

// NewLogger returns a logger that writes to w, hides secrets (see Mask; values
// of attributes with names such as password or authorization are hidden
// whatever they are), and adds the request id of the context as "request".
func NewLogger(w io.Writer, o LogOptions) *slog.Logger {
	options := &slog.HandlerOptions{Level: o.Level, ReplaceAttr: redact}
	var handler slog.Handler
	if o.Format == "json" {
		handler = slog.NewJSONHandler(w, options)
	} else {
		handler = slog.NewTextHandler(w, options)
	}
	return slog.New(requestHandler{handler})
}

// ParseLevel reads debug, info, warn or error, in any case.
func ParseLevel(s string) (slog.Level, error) {
	for _, l := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		if strings.EqualFold(l.String(), s) {
			return l, nil
		}
	}
	return 0, fmt.Errorf("%q is no log level: use debug, info, warn or error", s)
}

// requestHandler adds the request id to each record that has one.
type requestHandler struct{ slog.Handler }

func (h requestHandler) Handle(ctx context.Context, r slog.Record) error {
	if id := RequestID(ctx); id != "" {
		r = r.Clone() // a record shares its attributes with other handlers
		r.AddAttrs(slog.String("request", id))
	}
	return h.Handler.Handle(ctx, r)
}

func (h requestHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return requestHandler{h.Handler.WithAttrs(attrs)}
}

func (h requestHandler) WithGroup(name string) slog.Handler {
	return requestHandler{h.Handler.WithGroup(name)}
}

// redact hides the secrets of one attribute.
func redact(groups []string, a slog.Attr) slog.Attr {
	switch {
	case isSecretName(a.Key):
		a.Value = slog.StringValue(hidden)
	case a.Value.Kind() == slog.KindString:
		a.Value = slog.StringValue(Mask(a.Value.String()))
	case a.Value.Kind() == slog.KindAny && !(len(groups) == 0 && a.Key == slog.LevelKey):
		a.Value = slog.AnyValue(redactAny(a.Value.Any()))
	}
	return a
}

// redactAny gives a value of any type a form without secrets: text for what
// has a text of its own, else the value as JSON sees it, with the fields of
// secret names hidden.
func redactAny(v any) (safe any) {
	defer func() {
		// As slog does, so that a nil pointer in a log line ends nothing.
		if crash := recover(); crash != nil {
			safe = fmt.Sprintf("!PANIC: %v", crash)
		}
	}()
	switch v := v.(type) {
	case nil:
		return nil
	case error:
		return Mask(v.Error())
	case []byte:
		return Mask(string(v))
	case fmt.Stringer:
		return Mask(v.String())
	case encoding.TextMarshaler:
		text, err := v.MarshalText()
		if err != nil {
			return err.Error()
		}
		return Mask(string(text))
	}
	return redactTree(v)
}

func redactTree(v any) any {
	document, err := json.Marshal(v)
	if err != nil {
		return Mask(fmt.Sprintf("%+v", v))
	}
	var tree any
	if err := json.Unmarshal(document, &tree); err != nil {
		return Mask(string(document))
	}
	return walk(tree)
}

func walk(node any) any {
	switch node := node.(type) {
	case string:
		return Mask(node)
	case []any:
		for i := range node {
			node[i] = walk(node[i])
		}
	case map[string]any:
		for name := range node {
			if isSecretName(name) {
				node[name] = hidden
			} else {
				node[name] = walk(node[name])
			}
		}
	}
	return node
}
