package cmdlet

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

const validationType = "Microsoft.Exchange.Security.OAuth.ValidationResultNode"

func oauthconnectivity(c *Connection) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		return commands("oauthconnectivity", exchangeModule, actions{
			"Test-OAuthConnectivity": {
				Class: "Microsoft.Exchange.Monitoring.TestOAuthConnectivity",
				Run:   func(ctx context.Context, in *shell.Invocation) error { return testOAuthConnectivity(ctx, in, c) },
			},
		})
	}
}

func oauthConnectivityViews() format.Views {
	return format.Views{validationType: table("Task", "ResultType")}
}

// testOAuthConnectivity calls a partner for a user with Exchange's own token. A
// call that the partner refuses is a result too; only a test that could not be
// made is an error.
func testOAuthConnectivity(ctx context.Context, in *shell.Invocation, c *Connection) error {
	if in.Bool("AppOnly") || in.String("Mailbox") == "" {
		return problem.New(problem.ManageParameter, "the test calls the partner for a user: name one with -Mailbox and leave -AppOnly out")
	}
	target := in.String("TargetUri")
	if ok, err := in.ShouldProcess(target); err != nil || !ok {
		return err
	}
	started := in.Session().Now()
	result, err := do(ctx, c, adminapi.TestOAuthConnectivity, adminapi.TestOAuthRequest{TargetURI: target, Mailbox: in.String("Mailbox")})
	fault, failed := adminapi.AsFault(err)
	if err != nil && (!failed || !wasTried(fault)) {
		return err
	}
	if failed {
		result.Lines = fault.Trace
	}
	for _, line := range result.Lines {
		in.Verbose(line)
	}
	verdict := "Success"
	if failed {
		verdict = "Error"
	}
	return in.Emit(objectOf(in.Command(), validationType, c.fromRunspace(), []object.Property{
		{Name: "Task", Value: fmt.Sprintf("Checking %s API Call Under Oauth", in.String("Service"))},
		{Name: "Detail", Value: oauthDetail(in, started, result.Lines, fault)},
		{Name: "ResultType", Value: enum("ResultType", verdict)},
		{Name: "Identity", Value: typed("ObjectId", validationType+"Id")},
		{Name: "IsValid", Value: true},
		{Name: "ObjectState", Value: enum("ObjectState", "New")},
	}))
}

// wasTried tells a call that failed from one that was never made: those are
// about the operator, the parameters and the user.
func wasTried(f *adminapi.Fault) bool {
	area := f.Code.Area()
	return area != "manage" && area != "directory"
}

// oauthDetail is the report in the product's form. The configuration is read
// with each request, so it is never old.
func oauthDetail(in *shell.Invocation, started time.Time, lines []string, fault *adminapi.Fault) string {
	when, err := object.FormatDate(started.UTC(), "M/d/yyyy h:mm:ss tt")
	if err != nil {
		when = started.UTC().Format(time.RFC3339)
	}
	report := []string{"The configuration was last successfully loaded at " + when + " UTC. This was 0 minutes ago."}
	if !in.Bool("UseCachedToken") {
		report = append(report, `The token cache is being cleared because "use cached token" was set to false.`)
	}
	report = append(report, "Exchange Outbound Oauth Log:")
	if fault != nil && fault.RequestID != "" {
		report = append(report, "Client request ID: "+fault.RequestID)
	}
	report = append(report, lines...)
	report = append(report, "Exchange Response Details:", "HTTP response message:", "Exception:")
	if fault != nil {
		report = append(report, string(fault.Code)+": "+fault.Error(), "Remedy: "+fault.Remedy)
	}
	return strings.Join(report, "\n")
}
