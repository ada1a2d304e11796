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

// Built-in groups that mean something to the servers.
const (
	// RTCUniversalUserAdmins may manage users of Skype for Business; who runs
	// the storage test has to be in it (003-13).
	RTCUniversalUserAdmins = "RTCUniversalUserAdmins"
	// RTCUniversalServerAdmins may manage the servers of Skype for Business.
	RTCUniversalServerAdmins = "RTCUniversalServerAdmins"
	// RTCUniversalReadOnlyAdmins may look at everything and change nothing.
	RTCUniversalReadOnlyAdmins = "RTCUniversalReadOnlyAdmins"
	// RTCComponentUniversalServices is for the servers' own accounts.
	RTCComponentUniversalServices = "RTCComponentUniversalServices"
	// OrganizationManagement may manage the Exchange organisation.
	OrganizationManagement = "Organization Management"
	// DomainAdmins may change everything in the directory, protected accounts
	// too.
	DomainAdmins = "Domain Admins"
)

// Group is a group of users and groups.
type Group struct {
	Name         string
	SID          SID
	Organisation string
	BuiltIn      bool
	Protects     bool // its members are protected accounts
}

// builtIn is a group that comes with every organisation. A RID of 0 takes the
// next free one.
type builtIn struct {
	name     string
	rid      int64
	protects bool
}

func builtInGroups() []builtIn {
	return []builtIn{
		{"Administrators", 0, true},
		{DomainAdmins, ridDomainAdmins, true},
		{"Schema Admins", ridSchemaAdmins, true},
		{"Enterprise Admins", ridEnterpriseAdmins, true},
		{RTCUniversalUserAdmins, 0, false},
		{OrganizationManagement, 0, false},
		{RTCUniversalServerAdmins, 0, false},
		{RTCUniversalReadOnlyAdmins, 0, false},
		{RTCComponentUniversalServices, 0, false},
	}
}

// organisation is a row of directory_organisations.
type organisation struct {
	key, name, domain string
	sid               SID
}

// ensureOrganisation returns the organisation of this name (the domain, when
// the name is empty) and makes it with its built-in groups when it is new.
func ensureOrganisation(ctx context.Context, tx *sql.Tx, name, domain string) (organisation, error) {
	if name == "" {
		name = domain
	}
	if why := explainText(name, maxDomain); why != "" || strings.TrimSpace(name) == "" {
		return organisation{}, problem.New(problem.DirectoryName, "an organisation cannot be called %q", name)
	}
	org := organisation{key: fold(name), name: name, domain: domain, sid: newDomainSID()}
	err := tx.QueryRowContext(ctx, selectOrganisation, org.key).Scan(&org.key, &org.name, &org.domain, &org.sid)
	if err == nil {
		return org, ensureBuiltIns(ctx, tx, org)
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return org, err
	}
	if why := explainDomain(domain); why != "" {
		return org, problem.New(problem.DirectoryAddress, "%q is not a domain: %s", domain, why)
	}
	if err := insertNumbered(ctx, tx, org); err != nil {
		return org, fmt.Errorf("make the organisation %q: %w", name, err)
	}
	return org, ensureBuiltIns(ctx, tx, org)
}

// ensureBuiltIns makes the built-in groups that the organisation does not have:
// all of them for a new one, and those that came later for an older one.
func ensureBuiltIns(ctx context.Context, tx *sql.Tx, org organisation) error {
	var have int
	if err := tx.QueryRowContext(ctx, selectCountBuiltIn, org.key).Scan(&have); err != nil || have == len(builtInGroups()) {
		return err
	}
	for _, g := range builtInGroups() {
		var id string
		err := tx.QueryRowContext(ctx, selectGroup, org.key, fold(g.name)).Scan(&id)
		if err == nil {
			continue
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		group := Group{Name: g.name, BuiltIn: true, Protects: g.protects}
		if g.rid != 0 {
			group.SID = org.sid.account(g.rid)
		}
		if g.name == "Administrators" {
			group.SID = sidAdministrators
		}
		if _, err := insertInto(ctx, tx, org, group); err != nil {
			return err
		}
	}
	return nil
}

// insertNumbered finds a NetBIOS name: the first label of the domain, as far
// as 15 characters go, with a number when two domains begin alike.
func insertNumbered(ctx context.Context, tx *sql.Tx, org organisation) error {
	const maxNetBIOS = 15
	label, _, _ := strings.Cut(org.key, ".")
	if explainDomain(label) != "" { // the organisation's name is no domain
		label, _, _ = strings.Cut(fold(org.domain), ".")
	}
	for number := 0; ; number++ {
		suffix := ""
		if number > 0 {
			suffix = fmt.Sprint(number)
		}
		done, err := tx.ExecContext(ctx, insertOrganisation, org.key, org.name, org.domain, fold(org.domain),
			cut(label, maxNetBIOS, suffix), string(org.sid), firstRID)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 1 {
			return err
		}
	}
}

func insertInto(ctx context.Context, tx *sql.Tx, org organisation, g Group) (Group, error) {
	if g.SID == "" {
		var rid int64
		if err := tx.QueryRowContext(ctx, takeRID, org.key).Scan(&rid); err != nil {
			return g, fmt.Errorf("take a relative identifier: %w", err)
		}
		g.SID = org.sid.account(rid)
	}
	g.Organisation = org.name
	done, err := tx.ExecContext(ctx, insertGroup, newID(), org.key, g.Name, fold(g.Name), string(g.SID), flag(g.BuiltIn), flag(g.Protects))
	if err != nil {
		return g, err
	}
	if n, err := done.RowsAffected(); err != nil || n == 1 {
		return g, err
	}
	return g, problem.New(problem.DirectoryTaken, "%s has a group %q already", org.name, g.Name)
}

// AddGroup makes a group of name, organisation and Protects. The organisation
// has to exist, that is, to have an account or a group already; otherwise its
// name has to be its domain.
func (d *Directory) AddGroup(ctx context.Context, g Group) (Group, error) {
	if why := explainName(g.Name, maxCommonName); why != "" {
		return Group{}, problem.New(problem.DirectoryName, "a group cannot be called %q: %s", g.Name, why)
	}
	g.SID, g.BuiltIn = "", false
	err := d.change(ctx, fmt.Sprintf("add the group %q", g.Name), func(ctx context.Context, tx *sql.Tx) error {
		org, err := ensureOrganisation(ctx, tx, g.Organisation, g.Organisation)
		if err != nil {
			return err
		}
		g, err = insertInto(ctx, tx, org, g)
		return err
	})
	if err != nil {
		return Group{}, err
	}
	return g, nil
}

// Groups lists the groups of an organisation, or all for "".
func (d *Directory) Groups(ctx context.Context, organisation string) ([]Group, error) {
	rows, err := d.db.QueryContext(ctx, selectGroups, fold(organisation))
	if err != nil {
		return nil, fmt.Errorf("read the groups: %w", store.Explain(err))
	}
	defer rows.Close()
	var groups []Group
	for rows.Next() {
		var g Group
		var builtIn, protects int
		if err := rows.Scan(&g.Name, &g.SID, &g.Organisation, &builtIn, &protects); err != nil {
			return nil, fmt.Errorf("read the groups: %w", store.Explain(err))
		}
		g.BuiltIn, g.Protects = builtIn == 1, protects == 1
		groups = append(groups, g)
	}
	return groups, store.Explain(rows.Err())
}
