package directory

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
)

// AddMember puts a user into the group of that name in the user's own
// organisation. A user who is in it already stays in it. The membership counts
// from the user's next log-on.
func (d *Directory) AddMember(ctx context.Context, group, userID string) error {
	return d.changeMember(ctx, insertMember, group, userID)
}

// RemoveMember takes a user out of a group; a user who is not in it stays out.
func (d *Directory) RemoveMember(ctx context.Context, group, userID string) error {
	return d.changeMember(ctx, deleteMember, group, userID)
}

func (d *Directory) changeMember(ctx context.Context, statement, group, userID string) error {
	return d.change(ctx, fmt.Sprintf("change the members of %q", group), func(ctx context.Context, tx *sql.Tx) error {
		if _, err := one(ctx, tx, userID, selectUserByID, userID, ""); err != nil {
			return err
		}
		groupID, err := groupID(ctx, tx, group, selectGroupOfUser, userID, fold(group))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, statement, groupID, userID)
		return err
	})
}

// NestGroup makes the group inner a member of the group outer, both of one
// organisation. It fails with directory.group-cycle when outer is a member,
// however deep, of inner.
func (d *Directory) NestGroup(ctx context.Context, organisation, outer, inner string) error {
	return d.change(ctx, fmt.Sprintf("put the group %q into %q", inner, outer), func(ctx context.Context, tx *sql.Tx) error {
		outerID, err := groupID(ctx, tx, outer, selectGroup, fold(organisation), fold(outer))
		if err != nil {
			return err
		}
		innerID, err := groupID(ctx, tx, inner, selectGroup, fold(organisation), fold(inner))
		if err != nil {
			return err
		}
		var above int
		if err := tx.QueryRowContext(ctx, selectIsAbove, outerID, innerID).Scan(&above); err != nil {
			return err
		}
		if innerID == outerID || above > 0 {
			return problem.New(problem.DirectoryGroupCycle, "%s would contain itself", outer)
		}
		_, err = tx.ExecContext(ctx, insertMember, outerID, innerID)
		return err
	})
}

func groupID(ctx context.Context, q store.Querier, name, query string, args ...any) (id string, err error) {
	err = q.QueryRowContext(ctx, query, args...).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", problem.New(problem.DirectoryNoGroup, "there is no group %q in this organisation", name)
	}
	return id, err
}

// MemberOf lists the groups a user is in, directly or through other groups,
// by name.
func (d *Directory) MemberOf(ctx context.Context, userID string) ([]string, error) {
	rows, err := d.db.QueryContext(ctx, selectMemberOf, userID)
	if err != nil {
		return nil, fmt.Errorf("read the groups of an account: %w", store.Explain(err))
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("read the groups of an account: %w", store.Explain(err))
		}
		names = append(names, name)
	}
	return names, store.Explain(rows.Err())
}

// Member is a direct member of a group: an account, or another group.
type Member struct {
	ID, Name string
	Path     string // where the object lies
	SID      SID
	Group    bool
}

// Members lists the direct members of a group by name, those that come after
// the given name, and limit of them at the most (0 for all). It fails with
// directory.no-group.
func (d *Directory) Members(ctx context.Context, organisation, group, after string, limit int) ([]Member, error) {
	id, err := groupID(ctx, d.db, group, selectGroup, fold(organisation), fold(group))
	if err != nil {
		return nil, err
	}
	rows, err := d.db.QueryContext(ctx, selectMembers, id, fold(after), orAll(limit))
	if err != nil {
		return nil, fmt.Errorf("read the members of %q: %w", group, store.Explain(err))
	}
	defer rows.Close()
	var all []Member
	for rows.Next() {
		var m Member
		var isGroup int
		if err := rows.Scan(&m.ID, &m.Name, &m.Path, &m.SID, &isGroup); err != nil {
			return nil, fmt.Errorf("read the members of %q: %w", group, store.Explain(err))
		}
		m.Group = isGroup == 1
		all = append(all, m)
	}
	return all, store.Explain(rows.Err())
}

// Guards reports whether the members of a group are protected accounts, because
// the group protects or lies, however deep, in one that does. It fails with
// directory.no-group.
func (d *Directory) Guards(ctx context.Context, organisation, group string) (bool, error) {
	id, err := groupID(ctx, d.db, group, selectGroup, fold(organisation), fold(group))
	if err != nil {
		return false, err
	}
	var above int
	if err := d.db.QueryRowContext(ctx, selectGuards, id).Scan(&above); err != nil {
		return false, fmt.Errorf("read what is above %q: %w", group, store.Explain(err))
	}
	return above > 0, nil
}

// Vacant reports whether no enabled account that could log on is in the group,
// directly or through other groups. A group that does not exist is vacant.
func (d *Directory) Vacant(ctx context.Context, organisation, group string) (bool, error) {
	id, err := groupID(ctx, d.db, group, selectGroup, fold(organisation), fold(group))
	if problem.Is(err, problem.DirectoryNoGroup) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	var members int
	if err := d.db.QueryRowContext(ctx, selectCountBelow, id).Scan(&members); err != nil {
		return false, fmt.Errorf("count the members of %q: %w", group, store.Explain(err))
	}
	return members == 0, nil
}

// orAll is the limit for a statement; 0 stands for none.
func orAll(limit int) int64 {
	if limit <= 0 {
		return math.MaxInt64
	}
	return int64(limit)
}
