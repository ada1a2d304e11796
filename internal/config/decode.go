package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/matchseal/matchseal/internal/problem"
)

// decoder copies a YAML document into a Config and collects what does not fit.
type decoder struct {
	file     string
	lines    map[string]int // line of each key that was set, by its path
	mistakes Mistakes
}

func (d *decoder) mistake(code problem.Code, line int, key, format string, args ...any) {
	d.mistakes = append(d.mistakes, Mistake{code, d.file, line, key, fmt.Sprintf(format, args...)})
}

// decode reads the one document of the file.
func (d *decoder) decode(data []byte, c *Config) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document, second yaml.Node
	err := decoder.Decode(&document)
	if errors.Is(err, io.EOF) {
		d.mistake(problem.ConfigSyntax, 0, "", "the file holds nothing; print an example with: matchseal config describe")
		return
	}
	if err == nil && !errors.Is(decoder.Decode(&second), io.EOF) {
		d.mistake(problem.ConfigSyntax, max(second.Line, 1), "", "a second document begins (---); one file holds one configuration")
		return
	}
	if err != nil {
		d.syntax(err, data)
		return
	}
	d.group(document.Content[0], reflect.ValueOf(c).Elem(), "")
}

// syntax explains what the YAML reader did not understand.
func (d *decoder) syntax(err error, data []byte) {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 0
	if found := regexp.MustCompile(`^line (\d+): `).FindStringSubmatch(text); found != nil {
		line, _ = strconv.Atoi(found[1])
		text = text[len(found[0]):]
	}
	if strings.Contains(text, "cannot start any token") {
		text += " (indent with spaces, not with tabs, and put texts that begin with @, ` or % in quotes)"
	}
	d.mistake(problem.ConfigSyntax, line, "", "%s", text)
	number := 0
	for content := range bytes.Lines(data) {
		number++
		if odd := pasted(string(content)); odd != "" {
			d.mistake(problem.ConfigSyntax, number, "", "the line %s", odd)
			return
		}
	}
}

// group copies a mapping into a struct.
func (d *decoder) group(node *yaml.Node, into reflect.Value, path string) {
	if node.Kind != yaml.MappingNode {
		d.wrongType(node, strings.TrimSuffix(path, "."), "a group of keys")
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		name := key.Value
		if first, twice := seen[name]; twice {
			d.mistake(problem.ConfigDuplicateKey, key.Line, path+name, "the key is set twice, first in line %d; keep one of them", first)
			continue
		}
		seen[name] = key.Line
		member, ok := member(into, name)
		if key.Kind != yaml.ScalarNode || !ok {
			d.unknown(key, into, path)
			continue
		}
		if value.ShortTag() != "!!null" { // a key without a value is as good as none
			d.lines[path+name] = key.Line
			d.value(value, member, path+name)
		}
	}
}

// member finds the field of a struct by its key.
func member(group reflect.Value, key string) (reflect.Value, bool) {
	for i := range group.NumField() {
		if group.Type().Field(i).Tag.Get("key") == key {
			return group.Field(i), true
		}
	}
	return reflect.Value{}, false
}

func (d *decoder) unknown(key *yaml.Node, group reflect.Value, path string) {
	name := key.Value
	if odd := pasted(name); odd != "" {
		d.mistake(problem.ConfigUnknownKey, key.Line, path+name, "the key %s", odd)
		return
	}
	hint := suggest(name, group)
	d.mistake(problem.ConfigUnknownKey, key.Line, path+name, "there is no such key; %s", hint)
}

// suggest says what an unknown key was probably meant to be: a key of the same
// group in another spelling, or a key of another group.
func suggest(name string, group reflect.Value) string {
	var siblings []string
	for i := range group.NumField() {
		siblings = append(siblings, group.Type().Field(i).Tag.Get("key"))
	}
	if near := nearest(name, siblings); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	for _, f := range fields(&Config{Roles: []Role{{Role: "<role>"}}}) {
		if strings.HasSuffix("."+f.name, "."+strings.ToLower(name)) {
			return fmt.Sprintf("did you mean %s?", f.name)
		}
	}
	return "the keys here are " + strings.Join(siblings, ", ")
}

func (d *decoder) value(node *yaml.Node, into reflect.Value, path string) {
	switch {
	case node.Kind == yaml.AliasNode || node.Anchor != "":
		d.mistake(problem.ConfigType, node.Line, path, "anchors and aliases (& and *) are not supported; write the value out")
	case into.Kind() == reflect.Struct:
		d.group(node, into, path+".")
	case isGroups(into.Type()):
		d.groups(node, into, path)
	case into.Kind() == reflect.Slice:
		d.list(node, into, path)
	case into.Kind() == reflect.Map:
		d.entries(node, into, path)
	default:
		d.scalar(node, into, path)
	}
}

func (d *decoder) groups(node *yaml.Node, into reflect.Value, path string) {
	if node.Kind != yaml.SequenceNode {
		d.wrongType(node, path, "a list, each entry of which begins with a hyphen")
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(node.Content), len(node.Content)))
	for i, entry := range node.Content {
		at := fmt.Sprintf("%s[%d]", path, i)
		d.lines[at] = entry.Line
		d.group(entry, into.Index(i), at+".")
	}
}

func (d *decoder) list(node *yaml.Node, into reflect.Value, path string) {
	if node.Kind != yaml.SequenceNode {
		d.wrongType(node, path, "a list, such as [a, b]")
		return
	}
	var list []string
	for i, entry := range node.Content {
		at := fmt.Sprintf("%s[%d]", path, i)
		d.lines[at] = entry.Line
		list = append(list, d.text(entry, at))
	}
	into.Set(reflect.ValueOf(list))
}

func (d *decoder) entries(node *yaml.Node, into reflect.Value, path string) {
	if node.Kind != yaml.MappingNode {
		d.wrongType(node, path, "a group of name: value lines")
		return
	}
	entries := map[string]string{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		at := path + "." + key.Value
		if _, twice := entries[key.Value]; twice {
			d.mistake(problem.ConfigDuplicateKey, key.Line, at, "the name is there twice; keep one of them")
		}
		d.lines[at] = key.Line
		entries[d.text(key, at)] = d.text(value, at)
	}
	into.Set(reflect.ValueOf(entries))
}

// scalar copies a single value.
func (d *decoder) scalar(node *yaml.Node, into reflect.Value, path string) {
	if into.Kind() == reflect.Bool {
		if node.ShortTag() != "!!bool" {
			d.wrongType(node, path, "true or false")
			return
		}
		into.SetBool(strings.EqualFold(node.Value, "true"))
		return
	}
	text := node.Value
	if into.Kind() == reflect.String || node.Kind != yaml.ScalarNode { // else a duration, such as 30
		text = d.text(node, path)
	}
	if err := assign(into, text); err != nil && node.Kind == yaml.ScalarNode {
		d.mistake(problem.ConfigType, node.Line, path, "%v", err)
	}
}

// text returns a value that must be text. A pasted character in it is a
// mistake here, where the line is known.
func (d *decoder) text(node *yaml.Node, path string) string {
	if node.Kind != yaml.ScalarNode || node.ShortTag() != "!!str" {
		want := "text"
		if node.Kind == yaml.ScalarNode {
			want = fmt.Sprintf("text; write it in quotes: %q", node.Value)
		}
		d.wrongType(node, path, want)
		return ""
	}
	if odd := pasted(node.Value); odd != "" {
		d.mistake(problem.ConfigValue, node.Line, path, "the value %s", odd)
	}
	return node.Value
}

func (d *decoder) wrongType(node *yaml.Node, path, want string) {
	is := map[string]string{"!!map": "a group of keys", "!!seq": "a list", "!!bool": "true or false", "!!int": "a number",
		"!!float": "a number", "!!null": "empty", "!!str": "text", "!!timestamp": "a date"}[node.ShortTag()]
	if is == "" {
		is = "something else"
	}
	d.mistake(problem.ConfigType, node.Line, path, "the value is %s, but must be %s", is, want)
}
