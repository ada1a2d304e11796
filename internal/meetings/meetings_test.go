package meetings

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
)

var start = time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)

var (
	ken   = directory.User{ID: "id-ken", UPN: "ken@litware.test", SIP: "ken@litware.test"}
	pilar = directory.User{ID: "id-pilar", UPN: "pilar@litware.test", SIP: "pilar@litware.test"}
)

type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func open(t *testing.T, db *store.DB) (*Store, *clock) {
	t.Helper()
	c := &clock{start}
	s, err := New(db, "https://meet.litware.test/", c.Now)
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

func wantCode(t *testing.T, err error, code problem.Code) {
	t.Helper()
	if problem.CodeOf(err) != code {
		t.Errorf("the failure is %q (%v), want %q", problem.CodeOf(err), err, code)
	}
}

func TestStatementsArePortable(t *testing.T) {
	storetest.Prepare(t, storetest.Statements(t, "sql.go"), func(ctx context.Context, db *store.DB) error {
		return db.Migrate(ctx, "meetings", migrations)
	})
}

func TestLifeOfAMeeting(t *testing.T) {
	storetest.Run(t, func(t *testing.T, db *store.DB) {
		s, c := open(t, db)
		made, err := s.Create(t.Context(), ken, Fields{
			Subject: "Quarterly numbers", Description: "Grüße", AccessLevel: Invited,
			Attendees: []directory.SIP{"sip:Pilar@litware.test", "pilar@litware.test"}, Leaders: []directory.SIP{"pilar@litware.test"},
		})
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(`^[2-9A-HJ-NP-Z]{8}$`).MatchString(made.ID) || !regexp.MustCompile(`^[1-9]\d{8}$`).MatchString(made.ConferenceID) {
			t.Errorf("ids %q, %q", made.ID, made.ConferenceID)
		}
		if made.JoinURL != "https://meet.litware.test/ken/"+made.ID || made.URI() != "sip:ken@litware.test;gruu;opaque=app:conf:focus:id:"+made.ID {
			t.Errorf("addresses %s, %s", made.JoinURL, made.URI())
		}
		if !made.Expires.Equal(start.Add(8*time.Hour)) || len(made.Attendees) != 1 || made.LeaderAssignment != NobodyLeads {
			t.Errorf("defaults: %+v", made.Fields)
		}
		got, err := s.Get(t.Context(), ken.ID, made.ID)
		if diff := cmp.Diff(made, got); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}

		c.now = start.Add(time.Minute)
		changed, err := s.Update(t.Context(), ken.ID, made.ID, made.Version, Fields{Subject: "Other numbers"})
		if err != nil {
			t.Fatal(err)
		}
		if changed.Subject != "Other numbers" || changed.Description != "" || changed.AccessLevel != SameEnterprise ||
			changed.ID != made.ID || changed.ConferenceID != made.ConferenceID || changed.Version == made.Version || !changed.Created.Equal(start) {
			t.Errorf("changed to %+v", changed)
		}
		_, err = s.Update(t.Context(), ken.ID, made.ID, made.Version, Fields{})
		wantCode(t, err, problem.MeetingsChanged)
		if _, err = s.Update(t.Context(), ken.ID, made.ID, 0, Fields{Subject: "unconditional"}); err != nil {
			t.Error(err)
		}

		second, err := s.Create(t.Context(), ken, Fields{})
		if err != nil {
			t.Fatal(err)
		}
		all, err := s.List(t.Context(), ken.ID)
		if err != nil || len(all) != 2 || all[0].ID != made.ID || all[1].ID != second.ID {
			t.Errorf("%v, %v", all, err)
		}
		if err := s.Delete(t.Context(), ken.ID, made.ID); err != nil {
			t.Error(err)
		}
		wantCode(t, s.Delete(t.Context(), ken.ID, made.ID), problem.MeetingsNotFound)
	})
}

func TestOnlyTheOwnerSeesAMeeting(t *testing.T) {
	s, _ := open(t, storetest.Open(t, storetest.SQLite(t)))
	made, err := s.Create(t.Context(), ken, Fields{Attendees: []directory.SIP{pilar.SIP}, Leaders: []directory.SIP{pilar.SIP}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Get(t.Context(), pilar.ID, made.ID)
	wantCode(t, err, problem.MeetingsNotFound)
	_, err = s.Update(t.Context(), pilar.ID, made.ID, 0, Fields{})
	wantCode(t, err, problem.MeetingsNotFound)
	wantCode(t, s.Delete(t.Context(), pilar.ID, made.ID), problem.MeetingsNotFound)
	if all, err := s.List(t.Context(), pilar.ID); err != nil || len(all) != 0 {
		t.Errorf("%v, %v", all, err)
	}
	if _, err := s.Get(t.Context(), ken.ID, made.ID); err != nil {
		t.Error(err)
	}
}

func TestWhatIsRefused(t *testing.T) {
	s, _ := open(t, storetest.Open(t, storetest.SQLite(t)))
	for field, f := range map[string]Fields{
		"subject":                   {Subject: strings.Repeat("ä", MaxSubject+1)},
		"description":               {Description: "a\x00b"},
		"accessLevel":               {AccessLevel: "everyone"},
		"automaticLeaderAssignment": {LeaderAssignment: "Nobody"},
		"attendees":                 {Attendees: []directory.SIP{"nobody"}},
		"leaders":                   {Leaders: make([]directory.SIP, MaxParticipants+1)},
		"expirationTime":            {Expires: start.AddDate(10, 0, 1)},
	} {
		t.Run(field, func(t *testing.T) {
			_, err := s.Create(t.Context(), ken, f)
			wantCode(t, err, problem.MeetingsInvalid)
			var which *InvalidField
			if !errors.As(err, &which) || which.Field != field {
				t.Errorf("%v does not name the field", err)
			}
		})
	}
	for name, f := range map[string]Fields{
		"as long as can be": {Subject: strings.Repeat("ä", MaxSubject), Description: strings.Repeat("x", MaxDescription)},
		"in the past year":  {Expires: start.AddDate(-1, 0, 1)},
		"no level":          {AccessLevel: NoLevel},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := s.Create(t.Context(), ken, f); err != nil {
				t.Error(err)
			}
		})
	}
	_, err := s.Create(t.Context(), directory.User{ID: "x", UPN: "x@litware.test"}, Fields{})
	wantCode(t, err, problem.MeetingsNoSIP)
}

func TestTooManyMeetingsAndOldOnes(t *testing.T) {
	s, c := open(t, storetest.Open(t, storetest.SQLite(t)))
	err := s.db.InTx(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		for i := range MaxPerUser { // Create would wait for the disk each time
			expires := store.Micros(start.Add(defaultLife))
			if _, err := tx.ExecContext(ctx, sqlInsert, fmt.Sprint("id", i), fmt.Sprint(i), ken.ID, string(ken.SIP), "{}", expires, store.Micros(start)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Create(t.Context(), ken, Fields{})
	wantCode(t, err, problem.MeetingsTooMany)
	if _, err := s.Create(t.Context(), pilar, Fields{}); err != nil {
		t.Errorf("another user: %v", err)
	}
	c.now = start.Add(defaultLife + forgottenAfter + time.Second)
	if _, err := s.Create(t.Context(), ken, Fields{}); err != nil {
		t.Fatal(err)
	}
	if all, err := s.List(t.Context(), ken.ID); err != nil || len(all) != 1 {
		t.Errorf("%d meetings, %v; the expired ones should be forgotten", len(all), err)
	}
}
