package cmdlet

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// eventLog are the commands that read the event log of the shell's node.
type eventLog struct {
	c    *Connection
	call adminapi.Call[adminapi.EventFilter, []adminapi.Event]
}

const (
	eventEntryType  = "System.Diagnostics.EventLogEntry"
	eventRecordType = "System.Diagnostics.Eventing.Reader.EventLogRecord"
)

func eventlog(c *Connection, call adminapi.Call[adminapi.EventFilter, []adminapi.Event]) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		e := eventLog{c, call}
		const class = "Microsoft.PowerShell.Commands."
		return commands("eventlog", "Microsoft.PowerShell.Management", actions{
			"Get-EventLog": {Class: class + "GetEventLogCommand", Run: e.entries},
			"Get-WinEvent": {Class: class + "GetWinEventCommand", Run: e.records},
		})
	}
}

// eventLogs are the logs that there are, and providers who writes into which.
func eventLogs() []string { return []string{"Application", "Lync Server"} }

type provider struct{ name, log string }

func providers() []provider {
	return []provider{
		{"LS Storage Service", "Lync Server"}, {"MSExchange AuthAdmin", "Application"},
		{"matchseal Management", "Application"}, {"matchseal Partner Applications", "Application"},
		{"matchseal Certificates", "Application"},
	}
}

// wanted is what somebody looks for in the log: what the node filters, and what
// is filtered here. Texts are patterns, without case.
type wanted struct {
	adminapi.EventFilter
	logs, sources, levels []string
	most                  int // 0 for all
	oldest                bool
	keep                  func(adminapi.Event) bool // may be nil
}

// page is how many events are read at a time.
const eventPage = 200

// each gives the events wanted, the newest first, as they are read; the oldest
// first only when all have been read.
func (e eventLog) each(ctx context.Context, w wanted, emit func(adminapi.Event) error) (given int, err error) {
	matches, err := w.matcher()
	if err != nil {
		return 0, err
	}
	w.Max = eventPage
	var held []adminapi.Event
	for {
		found, err := do(ctx, e.c, e.call, w.EventFilter)
		if err != nil {
			return given, err
		}
		for _, v := range found {
			w.Before = v.Record
			switch {
			case !matches(v):
			case w.oldest:
				held = append(held, v)
			default:
				if err := emit(v); err != nil {
					return given, err
				}
				if given++; given == w.most {
					return given, nil
				}
			}
		}
		if len(found) < eventPage {
			break
		}
	}
	slices.Reverse(held)
	for _, v := range held {
		if w.most > 0 && given == w.most {
			break
		}
		if err := emit(v); err != nil {
			return given, err
		}
		given++
	}
	return given, nil
}

func (w wanted) matcher() (func(adminapi.Event) bool, error) {
	var lists [3][]object.Pattern
	for i, texts := range [][]string{w.logs, w.sources, w.levels} {
		for _, t := range texts {
			p, err := object.Wildcard(t)
			if err != nil {
				return nil, err
			}
			lists[i] = append(lists[i], p)
		}
	}
	any := func(patterns []object.Pattern, text string) bool {
		return len(patterns) == 0 || slices.ContainsFunc(patterns, func(p object.Pattern) bool { return p.Match(text) })
	}
	return func(v adminapi.Event) bool {
		return any(lists[0], v.Log) && any(lists[1], v.Source) && any(lists[2], v.Level) && (w.keep == nil || w.keep(v))
	}, nil
}

// refusal is an error in the words of Windows. Its class is the command's.
func refusal(in *shell.Invocation, id, category, reason, message, target string) *object.ErrorRecord {
	return &object.ErrorRecord{
		Command: in.Command().Name, Message: message, Category: category, Reason: reason, TargetName: target, ID: id + "," + in.Command().Class,
		Code: string(problem.ManageNotFound), Remedy: "The logs here are " + strings.Join(eventLogs(), " and ") + "; Get-EventLog -List shows them.",
	}
}

// entries is Get-EventLog.
func (e eventLog) entries(ctx context.Context, in *shell.Invocation) error {
	if in.Bool("List") {
		return e.list(in)
	}
	log := in.String("LogName")
	if !anyFold(log, eventLogs()...) {
		return refusal(in, "System.InvalidOperationException", "NotSpecified", "InvalidOperationException", "The event log '"+log+"' on computer '.' does not exist.", "")
	}
	w := wanted{sources: in.Strings("Source"), levels: in.Strings("EntryType"), most: in.Int("Newest")}
	w.Log, w.Contains = log, strings.Trim(in.String("Message"), "*")
	if after := in.TimeIf("After"); after != nil {
		w.Since = after.Add(time.Nanosecond)
	}
	if before := in.TimeIf("Before"); before != nil {
		w.Until = *before
	}
	w.IDs = numbers(in.Value("InstanceId"))
	if index := numbers(in.Value("Index")); len(index) > 0 {
		w.keep = func(v adminapi.Event) bool { return slices.Contains(index, int(v.Record)) }
	}
	if in.Has("UserName") {
		w.keep = func(adminapi.Event) bool { return false } // events here are nobody's
	}
	given, err := e.each(ctx, w, func(v adminapi.Event) error { return in.Emit(entryObject(in, v)) })
	if err == nil && given == 0 {
		return in.Fail(refusal(in, "GetEventLogNoEntriesFound", "ObjectNotFound", "ArgumentException", "No matches found", ""))
	}
	return err
}

// numbers are the numbers of a value, one or several.
func numbers(v object.Value) []int {
	var all []int
	for _, item := range object.Items(v) {
		switch n := item.(type) {
		case int32:
			all = append(all, int(n))
		case int64:
			all = append(all, int(n))
		}
	}
	return all
}

func (e eventLog) list(in *shell.Invocation) error {
	for _, log := range eventLogs() {
		if in.Bool("AsString") {
			if err := in.Emit(log); err != nil {
				return err
			}
			continue
		}
		o := shell.ObjectOf("System.Diagnostics.EventLog", object.Property{Name: "Log", Value: log}, object.Property{Name: "LogDisplayName", Value: log})
		if err := in.Emit(o); err != nil {
			return err
		}
	}
	return nil
}

// category is the task category of a source's events, as number and as text.
func category(source string) (int32, string) {
	switch source {
	case "LS Storage Service":
		return 4006, "(4006)"
	case "MSExchange AuthAdmin":
		return 1, "General"
	}
	return 0, "(0)"
}

func message(v adminapi.Event) string {
	if v.Detail == "" {
		return v.Text
	}
	return v.Text + "\n\n" + v.Detail
}

func entryObject(in *shell.Invocation, v adminapi.Event) *object.Object {
	number, text := category(v.Source)
	return objectOf(in.Command(), eventEntryType, []object.Property{
		{Name: "EventID", Value: int32(v.ID)},
		{Name: "MachineName", Value: v.Computer},
		{Name: "Data", Value: object.Bytes{}},
		{Name: "Index", Value: int32(v.Record)},
		{Name: "Category", Value: text},
		{Name: "CategoryNumber", Value: number},
		{Name: "EntryType", Value: enum("EventLogEntryType", v.Level)},
		{Name: "Message", Value: message(v)},
		{Name: "Source", Value: v.Source},
		{Name: "ReplacementStrings", Value: multi("String[]", replacements(v)...)},
		{Name: "InstanceId", Value: int64(v.ID)},
		{Name: "TimeGenerated", Value: dateIn(in, &v.Time)},
		{Name: "TimeWritten", Value: dateIn(in, &v.Time)},
	})
}

func replacements(v adminapi.Event) []string {
	if v.Detail == "" {
		return nil
	}
	return []string{v.Detail}
}

// eventLogViews are the tables of Windows.
func eventLogViews() format.Views {
	return format.Views{
		eventEntryType: {Default: format.Table, Table: []format.Column{
			{Property: "Index", Width: 8, Align: format.Right},
			{Label: "Time", Width: 13, Value: shortTime("TimeGenerated")},
			{Property: "EntryType", Width: 11},
			{Property: "Source", Width: 20},
			{Property: "InstanceId", Label: "InstanceID", Width: 12, Align: format.Right},
			{Property: "Message", Value: firstLine},
		}},
		"System.Diagnostics.EventLog": {Default: format.Table, Table: []format.Column{{Property: "Log"}, {Property: "LogDisplayName"}}},
		eventRecordType: {Default: format.Table, Group: byProvider, Table: []format.Column{
			{Property: "TimeCreated", Width: 26},
			{Property: "Id", Width: 8, Align: format.Right},
			{Property: "LevelDisplayName", Width: 16},
			{Property: "Message", Value: firstLine},
		}},
	}
}

// shortTime shows a date as the event viewer's table does: Oct 12 08:00.
func shortTime(property string) func(object.Value) object.Value {
	return func(v object.Value) object.Value {
		at, _ := object.Get(v, property)
		if t, ok := at.(time.Time); ok {
			return t.Format("Jan 02 15:04")
		}
		return nil
	}
}

func firstLine(v object.Value) object.Value {
	text, _ := object.Get(v, "Message")
	first, _, _ := strings.Cut(object.Text(text), "\n")
	return first
}

func byProvider(v object.Value) string {
	name, _ := object.Get(v, "ProviderName")
	return "   ProviderName: " + object.Text(name)
}
