package shell_test

import (
	"strings"
	"testing"

	"github.com/matchseal/matchseal/internal/shell"
)

// A value that is a secret is not in the error that shows its line.
func TestErrorsHideSecrets(t *testing.T) {
	for _, c := range []struct{ name, line, want string }{
		{"a text where a SecureString is wanted", `Use-Secret -Password "P@ssw0rd" -Port 1`, `+ Use-Secret -Password ********** -Port 1`},
		{"another parameter is wrong", `Use-Secret -OldPassword ('P@ss' + 'w0rd') -Port x`, `+ Use-Secret -OldPassword ***************** -Port x`},
		{"the command fails", `Use-Secret -OldPassword P@ssw0rd -Port 1`, `+ Use-Secret -OldPassword ******** -Port 1`},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := start(t)
			if ok, err := f.Run(t.Context(), c.line); ok || err != nil {
				t.Fatalf("ran: %v, %v", ok, err)
			}
			got := f.host.text(shell.Errors)
			if strings.Contains(got, "P@ss") || !strings.Contains(got, c.want) {
				t.Errorf("it says\n%s", got)
			}
		})
	}
}
