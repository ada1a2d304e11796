package journal

import (
	"context"
	"embed"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Level says how grave an event is, in the words of the Windows event log.
type Level string

const (
	Information Level = "Information"
	Warning     Level = "Warning"
	Error       Level = "Error"
)

const (
	pageDefault = 100
	pageMax     = 1000
)

// Event is an entry of the event log.
type Event struct {
	Record    int64 // ascending number of the entry; set by the journal
	ID        int   // the event's id, such as 32053
	Level     Level
	Source    string // such as "LS Storage Service"
	Log       string // such as "Lync Server"
	Text      string // one line
	Detail    string // more lines
	RequestID string
	Time      time.Time // zero: now
}

// Access is an entry of the access audit: one request with a token, or with a
// password, at a protected listener. It never holds the token; TokenHash and
// Key let two entries be recognised as the same token or key.
type Access struct {
	Record      int64     // ascending number of the entry; set by the journal
	Time        time.Time // zero: now
	RequestID   string
	Endpoint    string // such as "/EWS/Exchange.asmx"
	Remote      string // address of the peer
	Accepted    bool
	Kind        string // app-only, act-as, basic
	Application string
	Issuer      string
	Partner     string // name of the partner application
	User        string
	Audience    string
	Key         string    // thumbprint of the signing certificate
	TokenHash   string    // hexadecimal, short
	Step        string    // where verification ended, such as "V13"
	Reason      string    // why it was refused, such as "sig.bad"
	Code        int       // x-ms-diagnostics code of the answer
	Expires     time.Time // end of the token's life; may be zero
}

// Filter chooses entries; its zero value chooses the newest 100. Empty fields
// choose everything, and names compare without regard to ASCII case.
type Filter struct {
	Since, Until time.Time // Since inclusive, Until exclusive
	Before       int64     // only entries with a smaller Record: the next page
	Limit        int       // 0 means 100; at most 1000
	RequestID    string

	// For events.
	IDs      []int
	Level    Level
	Source   string
	Log      string
	Contains string // part of text or detail

	// For accesses.
	Accepted    *bool
	Partner     string
	User        string
	Application string
	Reason      string
}

// Journal writes and reads both records.
type Journal struct {
	db  *store.DB
	now func() time.Time
}

// New brings the tables up to date and returns the journal.
func New(db *store.DB, now func() time.Time) (*Journal, error) {
	if err := db.Migrate(context.Background(), "journal", migrations); err != nil {
		return nil, err
	}
	return &Journal{db: db, now: now}, nil
}

// Log writes an event. Its texts are cleaned and cut to the limits of the log.
func (j *Journal) Log(ctx context.Context, e Event) error { return j.LogIn(ctx, j.db, e) }

// LogIn is Log inside a transaction of the journal's database, for an event
// that has to be on record exactly when what it tells of is.
func (j *Journal) LogIn(ctx context.Context, q store.Querier, e Event) error {
	_, err := q.ExecContext(ctx, sqlLogEvent,
		store.Micros(j.at(e.Time)), e.ID, short(string(e.Level)), short(e.Source), short(e.Log),
		clean(e.Text, maxText, false), clean(e.Detail, maxDetail, true), short(e.RequestID))
	return store.Explain(err)
}

// Events returns the events that f chooses, the newest first.
func (j *Journal) Events(ctx context.Context, f Filter) ([]Event, error) {
	rows, err := j.db.QueryContext(ctx, sqlEvents, f.before(), f.since(), f.until(), short(f.RequestID),
		f.idList(), short(string(f.Level)), short(f.Source), short(f.Log), f.contains(), f.limit())
	if err != nil {
		return nil, store.Explain(err)
	}
	defer rows.Close()
	var all []Event
	for rows.Next() {
		var e Event
		var at int64
		if err := rows.Scan(&e.Record, &at, &e.ID, &e.Level, &e.Source, &e.Log, &e.Text, &e.Detail, &e.RequestID); err != nil {
			return nil, store.Explain(err)
		}
		e.Time = store.Time(at)
		all = append(all, e)
	}
	return all, store.Explain(rows.Err())
}

// Access writes an entry of the audit, with its texts cleaned and cut. When it
// returns nil the entry is on disk.
func (j *Journal) Access(ctx context.Context, a Access) error {
	_, err := j.db.ExecContext(ctx, sqlLogAccess,
		store.Micros(j.at(a.Time)), short(a.RequestID), short(a.Endpoint), short(a.Remote), a.Accepted,
		short(a.Kind), short(a.Application), short(a.Issuer), short(a.Partner), short(a.User),
		short(a.Audience), short(a.Key), short(a.TokenHash), short(a.Step), short(a.Reason), a.Code,
		store.Micros(a.Expires))
	return store.Explain(err)
}

// Accesses returns the entries of the audit that f chooses, the newest first.
func (j *Journal) Accesses(ctx context.Context, f Filter) ([]Access, error) {
	rows, err := j.db.QueryContext(ctx, sqlAccesses, f.before(), f.since(), f.until(), short(f.RequestID),
		f.accepted(), short(f.Partner), short(f.User), short(f.Application), short(f.Reason), f.limit())
	if err != nil {
		return nil, store.Explain(err)
	}
	defer rows.Close()
	var all []Access
	for rows.Next() {
		var a Access
		var at, expires int64
		if err := rows.Scan(&a.Record, &at, &a.RequestID, &a.Endpoint, &a.Remote, &a.Accepted, &a.Kind,
			&a.Application, &a.Issuer, &a.Partner, &a.User, &a.Audience, &a.Key, &a.TokenHash, &a.Step,
			&a.Reason, &a.Code, &expires); err != nil {
			return nil, store.Explain(err)
		}
		a.Time, a.Expires = store.Time(at), store.Time(expires)
		all = append(all, a)
	}
	return all, store.Explain(rows.Err())
}

func (j *Journal) at(t time.Time) time.Time {
	if t.IsZero() {
		return j.now()
	}
	return t
}

func (f Filter) before() int64 {
	if f.Before <= 0 {
		return math.MaxInt64
	}
	return f.Before
}

func (f Filter) since() int64 {
	if f.Since.IsZero() {
		return math.MinInt64
	}
	return store.Micros(f.Since)
}

func (f Filter) until() int64 {
	if f.Until.IsZero() {
		return math.MaxInt64
	}
	return store.Micros(f.Until)
}

func (f Filter) limit() int {
	if f.Limit <= 0 {
		return pageDefault
	}
	return min(f.Limit, pageMax)
}

// idList writes ids as ",32048,32053,", in which the statement looks for one.
func (f Filter) idList() string {
	if len(f.IDs) == 0 {
		return ""
	}
	list := ","
	for _, id := range f.IDs {
		list += strconv.Itoa(id) + ","
	}
	return list
}

// contains writes the text looked for as a LIKE pattern.
func (f Filter) contains() string {
	if f.Contains == "" {
		return ""
	}
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(short(f.Contains)) + "%"
}

// accepted is -1 for "either".
func (f Filter) accepted() int {
	switch {
	case f.Accepted == nil:
		return -1
	case *f.Accepted:
		return 1
	}
	return 0
}
