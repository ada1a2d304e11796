package builtin

import (
	"fmt"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// fault is an error of the command in use: the first word of its
// FullyQualifiedErrorId, its category, the exception's type and its message in
// the words of Windows PowerShell. Who reports it says where it happened.
func fault(in *shell.Invocation, id, category, reason, format string, args ...any) *object.ErrorRecord {
	return &object.ErrorRecord{
		Command:  in.Command().Name,
		Message:  fmt.Sprintf(format, args...),
		Category: category,
		Reason:   reason,
		ID:       id + "," + in.Command().Class,
	}
}

// about adds what the error is about: the target in CategoryInfo's parentheses.
func about(e *object.ErrorRecord, target, typ string) *object.ErrorRecord {
	e.TargetName, e.TargetType = target, typ
	return e
}
