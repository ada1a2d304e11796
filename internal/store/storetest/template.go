package storetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/matchseal/matchseal/internal/store"
)

// Template makes SQLite databases that begin with the same content. Bringing
// the tables of many packages up to date takes far longer than copying a file.
type Template struct {
	content func() ([]byte, error)
}

// NewTemplate returns a template of what fill puts into an empty database. fill
// runs once, at the first need.
func NewTemplate(fill func(ctx context.Context, db *store.DB) error) *Template {
	return &Template{content: sync.OnceValues(func() ([]byte, error) { return filled(context.Background(), fill) })}
}

// Write makes the database file at path, which must not exist.
func (m *Template) Write(t testing.TB, path string) {
	t.Helper()
	content, err := m.content()
	if err != nil {
		t.Fatalf("make the template of a database: %v", err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.Write(content)
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
}

// SQLite returns the address of a new database with the template's content.
func (m *Template) SQLite(t testing.TB) string {
	t.Helper()
	dsn := SQLite(t)
	m.Write(t, strings.TrimPrefix(dsn, "sqlite:"))
	return dsn
}

// filled returns the file of a database after fill.
func filled(ctx context.Context, fill func(ctx context.Context, db *store.DB) error) (_ []byte, err error) {
	dir, err := os.MkdirTemp("", "matchseal-template-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "template.db")
	db, err := store.Open(ctx, "sqlite:"+path)
	if err != nil {
		return nil, err
	}
	err = fill(ctx, db)
	// Closing the last connection brings the log into the file.
	if err := errors.Join(err, db.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}
