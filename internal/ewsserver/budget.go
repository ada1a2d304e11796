package ewsserver

import (
	"errors"
	"io"

	"golang.org/x/sync/semaphore"
)

// defaultMemory bounds what the bodies of all requests together may hold,
// unpacked. The largest request fits in several times.
const defaultMemory = 256 << 20

// budgetStep is how much memory a body asks for at a time.
const budgetStep = 64 << 10

// errNoMemory ends the reading of a body for which there is no memory left.
var errNoMemory = errors.New("ewsserver: no memory left for request bodies")

// budgeted reads a body on the budget of all requests. Counting what was
// unpacked, as it is unpacked, means that a small packed body that grows is
// stopped where it begins to hurt others.
type budgeted struct {
	body   io.Reader
	budget *semaphore.Weighted
	left   int   // bytes that may be read on what is held
	held   int64 // bytes of the budget
	short  bool  // the budget did not suffice
}

func (b *budgeted) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if b.left == 0 {
		if !b.budget.TryAcquire(budgetStep) {
			b.short = true
			return 0, errNoMemory
		}
		b.held += budgetStep
		b.left = budgetStep
	}
	n, err := b.body.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// release gives back what was held, when the request is over.
func (b *budgeted) release() {
	b.budget.Release(b.held)
	b.held, b.left = 0, 0
}
