package builtin_test

import (
	"context"

	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/builtin"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// screen is a host that keeps what it is told and answers what it is asked.
type screen struct {
	text    strings.Builder
	answers []string
	width   int
}

func (s *screen) Write(_ shell.Stream, text string) { s.text.WriteString(text) }

func (s *screen) Ask(_ context.Context, q shell.Question) (string, error) {
	if len(s.answers) == 0 {
		return "", shell.ErrNoUser
	}
	answer := s.answers[0]
	s.answers = s.answers[1:]
	shown := answer
	if q.Secret {
		shown = strings.Repeat("*", len(answer))
	}
	if q.Caption != "" {
		s.text.WriteString(q.Caption + "\n")
	}
	if q.Message != "" {
		s.text.WriteString(q.Message + "\n")
	}
	s.text.WriteString(q.Prompt + shown + "\n")
	return answer, nil
}

func (s *screen) Width() int {
	if s.width == 0 {
		return 120
	}
	return s.width
}

// disk is a file system in memory: path to contents. Folders are those that
// files lie in.
type disk map[string]string

func (d disk) Read(path string) ([]byte, error) {
	for name, data := range d {
		if strings.EqualFold(name, path) {
			return []byte(data), nil
		}
	}
	return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
}

func (d disk) Write(path string, data []byte, add bool) error {
	if strings.Contains(path, "locked") {
		return fs.ErrPermission
	}
	if add {
		d[path] += string(data)
	} else {
		d[path] = string(data)
	}
	return nil
}

func (d disk) List(folder string) ([]string, error) {
	prefix := strings.ToLower(strings.TrimRight(folder, `\`) + `\`)
	var names []string
	for path := range d {
		if !strings.HasPrefix(strings.ToLower(path), prefix) {
			continue
		}
		name, _, within := strings.Cut(path[len(prefix):], `\`)
		if within {
			name += `\`
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if names == nil {
		return nil, fs.ErrNotExist
	}
	slices.Sort(names)
	return names, nil
}

// Stat knows one time for all files and folders.
func (d disk) Stat(path string) (int64, time.Time, error) {
	return int64(len(d[path])), time.Date(2019, 6, 25, 9, 6, 0, 0, time.UTC), nil
}

// session is a shell in which the tests type.
type session struct {
	*shell.Session
	host *screen
	disk disk
}

func newSession(commands ...*shell.Command) *session {
	s := &session{host: &screen{}, disk: disk{
		`C:\Program Files\Scripts\Configure.ps1`: "param()",
		`C:\Program Files\Scripts\Notes.txt`:     "first line\r\nsecond line\r\nthird line\r\n",
		`C:\Program Files\readme.txt`:            "read me",
	}}
	s.Session = shell.New(shell.Config{
		Host: s.host, Files: s.disk, Views: builtin.Views(), Limit: 4, Location: `C:\`, Strict: true,
		Commands:    slices.Concat(builtin.Commands([]string{"MSOnline", "SkypeForBusiness"}), commands),
		Environment: map[string]string{"TEMP": `C:\Temp`},
		Now:         func() time.Time { return time.Date(2019, 6, 25, 14, 53, 32, 0, time.UTC) },
		Zone:        time.UTC,
	})
	return s
}

// run types lines and returns what is shown, without blanks at the ends of
// lines and without empty lines around it.
func (s *session) run(t *testing.T, lines ...string) string {
	t.Helper()
	s.host.text.Reset()
	for _, line := range lines {
		if _, err := s.Run(t.Context(), line); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	return tidy(s.host.text.String())
}

func tidy(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// row is a line typed and what is shown for it.
type row struct{ line, want string }

// check types each row's line into a shell of its own.
func check(t *testing.T, rows []row, commands ...*shell.Command) {
	t.Helper()
	for _, r := range rows {
		t.Run(r.line, func(t *testing.T) {
			if diff := cmp.Diff(tidy(r.want), newSession(commands...).run(t, strings.Split(r.line, "\n")...)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", r.line, diff)
			}
		})
	}
}

// certificates is a command with a few objects.
func certificates() *shell.Command {
	day := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 8, 0, 0, 0, time.UTC)
	}
	row := func(name string, until time.Time, services ...object.Value) *object.Object {
		return shell.ObjectOf("Test.Certificate",
			object.Property{Name: "Name", Type: "String", Value: name},
			object.Property{Name: "NotAfter", Type: "DateTime", Value: until},
			object.Property{Name: "Services", Type: "String[]", Value: &object.List{Items: services}},
			object.Property{Name: "KeySize", Type: "Int32", Value: int32(1024 * len(name))},
			object.Property{Name: "Self", Type: "Boolean", Value: len(services) == 0})
	}
	return &shell.Command{
		Name: "Get-Thing", Kind: shell.Cmdlet, Module: "Test", Synopsis: "Shows things.", Class: "Test.GetThing",
		Parameters: []shell.Parameter{{Name: "Identity", Type: "String", Position: 0, Meaning: "which"}},
		Output:     []shell.Property{{Name: "Name", Type: "String"}},
		Start: shell.Each(func(_ context.Context, in *shell.Invocation) error {
			for _, o := range []*object.Object{
				row("OAuth", day(2018, 7, 1), "smtp", "iis"), row("tls", day(2018, 8, 15)), row("web", day(2017, 1, 2), "iis"), row("later", day(2028, 1, 5)),
			} {
				if err := in.Emit(o); err != nil {
					return err
				}
			}
			return nil
		}),
	}
}

// many is a command that puts out n objects and counts them. Each is told
// about before it goes on.
func many(n int, made *int, next func(i int)) *shell.Command {
	return &shell.Command{
		Name: "Get-Many", Kind: shell.Cmdlet, Class: "Test.GetMany",
		Start: shell.Each(func(_ context.Context, in *shell.Invocation) error {
			for i := range n {
				*made++
				next(i)
				if err := in.Emit(shell.ObjectOf("Test.One",
					object.Property{Name: "Number", Type: "Int32", Value: int32(i)},
					object.Property{Name: "Text", Type: "String", Value: strings.Repeat("x", 1000)})); err != nil {
					return err
				}
			}
			return nil
		}),
	}
}
