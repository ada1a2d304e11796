package cmdlet

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// records is Get-WinEvent.
func (e eventLog) records(ctx context.Context, in *shell.Invocation) error {
	switch {
	case in.Has("ListLog"):
		return e.listLogs(in)
	case in.Has("ListProvider"):
		return e.listProviders(in)
	case in.Has("Path"), in.Has("FilterXml"), in.Has("FilterXPath"):
		return problem.New(problem.ManageParameter, "files and XML queries are not read here; use -FilterHashtable, for example @{LogName='Lync Server'; Id=32053}")
	}
	queries, err := e.queries(in)
	if err != nil {
		return err
	}
	total := 0
	for _, w := range queries {
		given, err := e.each(ctx, w, func(v adminapi.Event) error { return in.Emit(recordObject(in, v)) })
		if err != nil {
			return err
		}
		total += given
	}
	if total == 0 {
		return in.Fail(refusal(in, "NoMatchingEventsFound", "ObjectNotFound", "Exception", "No events were found that match the specified selection criteria.", ""))
	}
	return nil
}

// queries are what was asked for: one, or one for each hashtable.
func (e eventLog) queries(in *shell.Invocation) ([]wanted, error) {
	base := wanted{most: in.Int("MaxEvents"), oldest: in.Bool("Oldest")}
	if tables := in.Value("FilterHashtable"); tables != nil {
		var all []wanted
		for _, item := range object.Items(tables) {
			w := base
			if err := e.hashtable(in, &w, item); err != nil {
				return nil, err
			}
			all = append(all, w)
		}
		return all, nil
	}
	base.logs, base.sources = in.Strings("LogName"), in.Strings("ProviderName")
	return []wanted{base}, knownNames(in, base)
}

// hashtable reads @{LogName=; ProviderName=; Id=; Level=; StartTime=; EndTime=}.
func (e eventLog) hashtable(in *shell.Invocation, w *wanted, item object.Value) error {
	h, ok := item.(*object.Hash)
	if !ok || len(h.Keys) == 0 {
		return problem.New(problem.ManageParameter, "-FilterHashtable takes a hashtable such as @{LogName='Lync Server'; Id=32053}")
	}
	for i, key := range h.Keys {
		if err := w.condition(in, object.Text(key), h.Values[i]); err != nil {
			return err
		}
	}
	return knownNames(in, *w)
}

// levelNames are the levels by their numbers in hashtables.
func levelNames() []string { return []string{"", "", "Error", "Warning", "Information"} }

func (w *wanted) condition(in *shell.Invocation, key string, v object.Value) error {
	var texts []string
	for _, item := range object.Items(v) {
		texts = append(texts, object.Text(item))
	}
	switch strings.ToLower(key) {
	case "logname":
		w.logs = texts
	case "providername":
		w.sources = texts
	case "id", "level":
		var ids []int
		for _, item := range object.Items(v) {
			n, err := object.Convert(item, "Int32", nil)
			if err != nil {
				return err
			}
			ids = append(ids, numbers(n)...)
		}
		if strings.EqualFold(key, "id") {
			w.IDs = ids
			return nil
		}
		w.levels = []string{"none"}
		for _, n := range ids {
			if n > 0 && n < len(levelNames()) {
				w.levels = append(w.levels, levelNames()[n])
			}
		}
	case "starttime", "endtime":
		t, err := object.Convert(v, "DateTime", in.Session().Zone())
		at, ok := t.(time.Time)
		if err != nil || !ok {
			return err
		}
		if strings.EqualFold(key, "starttime") {
			w.Since = at
		} else {
			w.Until = at.Add(time.Nanosecond)
		}
	default:
		return problem.New(problem.ManageParameter, "-FilterHashtable does not know the key %q; it takes LogName, ProviderName, Id, Level, StartTime, EndTime", key)
	}
	return nil
}

// knownNames refuses a log that does not exist; a provider may be any.
func knownNames(in *shell.Invocation, w wanted) error {
	for _, name := range w.logs {
		pattern, err := object.Wildcard(name)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(eventLogs(), pattern.Match) {
			return refusal(in, "NoMatchingLogsFound", "ObjectNotFound", "Exception", `There is not an event log on the localhost computer that matches "`+name+`".`, name)
		}
	}
	return nil
}

func (e eventLog) listLogs(in *shell.Invocation) error {
	for _, log := range eventLogs() {
		if !matchesAny(in.Strings("ListLog"), log) {
			continue
		}
		o := shell.ObjectOf("System.Diagnostics.Eventing.Reader.EventLogConfiguration",
			object.Property{Name: "LogMode", Value: "Circular"}, object.Property{Name: "LogName", Value: log})
		if err := in.Emit(o); err != nil {
			return err
		}
	}
	return nil
}

func (e eventLog) listProviders(in *shell.Invocation) error {
	for _, p := range providers() {
		if !matchesAny(in.Strings("ListProvider"), p.name) {
			continue
		}
		o := shell.ObjectOf("System.Diagnostics.Eventing.Reader.ProviderMetadata",
			object.Property{Name: "Name", Value: p.name}, object.Property{Name: "LogLinks", Value: multi("String[]", p.log)})
		if err := in.Emit(o); err != nil {
			return err
		}
	}
	return nil
}

func matchesAny(patterns []string, text string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		pattern, err := object.Wildcard(p)
		return err == nil && pattern.Match(text)
	})
}

func recordObject(in *shell.Invocation, v adminapi.Event) *object.Object {
	number, text := category(v.Source)
	level := slices.Index(levelNames(), v.Level)
	return objectOf(in.Command(), eventRecordType, []object.Property{
		{Name: "Message", Value: message(v)},
		{Name: "Id", Value: int32(v.ID)},
		{Name: "Qualifiers", Value: int32(0)},
		{Name: "Level", Value: int32(max(level, 0))},
		{Name: "Task", Value: number},
		{Name: "Keywords", Value: int64(0x80000000000000)}, // classic
		{Name: "RecordId", Value: v.Record},
		{Name: "ProviderName", Value: v.Source},
		{Name: "LogName", Value: v.Log},
		{Name: "MachineName", Value: v.Computer},
		{Name: "TimeCreated", Value: dateIn(in, &v.Time)},
		{Name: "LevelDisplayName", Value: v.Level},
		{Name: "TaskDisplayName", Value: text},
	})
}
