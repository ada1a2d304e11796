package directory

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/crypto/argon2"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
)

// Cost of a password hash (RFC 9106). One verification takes about 20 to 40 ms
// of one processor and 19 MiB.
const (
	argonTime    = 2
	argonMemory  = 19 * 1024 // KiB
	argonThreads = 1
	saltSize     = 16
	hashSize     = 32
	// maxHashing bounds the verifications at one time, and so their memory.
	maxHashing = 4
)

const maxPassword = 256 // bytes

// How long, and how many, passwords that were right are remembered. Basic
// authentication sends the password with every request.
const (
	proofLife  = 5 * time.Minute
	proofCount = 4096
)

// hashPassword gives the PHC string form of a new argon2id hash.
func hashPassword(password string) string {
	salt := make([]byte, saltSize)
	rand.Read(salt) // never fails: crypto/rand stops the program instead
	hash := argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, hashSize)
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads,
		enc.EncodeToString(salt), enc.EncodeToString(hash))
}

// matches reports whether password is the one behind a hash. A hash in a form
// that hashPassword never wrote matches nothing, after the usual time.
func matches(hashed, password string) bool {
	cost := argonCost{argonTime, argonMemory, argonThreads}
	salt, want := make([]byte, saltSize), []byte(nil)
	if c, s, h, ok := parseHash(hashed); ok {
		cost, salt, want = c, s, h
	}
	have := argon2.IDKey([]byte(password), salt, cost.time, cost.memory, cost.threads, hashSize)
	return subtle.ConstantTimeCompare(have, want) == 1
}

type argonCost struct {
	time, memory uint32
	threads      uint8
}

// parseHash reads the PHC form and refuses costs that would stop the server.
func parseHash(s string) (c argonCost, salt, hash []byte, ok bool) {
	parts := strings.Split(s, "$")
	if len(s) > 256 || len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.time, &c.threads); err != nil {
		return c, nil, nil, false
	}
	if c.memory < 8 || c.memory > 32*1024 || c.time < 1 || c.time > 8 || c.threads < 1 || c.threads > 4 {
		return c, nil, nil, false
	}
	salt, err := base64.RawStdEncoding.Strict().DecodeString(parts[4])
	if err != nil || len(salt) < 8 {
		return c, nil, nil, false
	}
	hash, err = base64.RawStdEncoding.Strict().DecodeString(parts[5])
	return c, salt, hash, err == nil && len(hash) == hashSize
}

// proofs remembers passwords that were right a moment ago, without the
// passwords: it keeps keyed hashes of account, stored hash and password. A new
// password has a new stored hash, so that the old one is forgotten at once, in
// every process.
type proofs struct {
	key     []byte
	until   *lru.Cache[[sha256.Size]byte, time.Time]
	hashing chan struct{} // a place for each verification at work
}

func newProofs() *proofs {
	key := make([]byte, sha256.Size)
	rand.Read(key)                                                // never fails
	until, _ := lru.New[[sha256.Size]byte, time.Time](proofCount) // fails for a size below 1 only
	return &proofs{key: key, until: until, hashing: make(chan struct{}, maxHashing)}
}

func (p *proofs) of(userID, hashed, password string) (sum [sha256.Size]byte) {
	mac := hmac.New(sha256.New, p.key)
	for _, part := range []string{userID, hashed, password} {
		mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		mac.Write([]byte(part))
	}
	mac.Sum(sum[:0])
	return sum
}

// check verifies a password, from memory when it can. The zero User stands for
// an unknown account and takes the time of a known one; so does an account that
// is off, whose right password would otherwise be refused sooner than a wrong one.
func (p *proofs) check(ctx context.Context, now time.Time, u User, hashed, password string) (bool, error) {
	proof := p.of(u.ID, hashed, password)
	if until, ok := p.until.Get(proof); ok && u.Enabled && now.Before(until) && until.Sub(now) <= proofLife {
		return true, nil
	}
	select {
	case p.hashing <- struct{}{}:
		defer func() { <-p.hashing }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	if !matches(hashed, password) {
		return false, nil
	}
	if u.Enabled {
		p.until.Add(proof, now.Add(proofLife))
	}
	return true, nil
}

// SetPassword gives an account a new password of 1 to 256 bytes
// (directory.password). The old one is refused from now on.
func (d *Directory) SetPassword(ctx context.Context, userID, password string) error {
	if password == "" || len(password) > maxPassword {
		return problem.New(problem.DirectoryPassword, "the password has %d bytes", len(password))
	}
	hashed := hashPassword(password)
	return d.change(ctx, "set the password of "+userID, func(ctx context.Context, tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, updatePassword, userID, hashed, store.Micros(d.now()))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return problem.New(problem.DirectoryUnknown, "no account has the id %q", userID)
	})
}

// Verify checks a password. login is a UPN, the e-mail address of exactly one
// account, or DOMAIN\name. Every refusal is directory.log-on and takes the same
// time, whatever the reason; the reason is in the wrapped error, for the log.
// Limiting how often somebody may try is the caller's.
func (d *Directory) Verify(ctx context.Context, login, password string) (User, error) {
	u, hashed, err := d.credentials(ctx, login)
	if err != nil {
		return User{}, err
	}
	right, err := d.proofs.check(ctx, d.now(), u, hashed, clip(password))
	switch {
	case err != nil:
		return User{}, fmt.Errorf("verify a password: %w", err)
	case u.ID == "":
		return User{}, refused("no such account", login)
	case hashed == "":
		return User{}, refused("the account has no password", login)
	case !right || len(password) > maxPassword:
		return User{}, refused("wrong password", login)
	case !u.Enabled:
		return User{}, refused("the account is disabled", login)
	}
	return u, nil
}

func refused(reason, login string) error {
	return problem.Wrap(fmt.Errorf("%s: %.80q", reason, login), problem.DirectoryLogOn, "log-on refused")
}

// clip bounds the work on a password no account can have.
func clip(password string) string { return password[:min(len(password), maxPassword+1)] }

// credentials finds the account that login means, the zero User for none.
func (d *Directory) credentials(ctx context.Context, login string) (User, string, error) {
	if login == "" || len(login) > maxIdentity || strings.ContainsRune(login, 0) {
		return User{}, "", nil
	}
	type attempt struct {
		query string
		args  []any
	}
	attempts := []attempt{{selectUserByUPN, []any{fold(login), ""}}, {selectUserBySMTP, []any{fold(login), ""}}}
	if domain, name, ok := strings.Cut(login, `\`); ok {
		attempts = []attempt{{selectUserByDomain, []any{fold(name), fold(domain)}}}
	}
	for _, a := range attempts {
		u, hashed, found, err := d.credential(ctx, a.query, a.args)
		if err != nil || found == 1 {
			return u, hashed, err
		}
		if found > 1 {
			break // an address two accounts share is nobody's login
		}
	}
	return User{}, "", nil
}

func (d *Directory) credential(ctx context.Context, query string, args []any) (u User, hashed string, found int, err error) {
	rows, err := d.db.QueryContext(ctx, query, args...)
	if err != nil {
		return User{}, "", 0, fmt.Errorf("look up a log-on: %w", store.Explain(err))
	}
	defer rows.Close()
	for rows.Next() {
		if u, hashed, err = scan(rows); err != nil {
			return User{}, "", 0, fmt.Errorf("look up a log-on: %w", store.Explain(err))
		}
		found++
	}
	if err := rows.Err(); err != nil {
		return User{}, "", 0, fmt.Errorf("look up a log-on: %w", store.Explain(err))
	}
	return u, hashed, found, nil
}
