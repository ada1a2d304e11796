package builtin

import (
	"context"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

func selectCommands() []*shell.Command {
	const usual, tail, index = "DefaultParameter", "SkipLastParameter", "IndexParameter"
	return []*shell.Command{{
		Name: "Select-Object", Aliases: []string{"select"}, Module: utility,
		Synopsis: "Keeps named properties (wildcards allowed), or first/last/unique items.",
		Sets:     []string{usual, tail, index}, DefaultSet: usual,
		Parameters: []shell.Parameter{
			within(at(0, "Property", "Object[]", "properties to keep: names, wildcards, @{n='…';e={…}}"), usual, tail),
			within(named("ExcludeProperty", "String[]", "properties to leave out"), usual, tail),
			within(named("ExpandProperty", "String", "put this property's value in the object's place"), usual, tail),
			within(named("First", "Int32", "how many from the start"), usual),
			within(named("Last", "Int32", "how many from the end"), usual),
			within(named("Skip", "Int32", "how many to leave out at the start, or the end with -Last"), usual),
			within(named("SkipLast", "Int32", "how many to leave out at the end"), tail),
			within(named("Index", "Int32[]", "places in the input, from 0"), index),
			toggle("Unique", "leave out what came before"),
			within(toggle("Wait", "let the pipeline go on when there is enough"), usual, index),
			input("the objects"),
		},
		Start: startSelect,
	}}
}

// selection is one use of Select-Object.
type selection struct {
	fields  []format.Field
	exclude []object.Pattern
	expand  string
	unique  bool
	seen    map[string]bool

	first, last, skip, skipLast int // first is -1 when not given
	index                       []int
	wait                        bool

	count int            // objects that came in
	held  []object.Value // for last and skipLast: not more than these ask for
}

func startSelect() shell.Handler {
	s := &selection{first: -1, seen: map[string]bool{}}
	return shell.Handler{Begin: s.begin, Process: s.process, End: s.end}
}

func (s *selection) begin(_ context.Context, in *shell.Invocation) (err error) {
	if in.Has("Property") {
		if s.fields, err = format.Fields(in.Value("Property")); err != nil {
			return err
		}
	}
	for _, text := range in.Strings("ExcludeProperty") {
		p, err := object.Wildcard(text)
		if err != nil {
			return err
		}
		s.exclude = append(s.exclude, p)
	}
	s.expand, s.unique, s.wait = in.String("ExpandProperty"), in.Bool("Unique"), in.Bool("Wait")
	s.last, s.skip, s.skipLast = in.Int("Last"), in.Int("Skip"), in.Int("SkipLast")
	if in.Has("First") {
		s.first = in.Int("First")
	}
	for _, v := range flat(in.Value("Index")) {
		if n, ok := v.(int32); ok {
			s.index = append(s.index, int(n))
		}
	}
	slices.Sort(s.index)
	return s.enough(in, s.first == 0 && s.last == 0)
}

func (s *selection) process(ctx context.Context, in *shell.Invocation) error {
	v, ok := incoming(in)
	if !ok {
		return nil
	}
	place := s.count
	s.count++
	switch {
	case in.Has("Index"):
		if slices.Contains(s.index, place) {
			if err := s.put(ctx, in, v); err != nil {
				return err
			}
		}
		return s.enough(in, len(s.index) == 0 || place >= s.index[len(s.index)-1])
	case s.skipLast > 0:
		return s.delay(ctx, in, v)
	case s.last > 0 && s.first < 0:
		s.keep(v, s.last+s.skip)
		return nil
	}
	return s.head(ctx, in, v, place-s.skip)
}

// head is the first part of the input: all of it without -First. With -Last
// too, the rest is kept for the end.
func (s *selection) head(ctx context.Context, in *shell.Invocation, v object.Value, place int) error {
	if place < 0 {
		return nil
	}
	if s.first >= 0 && place >= s.first {
		if s.last > 0 {
			s.keep(v, s.last)
			return nil
		}
		return s.enough(in, true)
	}
	if err := s.put(ctx, in, v); err != nil {
		return err
	}
	return s.enough(in, s.first >= 0 && place == s.first-1 && s.last == 0)
}

// keep holds the last n objects.
func (s *selection) keep(v object.Value, n int) {
	s.held = append(s.held, v)
	// Twice as many are held before the older half goes, so that dropping one
	// does not move all others each time.
	if len(s.held) >= 2*n {
		s.held = append(s.held[:0:0], s.held[len(s.held)-n:]...)
	}
}

// delay puts an object out once more than skipLast came after it.
func (s *selection) delay(ctx context.Context, in *shell.Invocation, v object.Value) error {
	s.held = append(s.held, v)
	if len(s.held) <= s.skipLast {
		return nil
	}
	first := s.held[0]
	s.held[0] = nil
	s.held = s.held[1:]
	return s.put(ctx, in, first)
}

func (s *selection) end(ctx context.Context, in *shell.Invocation) error {
	if s.last <= 0 {
		return nil
	}
	held := s.held
	if s.first < 0 {
		held = held[:max(0, len(held)-s.skip)]
	}
	for _, v := range held[max(0, len(held)-s.last):] {
		if err := s.put(ctx, in, v); err != nil {
			return err
		}
	}
	return nil
}

// enough stops the commands before this one when all that was asked for has
// come.
func (s *selection) enough(in *shell.Invocation, yes bool) error {
	if yes && !s.wait {
		return shell.ErrEnough
	}
	return nil
}

// put makes what is put out for an object.
func (s *selection) put(ctx context.Context, in *shell.Invocation, v object.Value) error {
	if s.fields == nil && s.expand == "" {
		return s.emit(in, v)
	}
	var picked []object.Property
	if s.fields != nil {
		var err error
		if picked, err = format.Expand(s.fields, v, expression(ctx, in)); err != nil {
			return err
		}
		picked = slices.DeleteFunc(picked, s.excluded)
	}
	if s.expand != "" {
		return s.putExpanded(in, v, picked)
	}
	return s.emit(in, &object.Object{Types: selectedTypes(v), Properties: picked})
}

func selectedTypes(v object.Value) []string {
	return []string{"Selected." + object.TypeName(v), customObject, "System.Object"}
}

func (s *selection) excluded(p object.Property) bool {
	return slices.ContainsFunc(s.exclude, func(pattern object.Pattern) bool { return pattern.Match(p.Name) })
}

// putExpanded puts out the values of one property, to which other selected
// properties are added when they are objects.
func (s *selection) putExpanded(in *shell.Invocation, v object.Value, extra []object.Property) error {
	name := s.expand
	if object.HasWildcard(name) {
		found := format.Select([]string{name}, v)
		if len(found) > 1 {
			return in.Fail(about(fault(in, "MutlipleExpandProperties", "InvalidArgument", "PSArgumentException",
				"Multiple properties cannot be expanded."), object.Text(v), shortType(v)))
		}
		if len(found) == 1 {
			name = found[0].Name
		}
	}
	value, ok := object.Get(v, name)
	if !ok {
		return in.Fail(about(fault(in, "ExpandPropertyNotFound", "InvalidArgument", "PSArgumentException",
			"Property %q cannot be found.", name), object.Text(v), shortType(v)))
	}
	items := object.Items(value)
	if _, ok := value.(*object.List); !ok {
		items = []object.Value{value}
	}
	for _, item := range items {
		if o, ok := item.(*object.Object); ok && len(extra) > 0 {
			copied := *o
			copied.Properties = append(slices.Clip(o.Properties), extra...)
			item = &copied
		}
		if err := s.emit(in, item); err != nil {
			return err
		}
	}
	return nil
}

// emit passes a value on unless the same came before and -Unique is on.
func (s *selection) emit(in *shell.Invocation, v object.Value) error {
	if s.unique {
		id := identity(v)
		if s.seen[id] {
			return nil
		}
		s.seen[id] = true
	}
	return in.Emit(v)
}

// identity is a text that two values share when -Unique takes one for the
// other: their types and texts, of objects those of their properties. Case
// counts.
func identity(v object.Value) string {
	o, ok := v.(*object.Object)
	if !ok {
		return object.TypeName(v) + "\x00" + object.Text(v)
	}
	var b strings.Builder
	for _, p := range o.Properties {
		b.WriteString(p.Name + "\x00" + object.Text(p.Value) + "\x00")
	}
	return b.String()
}

// shortType is a type's name without what stands before the last dot, as
// CategoryInfo shows it.
func shortType(v object.Value) string {
	name := object.TypeName(v)
	if name == customObject {
		return "PSObject"
	}
	return name[strings.LastIndex(name, ".")+1:]
}
