package shell

import (
	"strings"

	"github.com/matchseal/matchseal/internal/shell/object"
)

// scope holds variables and functions. Scopes nest as calls do, not as the
// text does: what a function does not set itself it sees from its caller.
type scope struct {
	parent    *scope
	script    bool // where $script: leads: the session's scope or a script's
	variables map[string]*variable
	functions map[string]*Command
}

// variable is one variable. Type is set by [int]$x = … and holds from then on.
type variable struct {
	name  string
	value object.Value
	typ   string
	fixed bool // $true, $null: nobody may change it
}

func newScope(parent *scope) *scope {
	return &scope{parent: parent, variables: map[string]*variable{}}
}

// find looks a variable up from here outwards.
func (sc *scope) find(name string) *variable {
	name = strings.ToLower(name)
	for ; sc != nil; sc = sc.parent {
		if v, ok := sc.variables[name]; ok {
			return v
		}
	}
	return nil
}

// put sets a variable in this very scope.
func (sc *scope) put(name string, value object.Value) *variable {
	key := strings.ToLower(name)
	if v, ok := sc.variables[key]; ok {
		v.value = value
		return v
	}
	v := &variable{name: name, value: value}
	sc.variables[key] = v
	return v
}

// drop removes a variable from this very scope.
func (sc *scope) drop(name string) bool {
	key := strings.ToLower(name)
	v, ok := sc.variables[key]
	if !ok || v.fixed {
		return false
	}
	delete(sc.variables, key)
	return true
}

// function looks a function up from here outwards.
func (sc *scope) function(name string) *Command {
	name = strings.ToLower(name)
	for ; sc != nil; sc = sc.parent {
		if c, ok := sc.functions[name]; ok {
			return c
		}
	}
	return nil
}

func (sc *scope) define(c *Command) {
	if sc.functions == nil {
		sc.functions = map[string]*Command{}
	}
	sc.functions[strings.ToLower(c.Name)] = c
}

// global is the outermost scope.
func (sc *scope) global() *scope {
	for sc.parent != nil {
		sc = sc.parent
	}
	return sc
}

// ofScript is the scope $script: leads to.
func (sc *scope) ofScript() *scope {
	for sc.parent != nil && !sc.script {
		sc = sc.parent
	}
	return sc
}

// named is the scope a qualifier leads to; nil when it is none.
func (sc *scope) named(qualifier string) *scope {
	switch strings.ToLower(qualifier) {
	case "", "local", "private", "variable", "function":
		return sc
	case "global":
		return sc.global()
	case "script":
		return sc.ofScript()
	}
	return nil
}
