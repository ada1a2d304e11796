package config

import (
	"cmp"
	"fmt"
	"io"
	"reflect"
	"strings"
)

const lineWidth = 78

const preamble = `# Boot file of a matchseal node.
#
# A flag wins over the environment, the environment over this file, and this
# file over the default. Relative paths are relative to this file. What a cmdlet
# changes is kept in the databases and not here. Check a file with:
#   matchseal config test --config <this file>
# Lines that begin with "#" and a key show how to set what has a default.
`

// Describe writes an example of the boot file with an explanation of each key.
// It is valid as it stands, and stays so when its keys are uncommented.
func Describe(w io.Writer) error {
	p := &printer{}
	p.text.WriteString(preamble)
	p.group(reflect.TypeFor[Config](), "", "", 0)
	_, err := io.WriteString(w, p.text.String())
	return err
}

type printer struct{ text strings.Builder }

// group prints the keys of a struct. role chooses among the examples of a role.
func (p *printer) group(t reflect.Type, indent, name string, role int) {
	for i := range t.NumField() {
		f := t.Field(i)
		key := f.Tag.Get("key")
		switch {
		case f.Type.Kind() == reflect.Struct:
			p.text.WriteByte('\n')
			p.comment(indent, f.Tag.Get("doc"))
			fmt.Fprintf(&p.text, "%s%s:\n", indent, key)
			p.group(f.Type, indent+"  ", name+key+".", role)
		case isGroups(f.Type):
			p.text.WriteByte('\n')
			p.comment(indent, f.Tag.Get("doc"))
			fmt.Fprintf(&p.text, "%s%s:\n", indent, key)
			for role := range 3 {
				p.entry(f.Type.Elem(), indent+"  ", role)
			}
		default:
			if indent == "" {
				p.text.WriteByte('\n')
			}
			p.setting(f, indent, name+key, role)
		}
	}
}

// entry prints one role: the explanations only with the first.
func (p *printer) entry(t reflect.Type, indent string, role int) {
	before, bullet := indent, indent+"- "
	for i := range t.NumField() {
		f := t.Field(i)
		if role == 0 {
			p.comment(before, f.Tag.Get("doc"))
		}
		p.key(f, bullet, role)
		before, bullet = indent+"  ", indent+"  "
	}
}

func (p *printer) setting(f reflect.StructField, indent, name string, role int) {
	doc := f.Tag.Get("doc")
	if d := f.Tag.Get("default"); d != "" {
		doc += " Default: " + d + "."
	}
	p.comment(indent, doc+" Environment: "+field{name: name}.variable()+".")
	p.key(f, indent, role)
}

// key prints the line of a key, commented out unless it must be set.
func (p *printer) key(f reflect.StructField, before string, role int) {
	if f.Tag.Get("must") == "" {
		before += "#"
	}
	value := example(f.Tag, role)
	if f.Type.Kind() == reflect.Slice {
		value = "[" + value + "]"
	}
	if f.Type.Kind() == reflect.Map {
		name, to, _ := strings.Cut(value, "=")
		value = fmt.Sprintf("{%q: %q}", name, to)
	}
	fmt.Fprintf(&p.text, "%s%s: %s\n", before, f.Tag.Get("key"), value)
}

// example returns the example of a key for the nth role, or its default.
func example(tag reflect.StructTag, role int) string {
	examples := strings.Split(cmp.Or(tag.Get("example"), tag.Get("default")), " || ")
	return examples[min(role, len(examples)-1)]
}

// comment prints a text in lines of at most lineWidth bytes.
func (p *printer) comment(indent, text string) {
	line := indent + "#"
	for word := range strings.FieldsSeq(text) {
		if len(line)+1+len(word) > lineWidth && line != indent+"#" {
			p.text.WriteString(line + "\n")
			line = indent + "#"
		}
		line += " " + word
	}
	p.text.WriteString(line + "\n")
}
