package shell

import (
	"errors"
	"fmt"
	"strings"

	"github.com/matchseal/matchseal/internal/shell/object"
)

// answers are the answers that hold for the rest of one use of a command.
type answers struct {
	yes, no                 bool // ShouldProcess: to all
	continueYes, continueNo bool // ShouldContinue: to all
}

// choices are the answers to a question of confirmation.
func choices() []Choice {
	return []Choice{
		{"Y", "Yes", "Continue with only the next step of the operation."},
		{"A", "Yes to All", "Continue with all the steps of the operation."},
		{"N", "No", "Skip this operation and proceed with the next operation."},
		{"L", "No to All", "Skip this operation and all subsequent operations."},
	}
}

// ShouldProcess asks, or says what would be done under -WhatIf:
//
//	What if: Performing the operation "Remove-PartnerApplication" on target "x".
//
// Lines replaces the question's second line for commands with words of their
// own ("Removing partner application "x".").
func (in *Invocation) ShouldProcess(target string, lines ...string) (bool, error) {
	what := fmt.Sprintf("Performing the operation \"%s\" on target \"%s\".", in.command.Name, target)
	if len(lines) > 0 {
		what = strings.Join(lines, "\n")
	}
	if in.whatIf() {
		in.Session().config.Host.Write(Information, "What if: "+what+"\n")
		return false, nil
	}
	in.Verbose(what)
	if !in.asks() {
		return true, nil
	}
	return in.confirm(&in.answers.yes, &in.answers.no, "Confirm", "Are you sure you want to perform this action?\n"+what, fmt.Sprintf(
		"%s wants a confirmation for \"%s\", and nobody can be asked here. Add -Confirm:$false to go on without one.", in.command.Name, target))
}

func (in *Invocation) whatIf() bool {
	if given := in.common.whatIf; given != nil {
		return *given
	}
	v, _ := in.stage.caller.lookup("", "WhatIfPreference")
	return object.Truth(v)
}

// asks decides whether the user is to be asked, by -Confirm or else by
// $ConfirmPreference: High asks for commands that always ask, Medium and Low for
// all that change something.
func (in *Invocation) asks() bool {
	if given := in.common.confirm; given != nil {
		return *given
	}
	switch strings.ToLower(in.stage.caller.preference("ConfirmPreference")) {
	case "none":
		return false
	case "low", "medium":
		return true
	}
	return in.command.Asks
}

// ShouldContinue asks a question that -Confirm:$false does not silence; -Force
// is the caller's business. Without a user it is an error that names -Force.
func (in *Invocation) ShouldContinue(caption, message string) (bool, error) {
	remedy := fmt.Sprintf("%s wants an answer to \"%s\", and nobody can be asked here.", in.command.Name, firstLine(message))
	if _, force := in.binding.index["force"]; force {
		remedy += " Add -Force to go on without one."
	}
	return in.confirm(&in.answers.continueYes, &in.answers.continueNo, caption, message, remedy)
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// confirm puts a question with the four answers and remembers those to all.
func (in *Invocation) confirm(yes, no *bool, caption, message, nobody string) (bool, error) {
	if *yes || *no {
		return *yes, nil
	}
	answer, err := in.Session().config.Host.Ask(in.stage.frame.ctx, Question{
		Caption: caption, Message: message, Choices: choices(), Default: "Y",
	})
	if errors.Is(err, ErrNoUser) {
		e := in.stage.refuse(in.command, in.stage.node, "InvalidOperation", "InvalidOperation", "PSInvalidOperationException", nobody)
		e.binding = false
		return false, e
	}
	if err != nil {
		return false, err
	}
	switch key := chosenKey(answer, choices(), "Y"); key {
	case "A":
		*yes = true
		return true, nil
	case "L":
		*no = true
		return false, nil
	default:
		return key == "Y", nil
	}
}

// chosenKey is the key an answer means: the key itself, the label, or the
// default when it is empty. Anything else is no.
func chosenKey(answer string, list []Choice, standard string) string {
	answer = strings.TrimSpace(answer)
	if answer == "" {
		return standard
	}
	for _, c := range list {
		if strings.EqualFold(answer, c.Key) || strings.EqualFold(answer, c.Label) {
			return c.Key
		}
	}
	return "N"
}

// inquire asks what an error is to do (-ErrorAction Inquire).
func (in *Invocation) inquire(e *fault) error {
	list := []Choice{
		{"Y", "Yes", "Continue with only the next step of the operation."},
		{"A", "Yes to All", "Continue with all the steps of the operation."},
		{"H", "Halt Command", "Stop this command."},
	}
	f := in.stage.frame
	answer, err := f.s.config.Host.Ask(f.ctx, Question{Caption: "Confirm", Message: e.record.Message, Choices: list, Default: "Y"})
	if err != nil && !errors.Is(err, ErrNoUser) {
		return err
	}
	key := chosenKey(answer, list, "Y")
	if err != nil || key == "H" || key == "N" {
		e.script = true
		return e
	}
	if key == "A" {
		in.common.errorAction = "Continue"
	}
	f.list(e)
	return f.writeError(e.record)
}
