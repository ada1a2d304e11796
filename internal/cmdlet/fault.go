package cmdlet

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// Record turns a failure of a command into the error record an administrator
// knows: the product's words where it has some, ours behind them, and the
// catalogue's remedy below.
func Record(c *shell.Command, err error) *object.ErrorRecord {
	var known *object.ErrorRecord
	if errors.As(err, &known) {
		return known
	}
	r := &object.ErrorRecord{Command: c.Name, Message: err.Error(), Category: "NotSpecified", Reason: "Exception", Err: err}
	if fault, ok := adminapi.AsFault(err); ok {
		faultRecord(r, fault)
	} else if f := problem.Of(err); f != nil && f.Code != problem.Internal {
		r.Code, r.ID, r.Remedy = string(f.Code), string(f.Code), f.Entry().Remedy
	}
	r.ID = cmp.Or(r.ID, "Failed") + "," + cmp.Or(c.Class, c.Name)
	return r
}

func faultRecord(r *object.ErrorRecord, f *adminapi.Fault) {
	r.Code, r.Remedy, r.Message = string(f.Code), f.Remedy, f.Error()
	r.ID = string(f.Code)
	if f.Cmdlet != 0 {
		r.Message = fmt.Sprintf("ExCreateItem exchange operation failed, code=%d, reason=%s", f.Cmdlet, cmp.Or(f.Detail, f.Title))
	}
	if f.Record == nil {
		return
	}
	r.ID, _, _ = strings.Cut(f.Record.FullyQualifiedErrorID, ",")
	r.Category, r.TargetName, r.TargetType, r.Reason = categoryInfo(f.Record.CategoryInfo)
}

// categoryInfo reads "WriteError: (target:type) [command], reason" apart.
func categoryInfo(s string) (category, target, typ, reason string) {
	category, rest, _ := strings.Cut(s, ":")
	if open := strings.Index(rest, "("); open >= 0 {
		if end := strings.Index(rest, ") ["); end > open {
			target, typ = cutLast(rest[open+1:end], ":")
		}
	}
	if i := strings.LastIndex(rest, "], "); i >= 0 {
		reason = rest[i+3:]
	}
	return category, target, typ, cmp.Or(reason, "Exception")
}

func cutLast(s, sep string) (before, after string) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i+len(sep):]
}
