package node

import (
	"context"
	"net/http"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/access"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/readers"
	"github.com/matchseal/matchseal/s2s"
)

func (r *role) openReaders() (err error) {
	r.readers, err = readers.New(readers.Config{DB: r.db, Now: r.node.now, Partners: r.expected, Log: r.log})
	return err
}

// expected are the partners that should read the role's document.
func (r *role) expected(ctx context.Context) ([]readers.Partner, error) {
	all, err := r.partners.List(ctx)
	if err != nil {
		return nil, err
	}
	var expected []readers.Partner
	for _, a := range all {
		if a.Enabled && a.Realm != "" {
			expected = append(expected, readers.Partner{Name: a.Name, Principal: s2s.Principal{App: a.App, Realm: a.Realm}, Since: a.Created})
		}
	}
	return expected, nil
}

// noteReading records who has read the document.
func (r *role) noteReading(q *http.Request, d authmeta.Document) {
	reading := readers.Reading{Agent: q.UserAgent(), Address: access.SourceOf(q)}
	for _, k := range d.Keys {
		reading.Holds = append(reading.Holds, k.Thumbprint)
	}
	r.readers.Note(reading)
}

// introduction is what the role says of itself when it reads a document.
func (r *role) introduction(ctx context.Context) string {
	p, err := r.principal(ctx)
	if err != nil {
		p = s2s.Principal{} // a document is read without a name too
	}
	return authmeta.Introduction(r.node.version, p)
}

// slowest tells the keyring of the partner that reads least often. Nothing that
// is only a hint stops a rollover, so a failure is nobody known.
func (r *role) slowest(ctx context.Context) keyring.Slowest {
	seen, err := r.readers.Sight(ctx)
	if err != nil {
		r.log.WarnContext(ctx, "the partners' readings of the metadata are not known", "error", err)
		return keyring.Slowest{}
	}
	name, reader, ok := seen.Slowest()
	if !ok {
		return keyring.Slowest{}
	}
	return keyring.Slowest{Partner: name, Address: reader.Address, Interval: reader.Interval(), Last: reader.Last}
}
