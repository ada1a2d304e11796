package config

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// field is one setting of a Config: a key that holds a value, not a group.
type field struct {
	path  string // as in mistakes: roles[0].listen
	name  string // as in flags and, in upper case, in the environment: roles.exchange.listen
	tag   reflect.StructTag
	value reflect.Value
}

func (f field) variable() string {
	return "MATCHSEAL_" + strings.ToUpper(strings.ReplaceAll(f.name, ".", "_"))
}

// fields lists all settings of c, those of the roles included.
func fields(c *Config) []field {
	return appendFields(nil, reflect.ValueOf(c).Elem(), "", "")
}

func appendFields(all []field, group reflect.Value, path, name string) []field {
	for i := range group.NumField() {
		tag, value := group.Type().Field(i).Tag, group.Field(i)
		key := tag.Get("key")
		switch {
		case value.Kind() == reflect.Struct:
			all = appendFields(all, value, path+key+".", name+key+".")
		case isGroups(value.Type()):
			for j := range value.Len() {
				role := value.Index(j)
				all = appendFields(all, role, fmt.Sprintf("%s%s[%d].", path, key, j), name+key+"."+role.Field(0).String()+".")
			}
		default:
			all = append(all, field{path + key, name + key, tag, value})
		}
	}
	return all
}

// isGroups recognises a list of groups: the roles.
func isGroups(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct
}

// assign gives v the value that text stands for in an environment variable, a
// flag or a tag: lists are separated by commas, maps are name=value lists.
func assign(v reflect.Value, text string) error {
	switch v.Interface().(type) {
	case string:
		v.SetString(text)
	case bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", text)
		}
		v.SetBool(b)
	case time.Duration:
		d, err := time.ParseDuration(text)
		if err != nil {
			return fmt.Errorf("%q is no duration: write it like 30s, 5m or 1h30m", text)
		}
		v.SetInt(int64(d))
	case []string:
		v.Set(reflect.ValueOf(splitList(text)))
	case map[string]string:
		entries := map[string]string{}
		for _, entry := range splitList(text) {
			name, value, ok := strings.Cut(entry, "=")
			if !ok {
				return fmt.Errorf("%q is not of the form name=value", entry)
			}
			entries[name] = value
		}
		v.Set(reflect.ValueOf(entries))
	default:
		panic("config: no way to assign a " + v.Type().String())
	}
	return nil
}

func splitList(text string) []string {
	var list []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}
