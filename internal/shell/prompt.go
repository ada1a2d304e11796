package shell

import (
	"errors"
	"fmt"
	"strings"

	"github.com/matchseal/matchseal/internal/shell/object"
)

// maxAnswers bounds the values typed for one list.
const maxAnswers = 1024

// ask prompts for mandatory parameters that have no value.
func (bd *binder) ask(missing []*Parameter) error {
	caption := fmt.Sprintf("cmdlet %s at command pipeline position %d", bd.command.Name, bd.st.position)
	message := "Supply values for the following parameters:"
	for i, p := range missing {
		v, err := bd.answer(p, caption, message)
		if errors.Is(err, ErrNoUser) {
			return bd.mandatory(missing[i:])
		}
		if err != nil {
			return err
		}
		caption, message = "", ""
		got, err := bd.typedIn(p, v)
		if err != nil {
			return bd.placed(err, argument{at: bd.st.node.At()})
		}
		bd.values[p] = got
		bd.possible &= maskOf(bd.command, p)
	}
	return nil
}

// mandatory is the error when nobody can be asked.
func (bd *binder) mandatory(missing []*Parameter) error {
	var names []string
	for _, p := range missing {
		names = append(names, p.Name)
	}
	return bd.refuse(bd.st.node, "MissingMandatoryParameter", "InvalidArgument",
		"Cannot process command because of one or more missing mandatory parameters: %s.", strings.Join(names, " "))
}

// answer reads one parameter's value: a text, or texts for a list, up to an
// empty one.
func (bd *binder) answer(p *Parameter, caption, message string) (object.Value, error) {
	secret := strings.EqualFold(shortType(p.Type), "securestring")
	if !strings.HasSuffix(p.Type, "[]") {
		return bd.put(Question{Caption: caption, Message: message, Prompt: p.Name + ": ", Secret: secret})
	}
	list := &object.List{}
	for len(list.Items) < maxAnswers {
		v, err := bd.put(Question{Caption: caption, Message: message, Prompt: fmt.Sprintf("%s[%d]: ", p.Name, len(list.Items)), Secret: secret})
		if err != nil {
			return nil, err
		}
		if v == "" {
			break
		}
		list.Items = append(list.Items, v)
		caption, message = "", ""
	}
	return list, nil
}

func (bd *binder) put(q Question) (object.Value, error) {
	f := bd.st.caller
	answer, err := f.s.config.Host.Ask(f.ctx, q)
	if q.Secret && err == nil {
		return object.Secure{Secret: answer}, nil
	}
	return answer, err
}

// typedIn converts what was typed at a prompt. Any text is true for a Boolean,
// an empty one is false.
func (bd *binder) typedIn(p *Parameter, v object.Value) (object.Value, error) {
	if text, ok := v.(string); ok && (p.Switch || isBoolean(p.Type)) && len(p.Values) == 0 {
		return text != "", nil
	}
	return bd.st.accepts(p, v)
}
