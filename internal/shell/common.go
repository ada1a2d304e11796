package shell

import (
	"strings"

	"github.com/matchseal/matchseal/internal/shell/object"
)

// common is what the common parameters of one use of a command say.
type common struct {
	errorAction, warningAction, informationAction string
	verbose, debug, confirm, whatIf               *bool
	pipelineVariable                              string
	errors, warnings, information, output         keeper
}

// actionType is the type of -ErrorAction and its like; its members have numbers
// in the order of the parameters' Values.
const actionType = "System.Management.Automation.ActionPreference"

// keeper collects what goes through a stream for -ErrorVariable and the like.
type keeper struct{ list *object.List }

// commonParameters are the parameters every cmdlet has.
func commonParameters() []Parameter {
	action := []string{"SilentlyContinue", "Stop", "Continue", "Inquire", "Ignore", "Suspend"}
	return []Parameter{
		{Name: "Verbose", Aliases: []string{"vb"}, Type: "SwitchParameter", Switch: true, Position: -1, Meaning: "say what is being done"},
		{Name: "Debug", Aliases: []string{"db"}, Type: "SwitchParameter", Switch: true, Position: -1, Meaning: "say more than that"},
		{Name: "ErrorAction", Aliases: []string{"ea"}, Type: actionType, Position: -1, Values: action, Meaning: "what an error does"},
		{Name: "WarningAction", Aliases: []string{"wa"}, Type: actionType, Position: -1, Values: action, Meaning: "what a warning does"},
		{Name: "InformationAction", Aliases: []string{"infa"}, Type: actionType, Position: -1, Values: action, Meaning: "what a message does"},
		{Name: "ErrorVariable", Aliases: []string{"ev"}, Type: "String", Position: -1, Meaning: "variable that keeps the errors; +name adds to it"},
		{Name: "WarningVariable", Aliases: []string{"wv"}, Type: "String", Position: -1, Meaning: "variable that keeps the warnings"},
		{Name: "InformationVariable", Aliases: []string{"iv"}, Type: "String", Position: -1, Meaning: "variable that keeps the messages"},
		{Name: "OutVariable", Aliases: []string{"ov"}, Type: "String", Position: -1, Meaning: "variable that keeps the output"},
		{Name: "OutBuffer", Aliases: []string{"ob"}, Type: "Int32", Position: -1, Meaning: "objects to gather before they go on; nothing is gathered here"},
		{Name: "PipelineVariable", Aliases: []string{"pv"}, Type: "String", Position: -1, Meaning: "variable that holds the object now in the pipeline"},
	}
}

// changeParameters are those of commands that change something.
func changeParameters() []Parameter {
	return []Parameter{
		{Name: "WhatIf", Aliases: []string{"wi"}, Type: "SwitchParameter", Switch: true, Position: -1, Meaning: "say what would be done and do nothing"},
		{Name: "Confirm", Aliases: []string{"cf"}, Type: "SwitchParameter", Switch: true, Position: -1, Meaning: "ask before acting"},
	}
}

// Common are the parameters a command has besides its own.
func (s *Session) Common(c *Command) []Parameter {
	switch {
	case c.Kind == Native || c.simple():
		return nil
	case c.Changes:
		return s.changing
	}
	return s.plain
}

// readCommon takes the common parameters out of a binding.
func (in *Invocation) readCommon() {
	c := &in.common
	c.errorAction, c.warningAction, c.informationAction = in.own("ErrorAction"), in.own("WarningAction"), in.own("InformationAction")
	c.verbose, c.debug = in.flag("Verbose"), in.flag("Debug")
	c.whatIf, c.confirm = in.flag("WhatIf"), in.flag("Confirm")
	c.pipelineVariable = in.own("PipelineVariable")
	c.errors = in.keeper("ErrorVariable")
	c.warnings = in.keeper("WarningVariable")
	c.information = in.keeper("InformationVariable")
	c.output = in.keeper("OutVariable")
}

// isCommon says that a name is bound as a common parameter and not as one of
// the command's own.
func (in *Invocation) isCommon(name string) bool {
	p := in.binding.index[strings.ToLower(name)]
	for _, own := range in.binding.parameters[:in.binding.own] {
		if own == p {
			return false
		}
	}
	return p != nil
}

func (in *Invocation) own(name string) string {
	if !in.isCommon(name) {
		return ""
	}
	return in.String(name)
}

func (in *Invocation) flag(name string) *bool {
	if !in.isCommon(name) {
		return nil
	}
	return in.BoolIf(name)
}

// keeper sets up the variable of -ErrorVariable and the like; a + before its
// name adds to what is there.
func (in *Invocation) keeper(name string) keeper {
	variable := in.own(name)
	if variable == "" {
		return keeper{}
	}
	variable, add := strings.CutPrefix(variable, "+")
	sc := in.stage.caller.scope
	if v := sc.find(variable); add && v != nil {
		if l, ok := v.value.(*object.List); ok {
			return keeper{l}
		}
		l := &object.List{Items: object.Items(v.value)}
		v.value = l
		return keeper{l}
	}
	l := &object.List{Type: "System.Collections.ArrayList"}
	sc.put(variable, l)
	return keeper{l}
}

// keep adds to a variable that was asked for.
func (c *common) keep(k *keeper, v object.Value) {
	if k.list != nil && len(k.list.Items) < maxCollected {
		k.list.Items = append(k.list.Items, v)
	}
}

func (c *common) keepOutput(v object.Value) {
	if c.output.list != nil {
		c.keep(&c.output, v)
	}
}
