package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/matchseal/matchseal/internal/problem"
)

const (
	postgresConns   = 16
	postgresConnAge = 30 * time.Minute
	connectTimeout  = 10 * time.Second
)

// sqlDurableCommit keeps a server or role default of "off" from turning
// acknowledged writes into promises.
const sqlDurableCommit = `SELECT set_config('synchronous_commit', 'on', FALSE)
	WHERE current_setting('synchronous_commit') = 'off'`

func openPostgres(ctx context.Context, dsn string) (*DB, error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		// The driver's own text repeats the address, so only its gist is kept.
		return nil, problem.New(problem.StoreAddress,
			"the address of the PostgreSQL database cannot be read: write postgres://user:password@host:5432/database")
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = connectTimeout
	}
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "matchseal"
	}
	db := &DB{
		engine: Postgres,
		place:  fmt.Sprintf("%s:%d/%s", cfg.Host, cfg.Port, cfg.Database),
		DB:     stdlib.OpenDB(*cfg, stdlib.OptionAfterConnect(durable)),
	}
	db.SetMaxOpenConns(postgresConns)
	db.SetMaxIdleConns(postgresConns)
	db.SetConnMaxLifetime(postgresConnAge)
	if err := db.PingContext(ctx); err != nil {
		_ = db.DB.Close() // the failure to connect is the news
		return nil, explain(err, "connect to PostgreSQL at "+db.place)
	}
	return db, nil
}

func durable(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, sqlDurableCommit)
	return err
}

// txOptions gives PostgreSQL the isolation that SQLite has anyway, so that a
// read-check-write in one transaction means the same on both.
func (db *DB) txOptions() *sql.TxOptions {
	if db.engine == Postgres {
		return &sql.TxOptions{Isolation: sql.LevelSerializable}
	}
	return nil
}
