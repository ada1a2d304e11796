package directory

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
)

// AddUser makes an account and returns it with what the directory added: ID,
// SID, and, where they were empty, organisation (the domain of the UPN),
// common and display name and container (<domain>/Users). Service accounts
// and built-in accounts become protected. The account has no password yet.
//
// It fails with directory.taken when UPN, SID, account name or place belong to
// another account, and with directory.address, directory.sid or directory.name
// for values no account can have. SMTP and SIP addresses may belong to others.
func (d *Directory) AddUser(ctx context.Context, u User) (User, error) {
	var err error
	if u, err = u.complete(); err != nil {
		return User{}, err
	}
	err = d.change(ctx, fmt.Sprintf("add the account %q", u.Name), func(ctx context.Context, tx *sql.Tx) error {
		u, err = d.insert(ctx, tx, u)
		return err
	})
	if err != nil {
		return User{}, err
	}
	return u, nil
}

func (d *Directory) insert(ctx context.Context, tx *sql.Tx, u User) (User, error) {
	org, err := ensureOrganisation(ctx, tx, u.Organisation, u.UPN.Domain())
	if err != nil {
		return u, err
	}
	u.ID, u.Organisation, u.Version, u.HasPassword = newID(), org.name, 1, false
	if u.Container == "" {
		u.Container = org.domain + "/Users"
	}
	if u.SID == "" {
		rid := wellKnownRID(u.Name)
		if rid == 0 {
			if err := tx.QueryRowContext(ctx, takeRID, org.key).Scan(&rid); err != nil {
				return u, fmt.Errorf("take a relative identifier: %w", err)
			}
		}
		u.SID = org.sid.account(rid)
	}
	u.Protected = u.Protected || u.Service || u.SID.builtIn()
	u.Created = store.Time(store.Micros(d.now()))
	u.Changed = u.Created
	done, err := tx.ExecContext(ctx, insertUser, u.ID, org.key,
		u.Name, fold(u.Name), u.CommonName, fold(u.CommonName), u.Container, fold(u.Container), u.DisplayName, fold(u.DisplayName),
		string(u.UPN), fold(string(u.UPN)), string(u.SMTP), fold(string(u.SMTP)), string(u.SIP), fold(string(u.SIP)), string(u.SID),
		flag(u.Enabled), flag(u.Protected), flag(u.Service), flag(u.Linked), store.Micros(u.Created))
	if err != nil {
		return u, err
	}
	if n, err := done.RowsAffected(); err != nil || n == 1 {
		return u, err
	}
	return u, taken(ctx, tx, u)
}

// taken says what of u belongs to another account, or nil.
func taken(ctx context.Context, tx *sql.Tx, u User) error {
	var what, owner string
	err := tx.QueryRowContext(ctx, selectTaken, u.ID, fold(string(u.UPN)), string(u.SID),
		fold(u.Name), fold(u.Organisation), fold(u.Container), fold(u.CommonName)).Scan(&what, &owner)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return problem.New(problem.DirectoryTaken, "the %s of %s (%s) belongs to %s", what, u.Name, u.UPN, owner)
}

// SetUser replaces the account u.ID by u, except for ID, SID, organisation,
// Linked and the dates. u has to come from the directory: when the account
// changed since it was read, SetUser fails with directory.conflict instead of
// undoing that change.
func (d *Directory) SetUser(ctx context.Context, u User) error {
	u, err := u.complete()
	if err != nil {
		return err
	}
	return d.change(ctx, fmt.Sprintf("change the account %q", u.Name), func(ctx context.Context, tx *sql.Tx) error {
		current, err := one(ctx, tx, u.ID, selectUserByID, u.ID, "")
		if err != nil {
			return err
		}
		if current.Version != u.Version {
			return problem.New(problem.DirectoryConflict, "the account %s was changed since it was read", current.UPN)
		}
		u.Organisation, u.SID = current.Organisation, current.SID
		if err := taken(ctx, tx, u); err != nil {
			return err
		}
		// Protection that comes from a group must not become the account's
		// own because somebody changed its display name.
		protected := keepProtected
		if u.Protected != current.Protected {
			protected = flag(u.Protected)
		}
		_, err = tx.ExecContext(ctx, updateUser, u.ID,
			u.Name, fold(u.Name), u.CommonName, fold(u.CommonName), u.Container, fold(u.Container), u.DisplayName, fold(u.DisplayName),
			string(u.UPN), fold(string(u.UPN)), string(u.SMTP), fold(string(u.SMTP)), string(u.SIP), fold(string(u.SIP)),
			flag(u.Enabled), protected, flag(u.Service), store.Micros(d.now()))
		return err
	})
}

// keepProtected leaves the flag of updateUser as it is.
const keepProtected = -1

// RemoveUser removes an account and its memberships. Built-in accounts stay
// (directory.built-in).
func (d *Directory) RemoveUser(ctx context.Context, id string) error {
	return d.change(ctx, "remove the account "+id, func(ctx context.Context, tx *sql.Tx) error {
		u, err := one(ctx, tx, id, selectUserByID, id, "")
		if err != nil {
			return err
		}
		if u.SID.builtIn() {
			return problem.New(problem.DirectoryBuiltIn, "%s is a built-in account", u.UPN)
		}
		if _, err := tx.ExecContext(ctx, deleteMembers, id); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, deleteUser, id)
		return err
	})
}

// User returns the account with this ID; directory.unknown when there is none.
func (d *Directory) User(ctx context.Context, id string) (User, error) {
	return one(ctx, d.db, id, selectUserByID, id, "")
}

// Filter picks users; the zero value picks all.
type Filter struct {
	Organisation string // "" for every organisation
}

// UsersAfter is one part of the list of an organisation's users: at most limit
// of them whose account names follow after, in the order of account names.
func (d *Directory) UsersAfter(ctx context.Context, organisation, after string, limit int) ([]User, error) {
	return users(ctx, d.db, selectUsersAfter, fold(organisation), fold(after), limit)
}

// Users lists users, sorted by organisation and account name.
func (d *Directory) Users(ctx context.Context, f Filter) ([]User, error) {
	return users(ctx, d.db, selectAllUsers, fold(f.Organisation))
}

// maxLinkedTries bounds the search for a free account name.
const maxLinkedTries = 99

// LinkedUser returns the account that stands for a partner application, for
// example LyncEnterprise-ApplicationAccount in <domain>/Users, and makes it
// when it does not exist: disabled, without a password, with an account name
// cut to 20 characters. domain is that of the account's UPN and, for a new
// organisation, that of the organisation. It fails with directory.taken when
// an ordinary account has the place.
func (d *Directory) LinkedUser(ctx context.Context, organisation, domain, name string) (u User, created bool, err error) {
	wanted, err := User{
		Name:         cut(name, maxName, ""),
		CommonName:   name,
		UPN:          UPN(strings.ReplaceAll(name, " ", "_") + "@" + domain),
		Organisation: organisation,
		Service:      true,
		Linked:       true,
	}.complete()
	if err != nil {
		return User{}, false, err
	}
	err = d.change(ctx, fmt.Sprintf("make the linked account %q", name), func(ctx context.Context, tx *sql.Tx) error {
		org, err := ensureOrganisation(ctx, tx, organisation, domain)
		if err != nil {
			return err
		}
		wanted.Container = org.domain + "/Users"
		found, err := users(ctx, tx, selectUserByPath, fold(wanted.Path()), org.key)
		if err != nil {
			return err
		}
		if created = len(found) == 0; created {
			u, err = d.insertLinked(ctx, tx, org, wanted)
			return err
		}
		if u = found[0]; !u.Linked {
			return problem.New(problem.DirectoryTaken, "%s is an ordinary account and cannot stand for an application", u.Path())
		}
		return nil
	})
	if err != nil {
		return User{}, false, err
	}
	return u, created, nil
}

// insertLinked numbers the account name while it belongs to somebody else.
func (d *Directory) insertLinked(ctx context.Context, tx *sql.Tx, org organisation, u User) (User, error) {
	for try := 1; ; try++ {
		others, err := users(ctx, tx, selectUserByName, fold(u.Name), org.key)
		if err != nil {
			return u, err
		}
		if len(others) == 0 || try > maxLinkedTries {
			return d.insert(ctx, tx, u)
		}
		u.Name = cut(u.CommonName, maxName, fmt.Sprint(try))
	}
}

// cut shortens name so that it has at most limit characters with the suffix.
func cut(name string, limit int, suffix string) string {
	if r := []rune(name); len(r) > limit-len(suffix) {
		name = string(r[:limit-len(suffix)])
	}
	return name + suffix
}

// one runs a query that finds a user by something only one can have.
func one(ctx context.Context, q store.Querier, what, query string, args ...any) (User, error) {
	found, err := users(ctx, q, query, args...)
	if err != nil {
		return User{}, err
	}
	return exactlyOne(found, what)
}

func exactlyOne(found []User, what string) (User, error) {
	switch len(found) {
	case 0:
		return User{}, problem.New(problem.DirectoryUnknown, "nobody in the directory is %q", what)
	case 1:
		return found[0], nil
	}
	var names []string
	for _, u := range found {
		names = append(names, string(u.UPN))
	}
	return User{}, problem.New(problem.DirectoryAmbiguous, "%q is more than one account: %s", what, list(names))
}

// list joins names for a sentence and leaves out what would be too much.
func list(names []string) string {
	const enough = 5
	text := ""
	for i, name := range names {
		switch {
		case i == enough:
			return fmt.Sprintf("%s and %d more", text, len(names)-enough)
		case i > 0:
			text += ", "
		}
		text += name
	}
	return text
}

func users(ctx context.Context, q store.Querier, query string, args ...any) ([]User, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read the directory: %w", store.Explain(err))
	}
	defer rows.Close()
	var found []User
	for rows.Next() {
		u, _, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("read the directory: %w", store.Explain(err))
		}
		found = append(found, u)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the directory: %w", store.Explain(err))
	}
	return found, nil
}

// scan reads one row of selectUsers; the password hash stays out of User so
// that it never leaves the package.
func scan(row interface{ Scan(...any) error }) (u User, password string, err error) {
	var enabled, protected, service, linked int
	var created, changed int64
	err = row.Scan(&u.ID, &u.Name, &u.CommonName, &u.DisplayName, &u.UPN, &u.SMTP, &u.SIP, &u.SID, &u.Organisation, &u.Container,
		&enabled, &protected, &service, &linked, &u.Version, &created, &changed, &password)
	u.Enabled, u.Protected, u.Service, u.Linked = enabled == 1, protected == 1, service == 1, linked == 1
	u.Created, u.Changed = store.Time(created), store.Time(changed)
	u.HasPassword = password != ""
	return u, password, err
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
