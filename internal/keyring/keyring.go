package keyring

import (
	"context"
	"crypto/x509"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/s2s"
)

//go:embed migrations/*.sql
var migrations embed.FS

// maxTries bounds how often a change starts again because another node was
// faster.
const maxTries = 16

// Keyring is the signing certificates of one server role. It is safe for
// concurrent use, and several nodes can have the same one open.
type Keyring struct {
	db     *store.DB
	box    *certs.Box
	now    func() time.Time
	policy Policy
	// slowest tells of the slowest partner; nil when nobody knows.
	slowest func(context.Context) Slowest

	mu      sync.Mutex
	signers map[s2s.Thumbprint]*s2s.Signer // keys that were opened
}

// New brings the tables in the role's database up to date and returns its
// keyring. Private keys are sealed with box. When slowest is given it is asked
// before a step that partners may not be ready for.
func New(db *store.DB, box *certs.Box, now func() time.Time, policy Policy, slowest ...func(context.Context) Slowest) (*Keyring, error) {
	if err := db.Migrate(context.Background(), "keyring", migrations); err != nil {
		return nil, fmt.Errorf("open the signing certificates: %w", err)
	}
	k := &Keyring{db: db, box: box, now: now, policy: policy.withDefaults(), signers: map[s2s.Thumbprint]*s2s.Signer{}}
	for _, s := range slowest {
		k.slowest = s
	}
	return k, nil
}

// time is now in the form in which states keep it.
func (k *Keyring) time() time.Time { return k.now().UTC().Truncate(time.Microsecond) }

// State returns the slots as they are now.
func (k *Keyring) State(ctx context.Context) (State, error) {
	_, s, err := k.load(ctx, k.db)
	return s.At(k.time(), k.policy), err
}

func (k *Keyring) load(ctx context.Context, q store.Querier) (version int64, s State, err error) {
	var text string
	if err := q.QueryRowContext(ctx, selectState).Scan(&version, &text); err != nil {
		return 0, State{}, fmt.Errorf("read the signing configuration: %w", store.Explain(err))
	}
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return 0, State{}, problem.Wrap(err, problem.StoreCorrupt, "the signing configuration cannot be read")
	}
	return version, s, nil
}

// change applies step to the state of this moment and writes the result,
// unless it is what is stored already. When another node wrote in between it
// starts again from that node's state.
func (k *Keyring) change(ctx context.Context, step func(s State, now time.Time) (State, error)) (s State, changed bool, err error) {
	for range maxTries {
		version, stored, err := k.load(ctx, k.db)
		if err != nil {
			return State{}, false, err
		}
		now := k.time()
		s, err := step(stored.At(now, k.policy), now)
		if err != nil {
			return State{}, false, err
		}
		before, after := encode(stored), encode(s)
		if before == after {
			return s, false, nil
		}
		done, err := k.db.ExecContext(ctx, updateState, version, after)
		if err != nil {
			return State{}, false, fmt.Errorf("write the signing configuration: %w", store.Explain(err))
		}
		n, err := done.RowsAffected()
		if err != nil || n == 1 {
			return s, true, store.Explain(err)
		}
	}
	return State{}, false, problem.New(problem.KeyringBusy, "another node was faster %d times", maxTries)
}

// encode gives a state its one stored form.
func encode(s State) string {
	if len(s.Leaving) == 0 {
		s.Leaving = nil // else Roll would have something to write down
	}
	text, err := json.Marshal(s)
	if err != nil {
		panic("keyring: a State has no JSON form: " + err.Error()) // its types all have one
	}
	return string(text)
}

// Stage makes a certificate of the store the next one: it is published at
// once and becomes current at effective; a time in the past means now. It
// returns a *Confirmation when effective is less than 48 hours away, or less
// than the slowest partner needs, or the current certificate ends before it,
// unless forced. It fails when the
// certificate has no readable RSA key of 2048 bits or more, is not valid from
// effective to 30 days later, or is or was current.
func (k *Keyring) Stage(ctx context.Context, t s2s.Thumbprint, effective time.Time, force bool) (State, error) {
	effective = effective.UTC().Truncate(time.Microsecond)
	policy := k.heed(ctx, force)
	return k.changeTo(ctx, t, func(s State, c candidate, now time.Time) (State, error) {
		return s.stage(c, effective, now, policy, force)
	})
}

// Replace makes a certificate of the store current at once, as a first
// assignment or an expiry needs it. The one before it is published and accepted
// until the overlap has passed: a key in wrong hands is for Withdraw.
func (k *Keyring) Replace(ctx context.Context, t s2s.Thumbprint) (State, error) {
	return k.changeTo(ctx, t, func(s State, c candidate, now time.Time) (State, error) {
		return s.replace(c, now, k.policy)
	})
}

// changeTo is change for steps that give a certificate a slot.
func (k *Keyring) changeTo(ctx context.Context, t s2s.Thumbprint, step func(State, candidate, time.Time) (State, error)) (State, error) {
	s, _, err := k.change(ctx, func(s State, now time.Time) (State, error) {
		c, err := k.candidate(ctx, t)
		if err != nil {
			return s, err
		}
		return step(s, c, now)
	})
	return s, err
}

// Publish makes the next certificate current now. It returns a *Confirmation
// when that is before its date, and keyring.too-early when partners cannot be
// taken to know it yet; force goes on in both cases and lets it sign at once.
// When the date has just made it current by itself, Publish agrees. Without a
// next certificate it fails with keyring.nothing-staged.
func (k *Keyring) Publish(ctx context.Context, force bool) (State, error) {
	policy := k.heed(ctx, force)
	s, _, err := k.change(ctx, func(s State, now time.Time) (State, error) { return s.publish(now, policy, force) })
	return s, err
}

// ClearPrevious stops publishing the previous certificate. While tokens signed
// with it may be in use it fails with keyring.too-early, unless forced; forced,
// it stops publishing whatever else was current once. Having none is no error.
func (k *Keyring) ClearPrevious(ctx context.Context, force bool) (State, error) {
	s, _, err := k.change(ctx, func(s State, now time.Time) (State, error) { return s.clearPrevious(now, force) })
	return s, err
}

// PublishAndClear does Publish and ClearPrevious in one step, and only when it
// is forced.
func (k *Keyring) PublishAndClear(ctx context.Context, force bool) (State, error) {
	s, _, err := k.change(ctx, func(s State, now time.Time) (State, error) { return s.publishAndClear(now, k.policy, force) })
	return s, err
}

// Unassign leaves the role without a current certificate: it signs nothing and
// publishes nothing until another one, or the same, is assigned. It returns a
// *Confirmation when there is one, unless forced.
func (k *Keyring) Unassign(ctx context.Context, force bool) (State, error) {
	s, _, err := k.change(ctx, func(s State, _ time.Time) (State, error) { return s.unassign(force) })
	return s, err
}

// Roll writes down what time has done: a next certificate that became current,
// a previous one that is over. Of several nodes exactly one gets changed true.
func (k *Keyring) Roll(ctx context.Context) (s State, changed bool, err error) {
	return k.change(ctx, func(s State, _ time.Time) (State, error) { return s, nil })
}

// Begin gives a new role its first signing certificate. It does nothing on a
// role that has or had one, even when an administrator took it away.
func (k *Keyring) Begin(ctx context.Context, r Request) (begun bool, err error) {
	if s, err := k.State(ctx); err != nil || s.Begun {
		return false, err
	}
	c, err := k.NewCertificate(ctx, r)
	if err != nil {
		return false, err
	}
	made, err := k.candidate(ctx, c.Thumbprint)
	if err != nil {
		return false, err
	}
	s, _, err := k.change(ctx, func(s State, now time.Time) (State, error) {
		if s.Begun {
			return s, nil // another node was faster
		}
		return s.replace(made, now, k.policy)
	})
	if err == nil && s.Holds(c.Thumbprint) {
		return true, nil
	}
	return false, errors.Join(err, k.Remove(ctx, c.Thumbprint))
}

// Signer returns what signs tokens now. It fails with keyring.missing,
// keyring.expired or keyring.unreadable.
func (k *Keyring) Signer(ctx context.Context) (*s2s.Signer, error) {
	s, err := k.State(ctx)
	if err != nil {
		return nil, err
	}
	return k.signerOf(ctx, s)
}

func (k *Keyring) signerOf(ctx context.Context, s State) (*s2s.Signer, error) {
	slot := s.Signing(k.time(), k.policy)
	switch {
	case s.Current == nil:
		return nil, problem.New(problem.KeyringMissing, "no certificate is assigned to sign tokens with")
	case slot == nil:
		return nil, problem.New(problem.KeyringExpired, "the signing certificate %s expired %s", s.Current.Thumbprint, moment(s.Current.NotAfter))
	}
	signer, err := k.open(ctx, s, slot.Thumbprint)
	if problem.Is(err, problem.KeyringUnreadable) && slot.Thumbprint != s.Current.Thumbprint {
		// The key was replaced because it cannot be read: there is no point
		// in waiting for partners to meet the new one.
		return k.open(ctx, s, s.Current.Thumbprint)
	}
	return signer, err
}

// open returns the signer of a certificate that is in a slot of s, from memory
// when its key was opened before.
func (k *Keyring) open(ctx context.Context, s State, t s2s.Thumbprint) (*s2s.Signer, error) {
	k.mu.Lock()
	signer, ok := k.signers[t]
	k.mu.Unlock()
	if ok {
		return signer, nil
	}
	r, err := k.record(ctx, t)
	if problem.Is(err, problem.KeyringNotFound) {
		return nil, problem.Wrap(err, problem.KeyringUnreadable, "the certificate is not in the store")
	}
	if err != nil {
		return nil, err
	}
	key, err := k.key(r)
	if problem.Is(err, problem.KeyringNoPrivateKey) {
		err = problem.Wrap(err, problem.KeyringUnreadable, "the key is gone")
	}
	if err != nil {
		return nil, err
	}
	signer, err = s2s.NewSigner(r.cert, key)
	if err != nil {
		return nil, problem.Wrap(err, problem.KeyringUnreadable, "the key of %s", t)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for known := range k.signers { // keys out of use do not stay in memory
		if !s.Holds(known) {
			delete(k.signers, known)
		}
	}
	k.signers[t] = signer
	return signer, nil
}

// Published returns the certificates of the metadata document in its order:
// current, next, previous, then those still published without a slot. A role
// that cannot sign has no document; the failure is that of Signer.
func (k *Keyring) Published(ctx context.Context) ([]*x509.Certificate, error) {
	s, err := k.State(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := k.signerOf(ctx, s); err != nil {
		return nil, err
	}
	var published []*x509.Certificate
	for _, t := range s.Published(k.time()) {
		r, err := k.record(ctx, t)
		if err != nil {
			return nil, err
		}
		published = append(published, r.cert)
	}
	return published, nil
}

// Accepted returns the certificates whose signature under a token of this role
// counts.
func (k *Keyring) Accepted(ctx context.Context) ([]s2s.Thumbprint, error) {
	s, err := k.State(ctx)
	return s.Accepted(k.time()), err
}
