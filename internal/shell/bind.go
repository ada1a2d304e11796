package shell

import (
	"fmt"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/shell/object"
	"github.com/matchseal/matchseal/internal/shell/syntax"
)

// argument is one argument of a command line, evaluated.
type argument struct {
	name   string // of a parameter; empty for a value alone
	dash   string // as typed
	value  object.Value
	given  bool // there is a value
	at     syntax.Span
	valued syntax.Span // where the value stands
}

func (a argument) named() bool { return a.dash != "" }

// binding is what the parameters of one use of a command are bound to.
type binding struct {
	command    *Command
	parameters []*Parameter // its own, then the common ones
	own        int          // how many are its own
	index      map[string]*Parameter
	values     map[*Parameter]object.Value // from the command line and prompts
	piped      map[*Parameter]object.Value // from the object in the pipeline
	delayed    map[*Parameter]*block       // script blocks run for each object
	spans      map[*Parameter]syntax.Span
	rest       []object.Value // $args
	ordered    []*Parameter   // for pipeline input
	possible   setMask
	begun      setMask // possible before the object in the pipeline narrowed it
	fed        bool
}

// binder binds one command line.
type binder struct {
	*binding
	st    *stage
	loose []argument // values without a name
}

func (s *Session) newBinding(c *Command, fed bool) *binding {
	b := &binding{
		command: c, own: len(c.Parameters), possible: allSets(c), fed: fed,
		index: map[string]*Parameter{}, values: map[*Parameter]object.Value{},
		delayed: map[*Parameter]*block{}, spans: map[*Parameter]syntax.Span{},
	}
	for i := range c.Parameters {
		b.parameters = append(b.parameters, &c.Parameters[i])
	}
	common := s.Common(c)
	for i := range common {
		if !slices.ContainsFunc(c.Parameters, func(p Parameter) bool { return strings.EqualFold(p.Name, common[i].Name) }) {
			b.parameters = append(b.parameters, &common[i])
		}
	}
	for _, p := range b.parameters {
		b.index[strings.ToLower(p.Name)] = p
	}
	return b
}

// value is what a parameter is bound to.
func (b *binding) value(name string) (object.Value, bool) {
	p, ok := b.index[strings.ToLower(name)]
	if !ok {
		return nil, false
	}
	if v, ok := b.piped[p]; ok {
		return v, true
	}
	v, ok := b.values[p]
	return v, ok
}

func (b *binding) bound(p *Parameter) bool {
	_, line := b.values[p]
	_, late := b.delayed[p]
	return line || late
}

// span is where a parameter's value stands.
func (b *binding) span(name string) (syntax.Span, bool) {
	at, ok := b.spans[b.index[strings.ToLower(name)]]
	return at, ok
}

// names are the command's own parameters that are bound, in their order.
func (b *binding) names() []string {
	var all []string
	for _, p := range b.parameters[:b.own] {
		if _, ok := b.value(p.Name); ok {
			all = append(all, p.Name)
		}
	}
	return all
}

func (bd *binder) bindNamed(args []argument) error {
	for i := 0; i < len(args); i++ {
		a := args[i]
		if !a.named() {
			bd.loose = append(bd.loose, a)
			continue
		}
		p, err := bd.match(a)
		if err != nil {
			return err
		}
		if p == nil { // a simple function puts what it does not know into $args
			bd.loose = append(bd.loose, argument{value: a.dash + a.name, given: true, at: a.at})
			if a.given {
				bd.loose = append(bd.loose, argument{value: a.value, given: true, at: a.at})
			}
			continue
		}
		switch {
		case p.Switch && !a.given:
			a.value, a.valued = true, a.at
		case a.given:
		case i+1 < len(args) && !args[i+1].named():
			i++
			a.value, a.valued = args[i].value, args[i].valued
		default:
			return bd.refuse(a.at, "MissingArgument", "InvalidArgument",
				"Missing an argument for parameter '%s'. Specify a parameter of type '%s' and try again.", p.Name, fullType(p))
		}
		if err := bd.assign(p, a); err != nil {
			return err
		}
	}
	return nil
}

// match finds the parameter a name means: an exact name or alias, or else the
// only one it begins. A command's own parameters go before the common ones.
func (bd *binder) match(a argument) (*Parameter, error) {
	var own, all []*Parameter
	for i, p := range bd.parameters {
		exact, begins := p.called(a.name)
		if exact {
			return p, nil
		}
		if begins {
			all = append(all, p)
			if i < bd.own {
				own = append(own, p)
			}
		}
	}
	switch {
	case len(all) == 1:
		return all[0], nil
	case len(own) == 1:
		return own[0], nil
	case len(all) == 0 && bd.command.simple():
		return nil, nil
	case len(all) == 0:
		return nil, bd.refuse(a.at, "NamedParameterNotFound", "InvalidArgument",
			"A parameter cannot be found that matches parameter name '%s'.", a.name)
	}
	var names []string
	for _, p := range all {
		names = append(names, "-"+p.Name)
	}
	slices.SortFunc(names, compareFold)
	return nil, bd.refuse(a.at, "AmbiguousParameter", "InvalidArgument",
		"Parameter cannot be processed because the parameter name '%s' is ambiguous. Possible matches include: %s.", a.name, strings.Join(names, " "))
}

// called says whether a name is the parameter's, or begins one of its names.
func (p *Parameter) called(name string) (exact, begins bool) {
	for _, n := range append([]string{p.Name}, p.Aliases...) {
		if strings.EqualFold(n, name) {
			return true, true
		}
		if len(name) < len(n) && strings.EqualFold(n[:len(name)], name) {
			begins = true
		}
	}
	return false, begins && name != ""
}

// assign binds a value of the command line to a parameter.
func (bd *binder) assign(p *Parameter, a argument) error {
	if bd.bound(p) {
		return bd.refuse(a.at, "ParameterAlreadyBound", "InvalidArgument",
			"Cannot bind parameter because parameter '%s' is specified more than once. To provide multiple values to parameters that can accept multiple values, use the array syntax. For example, \"-parameter value1,value2,value3\".", p.Name)
	}
	bd.spans[p] = a.valued
	if b, ok := a.value.(*block); ok && bd.delays(p) {
		bd.delayed[p] = b
	} else {
		v, err := bd.st.accepts(p, a.value)
		if err != nil {
			return bd.placed(err, a)
		}
		bd.values[p] = v
	}
	bd.possible &= maskOf(bd.command, p)
	if bd.possible == 0 {
		return bd.unresolved()
	}
	return nil
}

// delays says that a script block given for the parameter is to be run for
// each object in the pipeline to get the value.
func (bd *binder) delays(p *Parameter) bool {
	return bd.fed && (p.Pipeline || p.PipelineProperty) && !takesAnything(p.Type) && !isBlockType(p.Type)
}

// bindPositions binds the values without names by position. At one position
// the default set and values that need no conversion go first.
func (bd *binder) bindPositions() error {
	for _, at := range bd.positions() {
		if len(bd.loose) == 0 {
			return nil
		}
		p, err := bd.atPosition(at, bd.loose[0])
		if err != nil {
			return err
		}
		if p == nil {
			continue
		}
		if err := bd.assign(p, bd.loose[0]); err != nil {
			return err
		}
		bd.loose = bd.loose[1:]
	}
	return nil
}

// positions are the positions there are, in order.
func (bd *binder) positions() []int {
	var all []int
	for _, p := range bd.parameters {
		if p.Position >= 0 && !p.Rest && !slices.Contains(all, p.Position) {
			all = append(all, p.Position)
		}
	}
	slices.Sort(all)
	return all
}

// atPosition chooses the parameter at a position that takes the value; nil when
// there is none left there. Its error is that of the only candidate.
func (bd *binder) atPosition(at int, a argument) (*Parameter, error) {
	var first, others []*Parameter
	fallback := defaultMask(bd.command)
	for _, p := range bd.parameters {
		mask := maskOf(bd.command, p) & bd.possible
		switch {
		case p.Position != at || p.Rest || bd.bound(p) || mask == 0:
		case mask&fallback != 0:
			first = append(first, p)
		default:
			others = append(others, p)
		}
	}
	candidates := append(first, others...)
	for _, p := range candidates {
		if exact(p, a.value) || bd.st.listed(p, a.value) {
			return p, nil
		}
	}
	var refused error
	for _, p := range candidates {
		_, err := bd.st.accepts(p, a.value)
		if err == nil {
			return p, nil
		}
		if refused == nil {
			refused = bd.placed(err, a)
		}
	}
	return nil, refused
}

// bindRest gives what is left to the parameter that takes the rest.
func (bd *binder) bindRest() error {
	if len(bd.loose) == 0 {
		return nil
	}
	for _, p := range bd.parameters {
		if p.Rest && !bd.bound(p) && maskOf(bd.command, p)&bd.possible != 0 {
			var items []object.Value
			for _, a := range bd.loose {
				items = append(items, a.value)
			}
			a := argument{value: &object.List{Items: items}, at: bd.loose[0].at, valued: bd.loose[0].at}
			bd.loose = nil
			return bd.assign(p, a)
		}
	}
	if bd.command.simple() {
		for _, a := range bd.loose {
			bd.rest = append(bd.rest, plain(a.value))
		}
		return nil
	}
	return bd.refuse(bd.loose[0].at, "PositionalParameterNotFound", "InvalidArgument",
		"A positional parameter cannot be found that accepts argument '%s'.", object.Text(plain(bd.loose[0].value)))
}

// simple says that a command is a function or block that takes any arguments
// and no common parameters.
func (c *Command) simple() bool { return c.body != nil && !c.body.advanced }

// refuse is the fault of a command line that cannot be bound.
func (bd *binder) refuse(at syntax.Node, id, category, message string, args ...any) *fault {
	e := bd.st.refuse(bd.command, at, id, category, "ParameterBindingException", fmt.Sprintf(message, args...))
	hideSecrets(e.record, bd.spans)
	return e
}

// refuse is the fault of a command line; nothing of the command has run.
func (st *stage) refuse(c *Command, at syntax.Node, id, category, reason, message string) *fault {
	rec := &object.ErrorRecord{Command: c.Name, Message: message, Category: category, Reason: reason, ID: c.errorID(id)}
	st.caller.place(rec, at)
	return &fault{record: rec, binding: true}
}

// placed points a conversion's failure at the value.
func (bd *binder) placed(err error, a argument) error {
	e := bd.st.caller.fault(nil, err)
	e.binding = true
	at := a.valued
	if at == (syntax.Span{}) {
		at = a.at
	}
	bd.st.caller.place(e.record, at)
	hideSecrets(e.record, bd.spans)
	return e
}
