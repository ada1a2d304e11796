package rbac

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/settings"
	"github.com/matchseal/matchseal/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// maxName is the length of an assignment's name in characters, as in Active
// Directory.
const maxName = 64

// maxNumber bounds the search for a free name.
const maxNumber = 999

// Assignment gives a role to an account.
type Assignment struct {
	Name       string // "<role>-<assignee>", cut to 64 characters
	Role       Role
	AssigneeID string // directory id of the account
	Assignee   string // its name, for people
	Created    time.Time
}

// Filter picks assignments. An empty field picks all; the others are patterns
// with * and ?, letters compared without case. Assignee is compared with the
// account's name and with its id.
type Filter struct{ Name, Role, Assignee string }

// Store keeps the assignments of a server role.
type Store struct {
	db  *store.DB
	now func() time.Time
}

// New brings the tables up to date and returns the store.
func New(db *store.DB, now func() time.Time) (*Store, error) {
	if err := db.Migrate(context.Background(), "rbac", migrations); err != nil {
		return nil, fmt.Errorf("open the role assignments: %w", err)
	}
	return &Store{db: db, now: now}, nil
}

// Assign gives a.Role to the account a.AssigneeID. An empty name becomes
// "<role>-<assignee>", cut to 64 characters and numbered while it is taken. It
// fails with rbac.assigned when the account has the role already, with
// rbac.taken when a name that was given belongs to another assignment, and
// with rbac.unknown-role.
func (s *Store) Assign(ctx context.Context, a Assignment) (Assignment, error) {
	var err error
	if a.Role, err = ParseRole(string(a.Role)); err != nil {
		return Assignment{}, err
	}
	if a.AssigneeID == "" || utf8.RuneCountInString(a.Name) > maxName {
		return Assignment{}, problem.New(problem.RBACInvalid, "an assignment needs an account and a name of at most %d characters", maxName)
	}
	a.Created = store.Time(store.Micros(s.now()))
	err = s.db.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var known string
		err := tx.QueryRowContext(ctx, selectAssignment, string(a.Role), a.AssigneeID).Scan(&known)
		if err == nil {
			return problem.New(problem.RoleAssigned, "%s has the role %s already, by the assignment %s", a.Assignee, a.Role, known)
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		a.Name, err = insert(ctx, tx, a)
		return err
	})
	if err != nil {
		return Assignment{}, fmt.Errorf("assign the role %s to %s: %w", a.Role, a.Assignee, err)
	}
	return a, nil
}

// insert returns the name under which the assignment was written.
func insert(ctx context.Context, tx *sql.Tx, a Assignment) (string, error) {
	for number := range maxNumber + 1 {
		name := cmp.Or(a.Name, numbered(string(a.Role)+"-"+a.Assignee, number))
		done, err := tx.ExecContext(ctx, insertAssignment, key(name), name, string(a.Role), a.AssigneeID, a.Assignee, store.Micros(a.Created))
		if err != nil {
			return "", err
		}
		if n, err := done.RowsAffected(); err != nil || n == 1 {
			return name, err
		}
		if a.Name != "" {
			break
		}
	}
	return "", problem.New(problem.RBACTaken, "the name %q is taken", cmp.Or(a.Name, string(a.Role)+"-"+a.Assignee))
}

// numbered cuts a name so that it has its number and at most maxName
// characters; number 0 is not written.
func numbered(name string, number int) string {
	suffix := ""
	if number > 0 {
		suffix = fmt.Sprintf("-%d", number)
	}
	if r := []rune(name); len(r) > maxName-len(suffix) {
		name = string(r[:maxName-len(suffix)])
	}
	return name + suffix
}

func key(name string) string { return strings.ToLower(name) }

// Unassign removes the assignment of this name; rbac.unknown-assignment when
// there is none.
func (s *Store) Unassign(ctx context.Context, name string) error {
	done, err := s.db.ExecContext(ctx, deleteAssignment, key(name))
	if err != nil {
		return fmt.Errorf("remove the role assignment %q: %w", name, store.Explain(err))
	}
	if n, err := done.RowsAffected(); err != nil || n == 1 {
		return store.Explain(err)
	}
	return problem.New(problem.RBACUnknownAssignment, "there is no role assignment %.80q", name)
}

// List returns the assignments that the filter picks, by name.
func (s *Store) List(ctx context.Context, f Filter) ([]Assignment, error) {
	rows, err := s.db.QueryContext(ctx, selectAssignments)
	if err != nil {
		return nil, fmt.Errorf("read the role assignments: %w", store.Explain(err))
	}
	defer rows.Close()
	var found []Assignment
	for rows.Next() {
		var a Assignment
		var created int64
		if err := rows.Scan(&a.Name, &a.Role, &a.AssigneeID, &a.Assignee, &created); err != nil {
			return nil, fmt.Errorf("read the role assignments: %w", store.Explain(err))
		}
		a.Created = store.Time(created)
		if f.picks(a) {
			found = append(found, a)
		}
	}
	return found, store.Explain(rows.Err())
}

func (f Filter) picks(a Assignment) bool {
	return fits(f.Name, a.Name) && fits(f.Role, string(a.Role)) &&
		(fits(f.Assignee, a.Assignee) || fits(f.Assignee, a.AssigneeID))
}

func fits(pattern, value string) bool { return pattern == "" || settings.Match(pattern, value) }

// RolesOf returns the roles of an account, by name; none is not an error.
func (s *Store) RolesOf(ctx context.Context, userID string) ([]string, error) {
	rows, err := s.db.QueryContext(ctx, selectRoles, userID)
	if err != nil {
		return nil, fmt.Errorf("read the roles of an account: %w", store.Explain(err))
	}
	defer rows.Close()
	var roles []string
	for rows.Next() {
		var role string
		if err := rows.Scan(&role); err != nil {
			return nil, fmt.Errorf("read the roles of an account: %w", store.Explain(err))
		}
		roles = append(roles, role)
	}
	return roles, store.Explain(rows.Err())
}
