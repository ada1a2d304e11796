package config

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/problem"
)

func FuzzLoad(f *testing.F) {
	var example strings.Builder
	if err := Describe(&example); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(example.String()))
	f.Add([]byte("roles:\n- {role: skype, listen: [':443'], tls_cert: a, tls_key: b, fqdn: a.b, domains: [a.b]}\n"))
	f.Add([]byte("a: &x [*x]\n<<: *x\n"))
	f.Add([]byte("roles: [{}, [], ~, {role: skype, hosts: [~]}]\nlog: {\"level\": !!binary aGk=}\n? [a]\n: b\n"))
	load := func(content []byte) (Config, error) {
		l := &loader{decoder: &decoder{file: "x.yaml", lines: map[string]int{}}, base: "/etc", set: map[string]string{}}
		return l.load(content, func(string) (string, bool) { return "", false }, nil)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		c, err := load(content)
		if err != nil {
			var found Mistakes
			if !errors.As(err, &found) || found[0].Text == "" || problem.CodeOf(err).Area() != "config" {
				t.Errorf("%v is not explained", err)
			}
			return
		}
		if again, err := load(content); err != nil || !cmp.Equal(c, again) {
			t.Errorf("the same file gave %v and %v, %v", c, again, err)
		}
		if len(c.Roles) == 0 || c.Roles[0].FQDN == "" {
			t.Errorf("an incomplete configuration was let through: %+v", c)
		}
	})
}
