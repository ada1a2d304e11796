package shell

import (
	"errors"
	"strings"

	"github.com/matchseal/matchseal/internal/shell/object"
	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// truth is a statement as a condition.
func (f *frame) truth(st syntax.Statement) (bool, error) {
	v, err := f.value(st)
	return object.Truth(v), err
}

func (f *frame) branch(st *syntax.If, out sink) error {
	for _, c := range st.Clauses {
		yes, err := f.truth(c.Condition)
		if err != nil {
			return err
		}
		if yes {
			return f.run(c.Body.Statements, out)
		}
	}
	if st.Else != nil {
		return f.run(st.Else.Statements, out)
	}
	return nil
}

// turn runs a loop's body once; leave is true after break.
func (f *frame) turn(body *syntax.Block, out sink) (leave bool, err error) {
	if err := f.ctx.Err(); err != nil {
		return true, err
	}
	err = f.run(body.Statements, out)
	var way *flow
	if errors.As(err, &way) {
		switch way.keyword {
		case "break":
			return true, nil
		case "continue":
			return false, nil
		}
	}
	return err != nil, err
}

func (f *frame) forEach(st *syntax.ForEach, out sink) error {
	v, err := f.value(st.In)
	if err != nil {
		return err
	}
	items := []object.Value{v}
	switch l := v.(type) {
	case *object.List:
		items = append([]object.Value(nil), l.Items...)
	case nil:
		return nil
	}
	for _, item := range items {
		if err := f.setVariable(st.Variable.Scope, st.Variable.Name, item); err != nil {
			return f.at(st.Variable, err)
		}
		if leave, err := f.turn(st.Body, out); leave {
			return err
		}
	}
	return nil
}

func (f *frame) loop(st *syntax.Loop, out sink) error {
	if st.Init != nil {
		if err := f.execute(st.Init, func(object.Value) error { return nil }); err != nil {
			return err
		}
	}
	checkFirst := st.Kind == "while" || st.Kind == "for"
	for {
		if err := f.ctx.Err(); err != nil {
			return err
		}
		if checkFirst && st.Condition != nil {
			if yes, err := f.truth(st.Condition); err != nil || !yes {
				return err
			}
		}
		if leave, err := f.turn(st.Body, out); leave {
			return err
		}
		if st.Step != nil {
			if err := f.execute(st.Step, func(object.Value) error { return nil }); err != nil {
				return err
			}
		}
		if !checkFirst {
			yes, err := f.truth(st.Condition)
			if err != nil || yes == (st.Kind == "do-until") {
				return err
			}
		}
	}
}

// choose is switch: every arm that fits runs, for each member of the value.
func (f *frame) choose(st *syntax.Switch, out sink) error {
	v, err := f.value(st.Value)
	if err != nil {
		return err
	}
	items := []object.Value{v}
	if l, ok := v.(*object.List); ok {
		items = l.Items
	}
	for _, item := range items {
		leave := false
		err := f.withDollar(item, func() (err error) {
			leave, err = f.arms(st, item, out)
			return err
		})
		if err != nil || leave {
			return err
		}
	}
	return nil
}

func (f *frame) arms(st *syntax.Switch, item object.Value, out sink) (leave bool, err error) {
	found := false
	for _, c := range st.Cases {
		fits, err := f.fits(st, c.Pattern, item)
		if err != nil {
			return true, err
		}
		if !fits {
			continue
		}
		found = true
		if leave, next, err := f.arm(c.Body, out); leave || next {
			return leave, err
		}
	}
	if !found && st.Default != nil {
		leave, _, err = f.arm(st.Default, out)
	}
	return leave, err
}

// arm runs one arm; break ends the switch, continue goes on with the next item.
func (f *frame) arm(body *syntax.Block, out sink) (leave, next bool, err error) {
	err = f.run(body.Statements, out)
	var way *flow
	if errors.As(err, &way) {
		switch way.keyword {
		case "break":
			return true, false, nil
		case "continue":
			return false, true, nil
		}
	}
	return err != nil, false, err
}

// fits says whether an item matches a pattern of switch.
func (f *frame) fits(st *syntax.Switch, pattern syntax.Expression, item object.Value) (bool, error) {
	want, err := f.expression(pattern)
	if err != nil {
		return false, err
	}
	if b, ok := want.(*block); ok {
		values, err := f.collect(func(out sink) error { return f.invoke(b, item, nil, out) })
		return object.Truth(oneOrList(values)), err
	}
	like, match := "-like", "-match"
	if st.CaseSensitive {
		like, match = "-clike", "-cmatch"
	}
	switch st.Mode {
	case "wildcard":
		v, err := object.Operate(like, object.Text(item), want)
		return object.Truth(v), f.at(pattern, err)
	case "regex":
		v, groups, err := object.Match(match, object.Text(item), want)
		if groups != nil {
			f.scope.put("Matches", groups)
		}
		return object.Truth(v), f.at(pattern, err)
	}
	if st.CaseSensitive {
		v, err := object.Operate("-ceq", item, want)
		return object.Truth(v), f.at(pattern, err)
	}
	return object.Equal(item, want), nil
}

// try runs a try statement. While its body runs, failures come here instead of
// being reported where they happen.
func (f *frame) try(st *syntax.Try, out sink) (err error) {
	if st.Finally != nil {
		defer func() {
			trying := f.s.trying
			if last := f.run(st.Finally.Statements, out); last != nil {
				err = last
			}
			f.s.trying = trying
		}()
	}
	f.s.trying++
	err = f.run(st.Body.Statements, out)
	f.s.trying--
	var failed *fault
	if f.isControl(err) || !errors.As(err, &failed) {
		return err
	}
	for _, c := range st.Catches {
		if !caught(c.Types, failed.record) {
			continue
		}
		f.s.ok = false
		if !failed.unlisted {
			f.list(failed)
		}
		return f.withDollar(failed.record, func() error { return f.run(c.Body.Statements, out) })
	}
	return err
}

// caught says whether a catch names the failure's type or one above it.
func caught(types []string, rec *object.ErrorRecord) bool {
	if len(types) == 0 {
		return true
	}
	for _, t := range types {
		switch short := shortType(t); {
		case strings.EqualFold(short, "Exception"), strings.EqualFold(short, "SystemException"), strings.EqualFold(short, "RuntimeException"):
			return true
		case strings.EqualFold(short, shortType(rec.Reason)):
			return true
		case strings.EqualFold(short, "DivideByZeroException"):
			// The exception within: the record tells of the one around it.
			return rec.Message == "Attempted to divide by zero."
		}
	}
	return false
}

// leave is return, break, continue, exit or throw.
func (f *frame) leave(st *syntax.Flow, out sink) error {
	var v object.Value
	if st.Value != nil && st.Keyword == "return" {
		if err := f.execute(st.Value, out); err != nil {
			return err
		}
		return &flow{keyword: "return"}
	}
	if st.Value != nil {
		var err error
		if v, err = f.value(st.Value); err != nil {
			return err
		}
	}
	switch st.Keyword {
	case "throw":
		return f.throw(st, v)
	case "exit":
		code, err := object.Convert(v, "Int32", f.s.config.Zone)
		n, ok := code.(int32)
		if v == nil || err != nil || !ok {
			n = 0
		}
		return &flow{keyword: "exit", code: int(n)}
	}
	return &flow{keyword: st.Keyword}
}

// throw makes a failure of a value; alone in a catch it throws what was caught.
func (f *frame) throw(st *syntax.Flow, v object.Value) error {
	if v == nil && st.Value == nil {
		if dollar := f.scope.find("_"); dollar != nil {
			if rec, ok := dollar.value.(*object.ErrorRecord); ok {
				return &fault{record: rec, script: true, listed: true}
			}
		}
		v = "ScriptHalted"
	}
	if rec, ok := v.(*object.ErrorRecord); ok {
		return &fault{record: rec, script: true}
	}
	text := object.Text(v)
	rec := &object.ErrorRecord{
		Message: text, Category: "OperationStopped", Reason: "RuntimeException", ID: text,
		TargetName: text, TargetType: shortType(object.TypeName(v)),
	}
	f.place(rec, st)
	return &fault{record: rec, script: true}
}
