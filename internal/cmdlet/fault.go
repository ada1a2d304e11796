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
// knows: the product's words where it has some, ours behind them where they
// add something, category and exception as the product names them, and below
// the remedy of the catalogue, or a nearer one where the command tells which.
func Record(c *shell.Command, err error) *object.ErrorRecord {
	var known *object.ErrorRecord
	if errors.As(err, &known) {
		return known
	}
	r := &object.ErrorRecord{Command: c.Name, Message: err.Error(), Category: "NotSpecified", Reason: "Exception", Err: err}
	if fault, ok := adminapi.AsFault(err); ok {
		faultRecord(c, r, fault)
	} else if f := problem.Of(err); f != nil && f.Code != problem.Internal {
		r.ID = string(f.Code)
		r.Message = ownWords(f)
		classify(c, r, f.Code, f.Entry().Remedy)
	}
	r.ID = cmp.Or(r.ID, "Failed") + "," + cmp.Or(c.Class, c.Name)
	return r
}

func faultRecord(c *shell.Command, r *object.ErrorRecord, f *adminapi.Fault) {
	r.ID, r.Message = string(f.Code), faultText(f)
	classify(c, r, f.Code, f.Remedy)
	if f.Record == nil {
		return
	}
	r.ID, _, _ = strings.Cut(f.Record.FullyQualifiedErrorID, ",")
	r.Category, r.TargetName, r.TargetType, r.Reason = categoryInfo(f.Record.CategoryInfo)
}

// classify fills in what the catalogue and the command know together.
func classify(c *shell.Command, r *object.ErrorRecord, code problem.Code, remedy string) {
	r.Code, r.Remedy = string(code), remedyFor(c, code, remedy)
	maker := productOf(c)
	if code.Area() == "shell" {
		maker = elsewhere // a file is Windows' and no product's
	}
	r.Category, r.Reason = kindOf(code).names(maker, r.Message)
}

// faultText is what the record says. Where the product's sentence tells the
// whole story, ours would only tell it again.
func faultText(f *adminapi.Fault) string {
	switch {
	case f.Cmdlet != 0:
		return fmt.Sprintf("ExCreateItem exchange operation failed, code=%d, reason=%s", f.Cmdlet, cmp.Or(f.Detail, f.Title))
	case f.CmdletText != "" && tellsAgain(f):
		return f.CmdletText
	}
	return f.Error()
}

// tellsAgain says that the node's own words hold nothing that the product's do
// not: that there is no such thing, and no more.
func tellsAgain(f *adminapi.Fault) bool {
	if f.Code == problem.NetDNS {
		return true
	}
	if kindOf(f.Code) != notThere || strings.Contains(f.Detail, ";") {
		return false
	}
	for _, start := range []string{"there is no ", "the topology has no ", "nobody in the directory is ", "the certificate with thumbprint "} {
		if strings.HasPrefix(f.Detail, start) {
			return true
		}
	}
	return false
}

// ownWords is the failure without the system's words below it: a path that is
// not there need not be said twice.
func ownWords(f *problem.Failure) string {
	if kindOf(f.Code) == notThere && f.Detail != "" {
		return f.Detail
	}
	return f.Error()
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
