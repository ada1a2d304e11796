package builtin

import (
	"context"
	"errors"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

func writeCommands() []*shell.Command {
	return []*shell.Command{
		{
			Name: "Write-Output", Aliases: []string{"echo", "write"}, Module: utility,
			Synopsis: "Puts objects out.",
			Parameters: []shell.Parameter{
				required(empty(rest(piped(at(0, "InputObject", "PSObject[]", "the objects"))))),
				toggle("NoEnumerate", "a collection as one object"),
			},
			Start: shell.Each(writeOutput),
		},
		{
			Name: "Write-Host", Module: utility,
			Synopsis: "Shows text on the screen, past the pipeline.",
			Parameters: []shell.Parameter{
				empty(rest(piped(at(0, "Object", "Object", "what to show")))),
				toggle("NoNewline", "without the end of the line"),
				defaulting(named("Separator", "Object", "what stands between two objects"), "a blank"),
				colorParameter("ForegroundColor", "color of the text"), colorParameter("BackgroundColor", "color behind the text"),
			},
			Start: shell.Each(writeHost),
		},
		{
			Name: "Write-Verbose", Module: utility, Parameters: messageParameters(),
			Synopsis: "Says what is being done, when -Verbose is on.",
			Start: shell.Each(func(_ context.Context, in *shell.Invocation) error {
				in.Verbose(in.String("Message"))
				return nil
			}),
		},
		{
			Name: "Write-Warning", Module: utility, Parameters: messageParameters(),
			Synopsis: "Warns.",
			Start: shell.Each(func(_ context.Context, in *shell.Invocation) error {
				in.Warn(in.String("Message"))
				return nil
			}),
		},
		{
			Name: "Write-Debug", Module: utility, Parameters: messageParameters(),
			Synopsis: "Says what helps to find mistakes, when -Debug is on.",
			Start: shell.Each(func(_ context.Context, in *shell.Invocation) error {
				in.Debug(in.String("Message"))
				return nil
			}),
		},
		{
			Name: "Write-Information", Module: utility,
			Synopsis: "Gives information, when -InformationAction lets it.",
			Parameters: []shell.Parameter{
				required(at(0, "MessageData", "Object", "the text", "Msg")), at(1, "Tags", "String[]", "what it is about"),
			},
			Start: shell.Each(func(_ context.Context, in *shell.Invocation) error {
				in.Inform(in.String("MessageData"))
				return nil
			}),
		},
		{
			Name: "Write-Error", Module: utility,
			Synopsis: "Reports an error.",
			Sets:     []string{"NoException", "WithException", "ErrorRecord"}, DefaultSet: "NoException",
			Parameters: []shell.Parameter{
				required(within(piped(at(0, "Message", "String", "the text", "Msg")), "NoException")),
				required(within(named("Exception", "Exception", "an exception"), "WithException")),
				required(within(named("ErrorRecord", "ErrorRecord", "an error from $Error or a catch block"), "ErrorRecord")),
				defaulting(named("Category", "ErrorCategory", "its category"), "NotSpecified"),
				named("ErrorId", "String", "what it is known by"),
				named("TargetObject", "Object", "what it is about"),
				named("RecommendedAction", "String", "what to do"),
				named("CategoryActivity", "String", "what failed", "Activity"),
				named("CategoryReason", "String", "why", "Reason"),
				named("CategoryTargetName", "String", "what it is about", "TargetName"),
				named("CategoryTargetType", "String", "the type of that", "TargetType"),
			},
			Start: shell.Each(writeError),
		},
		{
			Name: "Read-Host", Module: utility,
			Synopsis: "Reads a line from the keyboard.",
			Parameters: []shell.Parameter{
				at(0, "Prompt", "Object", "what to ask"), toggle("AsSecureString", "do not show what is typed"),
			},
			Output: properties("Length", "Int32"),
			Start:  shell.Each(readHost),
		},
	}
}

// messageParameters are those of the commands that say something.
func messageParameters() []shell.Parameter {
	return []shell.Parameter{required(empty(piped(at(0, "Message", "String", "the text", "Msg"))))}
}

// colorParameter is a color, which is accepted: text is shown in one.
func colorParameter(name, meaning string) shell.Parameter {
	return oneOf(named(name, "ConsoleColor", meaning), "Black", "DarkBlue", "DarkGreen", "DarkCyan", "DarkRed", "DarkMagenta", "DarkYellow",
		"Gray", "DarkGray", "Blue", "Green", "Cyan", "Red", "Magenta", "Yellow", "White")
}

func writeOutput(_ context.Context, in *shell.Invocation) error {
	v := in.Value("InputObject")
	if in.Bool("NoEnumerate") {
		return in.Emit(v)
	}
	return emitEach(in, v)
}

func writeHost(_ context.Context, in *shell.Invocation) error {
	separator := " "
	if in.Has("Separator") {
		separator = in.String("Separator")
	}
	in.Show(hostText(in.Value("Object"), separator), !in.Bool("NoNewline"))
	return nil
}

// hostText is an object as Write-Host shows it: the items of collections one
// after the other.
func hostText(v object.Value, separator string) string {
	l, ok := v.(*object.List)
	if !ok {
		return object.Text(v)
	}
	var all []string
	for _, item := range l.Items {
		all = append(all, hostText(item, separator))
	}
	return strings.Join(all, separator)
}

func writeError(_ context.Context, in *shell.Invocation) error {
	if e, ok := in.Value("ErrorRecord").(*object.ErrorRecord); ok {
		return in.Fail(e)
	}
	e := &object.ErrorRecord{
		Command: in.Command().Name, Message: in.String("Message"), Category: "NotSpecified",
		Reason: "WriteErrorException", ID: "Microsoft.PowerShell.Commands.WriteErrorException", Remedy: in.String("RecommendedAction"),
	}
	if in.Has("Exception") {
		e.Message = exceptionText(in.Value("Exception"))
	}
	for _, set := range []struct {
		parameter string
		to        *string
	}{
		{"Category", &e.Category}, {"ErrorId", &e.ID}, {"TargetObject", &e.TargetName}, {"CategoryReason", &e.Reason},
		{"CategoryTargetName", &e.TargetName}, {"CategoryTargetType", &e.TargetType},
	} {
		if in.Has(set.parameter) {
			*set.to = in.String(set.parameter)
		}
	}
	if in.Has("TargetObject") && !in.Has("CategoryTargetType") {
		e.TargetType = shortType(in.Value("TargetObject"))
	}
	return in.Fail(e)
}

// exceptionText is an exception's message.
func exceptionText(v object.Value) string {
	if m, ok := object.Get(v, "Message"); ok && m != nil {
		return object.Text(m)
	}
	return object.Text(v)
}

func readHost(ctx context.Context, in *shell.Invocation) error {
	q := shell.Question{Secret: in.Bool("AsSecureString")}
	if in.Has("Prompt") {
		q.Prompt = in.String("Prompt") + ": "
	}
	answer, err := ask(ctx, in, q)
	if err != nil {
		return err
	}
	if q.Secret {
		return in.Emit(object.Secure{Secret: answer})
	}
	return in.Emit(answer)
}

// ask puts a question to the user. Without one it is an error.
func ask(ctx context.Context, in *shell.Invocation, q shell.Question) (string, error) {
	answer, err := in.Session().Host().Ask(ctx, q)
	if errors.Is(err, shell.ErrNoUser) {
		return "", fault(in, "InvalidOperation", "InvalidOperation", "PSInvalidOperationException",
			"Windows PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.")
	}
	return answer, err
}
