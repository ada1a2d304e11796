package cmdlet

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// csStorage are the commands about the Storage Service.
type csStorage struct{ c *Connection }

func csstorage(c *Connection) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		s := csStorage{c}
		return commands("csstorage", skypeModule, actions{
			"Test-CsExStorageConnectivity":      {Class: csClass + "TestExStorageConnectivityCmdlet", Run: s.test(adminapi.TestCsExStorageConnectivity)},
			"Test-CsExStorageNotification":      {Class: csClass + "TestExStorageNotificationCmdlet", Run: s.test(adminapi.TestCsExStorageNotification)},
			"Debug-CsStorageServiceFailures":    {Class: csClass + "DebugStorageServiceFailuresCmdlet", Run: s.failures},
			"Get-CsStorageServiceConfiguration": {Class: csClass + "GetStorageServiceConfigurationCmdlet", Run: s.configuration},
		})
	}
}

// test asks the node's Storage Service to write an item into a mailbox. The
// steps go to the verbose stream whether the test passes or not (002-29); all
// that it puts out is the verdict (002-30).
func (s csStorage) test(call adminapi.Call[adminapi.StorageTestRequest, adminapi.TestResult]) func(context.Context, *shell.Invocation) error {
	return func(ctx context.Context, in *shell.Invocation) error {
		r, err := do(ctx, s.c, call, adminapi.StorageTestRequest{
			SipURI: in.String("SipUri"), Folder: in.String("Folder"), DeleteItem: in.Bool("DeleteItem"), UseCache: in.Bool("UseCache"),
			Binding: in.String("Binding"), Host: in.String("HostNameStorageService"),
		})
		lines := r.Lines
		if fault, ok := adminapi.AsFault(err); ok {
			lines = fault.Trace
		}
		for _, l := range lines {
			in.Verbose(l)
		}
		if err != nil {
			return err
		}
		return in.Emit("Test Passed")
	}
}

// failure is one recorded failure of the Storage Service.
type failure struct {
	endpoint, detail, other string
	at                      time.Time
}

// The events that tell of failures.
const (
	eventAutodiscover = 32053
	eventOAuth        = 32054
)

// failures shows what went wrong: deliveries that were given up, and the
// failures in the event log, the newest first.
func (s csStorage) failures(ctx context.Context, in *shell.Invocation) error {
	if component := in.String("Component"); component != "" && !strings.EqualFold(component, "ConversationHistory") {
		in.Warn("The Storage Service here works for ConversationHistory only.")
		return nil
	}
	sip := strings.TrimPrefix(strings.ToLower(in.String("SipUri")), "sip:")
	from, to := in.TimeIf("StartTime"), in.TimeIf("EndTime")
	dead, err := s.deadLetters(ctx, sip)
	if err != nil {
		return err
	}
	logged, err := s.logged(ctx, sip, from, to)
	if err != nil {
		return err
	}
	all := slices.DeleteFunc(append(dead, logged...), func(f failure) bool {
		return from != nil && f.at.Before(*from) || to != nil && !f.at.Before(*to)
	})
	slices.SortStableFunc(all, func(a, b failure) int { return b.at.Compare(a.at) })
	if in.Has("OutFileName") {
		return saveFile(in, in.String("OutFileName"), []byte(failureText(all)))
	}
	for _, f := range all {
		err := in.Emit(objectOf(in.Command(), "Microsoft.Rtc.Management.StorageServiceFailure", []object.Property{
			{Name: "EndpointId", Value: f.endpoint},
			{Name: "EndpointStatusTime", Value: dateIn(in, &f.at)},
			{Name: "EndpointStatusDetail", Value: f.detail},
			{Name: "Other", Value: f.other},
		}))
		if err != nil {
			return err
		}
	}
	return nil
}

func (s csStorage) deadLetters(ctx context.Context, sip string) ([]failure, error) {
	letters, err := do(ctx, s.c, adminapi.GetDeadLetters, adminapi.Identity{})
	var all []failure
	for _, l := range letters {
		if sip == "" || strings.EqualFold(l.SIP, sip) {
			all = append(all, failure{
				endpoint: "sip:" + l.SIP, at: l.At, detail: l.Code + ": " + l.Detail,
				other: fmt.Sprintf("dead letter %s of conversation %s, given up after %d attempts", l.ID, l.ConversationID, l.Attempts),
			})
		}
	}
	return all, err
}

// mostFailures bounds the events that are looked at.
const mostFailures = 1000

func (s csStorage) logged(ctx context.Context, sip string, from, to *time.Time) ([]failure, error) {
	filter := adminapi.EventFilter{IDs: []int{eventAutodiscover, eventOAuth}, Max: mostFailures, Contains: sip}
	if from != nil {
		filter.Since = *from
	}
	if to != nil {
		filter.Until = *to
	}
	events, err := do(ctx, s.c, adminapi.GetSkypeEvents, filter)
	var all []failure
	for _, e := range events {
		all = append(all, failure{endpoint: e.Computer, at: e.Time, detail: e.Detail, other: fmt.Sprintf("event %d: %s", e.ID, e.Text)})
	}
	return all, err
}

func failureText(all []failure) string {
	var b strings.Builder
	for _, f := range all {
		fmt.Fprintf(&b, "%s %s\r\n%s\r\n%s\r\n\r\n", f.at.UTC().Format(time.RFC3339), f.endpoint, f.other, strings.ReplaceAll(f.detail, "\n", "\r\n"))
	}
	return b.String()
}

// configuration shows the one set of settings. There is a service to ask, and
// nothing to set: its values stay empty.
func (s csStorage) configuration(ctx context.Context, in *shell.Invocation) error {
	if _, err := do(ctx, s.c, adminapi.GetStorageStatus, adminapi.Empty{}); err != nil {
		return err
	}
	if identity := in.String("Identity"); !object.HasWildcard(identity) {
		if err := onlyGlobal(in, "StorageServiceConfiguration", identity); err != nil {
			return err
		}
	}
	pattern, err := object.Wildcard(cmp.Or(in.String("Identity"), in.String("Filter"), "*"))
	if err != nil || !pattern.Match("Global") {
		return err
	}
	o := objectOf(in.Command(), "Microsoft.Rtc.Management.WritableConfig.Settings.StorageService.StorageServiceSettings", []object.Property{{Name: "Identity", Value: "Global"}})
	o.Text = "Global"
	return in.Emit(o)
}
