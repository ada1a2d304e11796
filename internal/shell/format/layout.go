package format

import "github.com/matchseal/matchseal/internal/shell/object"

// Spec is what a Format command was told.
type Spec struct {
	Kind Kind // List, Table or Wide
	// Properties is the list as bound, see Fields; nil takes the type's view or
	// all properties.
	Properties []object.Value
	// GroupBy is a property's name, a script block or a calculated property;
	// nil for no groups.
	GroupBy                     object.Value
	AutoSize, Wrap, HideHeaders bool
	// Columns is how many Format-Wide puts side by side; 0 means 2.
	Columns int
	// Eval runs the script blocks of Properties and GroupBy.
	Eval Eval
}

// Layout is one use of a Format command: it makes the records that flow on.
type Layout struct {
	Spec
	fields, group []Field
}

// Record is what a Format command puts out in place of an object. Only a
// Printer can do anything with it.
type Record struct {
	layout *Layout
	value  object.Value
	cells  []cell // without a list of properties nil: the Printer knows the views
	group  []cell // none or one
}

// NewLayout checks the property list. The error is an *object.Error.
func NewLayout(s Spec) (*Layout, error) {
	l := &Layout{Spec: s}
	var err error
	if l.fields, err = Fields(s.Properties...); err != nil {
		return nil, err
	}
	if l.group, err = Fields(s.GroupBy); err != nil {
		return nil, err
	}
	if s.Kind == Wide && len(l.fields) > 1 || len(l.group) > 1 {
		return nil, invalid("CannotSpecifyMoreThanOne", "Only one property can be given here.")
	}
	return l, nil
}

// Record makes the record of one object; nil for a nil.
func (l *Layout) Record(v object.Value) (*Record, error) {
	if v == nil {
		return nil, nil
	}
	r := &Record{layout: l, value: v}
	var err error
	if l.fields != nil {
		if r.cells, err = expand(l.fields, v, l.Eval); err != nil {
			return nil, err
		}
	}
	r.group, err = expand(l.group, v, l.Eval)
	return r, err
}

// object is what the record shows, as a value.
func (r *Record) object() object.Value {
	if r == nil {
		return nil
	}
	if r.layout.fields == nil {
		return r.value
	}
	o := &object.Object{Types: []string{customObject}}
	for _, c := range r.cells {
		o.Properties = append(o.Properties, c.Property)
	}
	return o
}
