package renewal

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
)

// A partner that pinned our certificate reads no metadata document. What it
// should hold is put into a folder, from where a person or its own script takes
// it. The files follow the slots as they are stored, not the clock of a node, so
// that several nodes write the same into one folder.

// handed is a file of the hand-over.
type handed struct {
	name  string
	says  string // what is in it
	certs []*x509.Certificate
}

// fileNames are all that the folder may hold, whatever is published.
func (k *Keeper) fileNames() []string {
	var all []string
	for _, what := range []string{"current.cer", "next.cer", "previous.cer", "all.pem"} {
		all = append(all, k.fileName(what))
	}
	return all
}

// fileName has the role in it: the roles of a deployment may share a folder.
func (k *Keeper) fileName(what string) string { return string(k.cfg.Role) + "-" + what }

// where names the files of a staged certificate, for who has to carry it.
func (k *Keeper) where() []string {
	if k.cfg.HandOver == "" {
		return nil
	}
	return []string{"file", fmt.Sprintf("%s%s, and with the others that are published %s", filepath.Join(k.cfg.HandOver, k.fileName("next.cer")), k.onNode(), k.fileName("all.pem"))}
}

// HandOver has the folder hold the certificates that are published. It tells of
// each change once, and once of a folder that cannot be written, which is no
// error: the next call tries again.
func (k *Keeper) HandOver(ctx context.Context) error {
	if k.cfg.HandOver == "" {
		return nil
	}
	s, _, err := k.cfg.Keyring.Roll(ctx)
	if err != nil {
		return err
	}
	files, err := k.files(ctx, s)
	if err != nil {
		return err
	}
	slow := time.AfterFunc(patience, func() {
		err := k.tellHandOver(ctx, fmt.Errorf("%s did not answer within %s", k.cfg.HandOver, patience))
		k.complain(ctx, "telling of the hand-over", "", err)
	})
	failed := k.put(files)
	slow.Stop()
	if err := k.tellHandOver(ctx, failed); err != nil || failed != nil {
		return err
	}
	return k.tellHanded(ctx, s, files)
}

// patience is how long a file share may take before it is told of.
const patience = 30 * time.Second

// files are those that the slots ask for, in the order in which they are
// written: a partner that takes all of them at any moment misses none that
// signs. An ended certificate goes with its slot.
func (k *Keeper) files(ctx context.Context, s keyring.State) ([]handed, error) {
	var files []handed
	all := handed{name: k.fileName("all.pem"), says: "all that are published"}
	add := func(slot *keyring.Slot, what, says string) error {
		if slot == nil {
			return nil
		}
		c, err := k.cfg.Keyring.Certificate(ctx, slot.Thumbprint)
		if problem.Is(err, problem.KeyringNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		all.certs = append(all.certs, c.X509)
		if what != "" {
			files = append(files, handed{k.fileName(what), slot.Thumbprint.String() + says, []*x509.Certificate{c.X509}})
		}
		return nil
	}
	err := add(s.Current, "current.cer", ", which signs")
	if s.Next != nil {
		err = errors.Join(err, add(s.Next, "next.cer", ", which becomes current on "+moment(s.Next.From)))
	}
	err = errors.Join(err, add(s.Previous, "previous.cer", ", which signed before"))
	for i := range s.Leaving {
		err = errors.Join(err, add(&s.Leaving[i], "", ""))
	}
	if len(all.certs) > 0 {
		files = append(files, all)
	}
	slices.Reverse(files)
	return files, err
}

// write brings the folder to hold exactly files, of those that it may hold. What
// is right already is left alone, for scripts that watch it.
func (k *Keeper) write(files []handed) error {
	if info, err := os.Stat(k.cfg.HandOver); err != nil {
		return err
	} else if !info.IsDir() {
		return fmt.Errorf("%s is not a folder", k.cfg.HandOver)
	}
	gone := k.fileNames()
	for _, f := range files {
		gone = slices.DeleteFunc(gone, func(name string) bool { return name == f.name })
		path := filepath.Join(k.cfg.HandOver, f.name)
		if holds(path, certs.EncodeCertificates(f.certs...)) {
			continue
		}
		if err := certs.WriteCertificatesPEM(path, f.certs...); err != nil {
			return err
		}
	}
	for _, name := range gone {
		if err := os.Remove(filepath.Join(k.cfg.HandOver, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// holds says whether a file has a content. Of what is no file, or is much
// larger, nothing is read: others may write into the folder too.
func holds(path string, content []byte) bool {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() != int64(len(content)) {
		return false
	}
	found, err := os.ReadFile(path)
	return err == nil && bytes.Equal(found, content)
}

// tellHandOver has the journal say once that the folder cannot be written, and
// once that it can be again.
func (k *Keeper) tellHandOver(ctx context.Context, failed error) error {
	kind, now := k.here(faultHandOver), k.cfg.Now()
	told, err := k.faults(ctx)
	if err != nil {
		return err
	}
	switch {
	case failed != nil && told[kind] != k.cfg.HandOver:
		e := eventOf(problem.RenewalHandOverFailed, now)
		e.Level = journal.Error
		e.Text = fmt.Sprintf("The signing certificates that the %s role publishes could not be put into the folder %s%s: %v.", k.cfg.Role, k.cfg.HandOver, k.onNode(), failed)
		e.Detail = lines("kind", string(Signing), "remedy", row(problem.RenewalHandOverFailed).Remedy, "see", string(problem.RenewalHandOverFailed))
		_, err = k.first(ctx, e, sqlFault, kind, k.cfg.HandOver, store.Micros(now))
	case failed == nil && told[kind] != "":
		e := eventOf(problem.RenewalHandOverMended, now)
		e.Level = journal.Information
		e.Text = fmt.Sprintf("The folder %s%s can be written again and holds the signing certificates that the %s role publishes.", k.cfg.HandOver, k.onNode(), k.cfg.Role)
		_, err = k.first(ctx, e, sqlCured, kind)
	}
	return err
}

// tellHanded has the journal say what a folder holds when that is something else
// than what it said last. Nodes whose folders are called the same tell once.
func (k *Keeper) tellHanded(ctx context.Context, s keyring.State, files []handed) error {
	sum := sha256.New()
	details := []string{"kind", string(Signing)}
	for _, f := range slices.Backward(files) {
		fmt.Fprintln(sum, f.name)
		sum.Write(certs.EncodeCertificates(f.certs...))
		details = append(details, f.name, f.says)
	}
	digest, said := fmt.Sprintf("%x", sum.Sum(nil)), ""
	err := k.cfg.DB.QueryRowContext(ctx, sqlHanded, k.cfg.HandOver).Scan(&said)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("reading what was handed over: %w", store.Explain(err))
	}
	if said == digest {
		return nil
	}
	f := Facts{Slots: s}
	if f.Issuers, err = k.issuers(ctx); err != nil {
		return err
	}
	e := f.renewed(problem.RenewalHandedOver, k.cfg.Now())
	e.Text = fmt.Sprintf("The folder %s%s holds the signing certificates that the %s role publishes now.", k.cfg.HandOver, k.onNode(), k.cfg.Role)
	if len(files) == 0 {
		e.Text = fmt.Sprintf("The folder %s%s holds no certificate any more: the %s role publishes none.", k.cfg.HandOver, k.onNode(), k.cfg.Role)
	}
	e.Detail = lines(append(details, f.byHandWords(k.cfg.Role)...)...)
	_, err = k.first(ctx, e, sqlHand, k.cfg.HandOver, digest)
	return err
}

// handOverAfter hands over after each look, until ctx ends.
func (k *Keeper) handOverAfter(ctx context.Context, looked <-chan struct{}) {
	last := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-looked:
			last = k.complain(ctx, "handing the certificates over", last, k.HandOver(ctx))
		}
	}
}

// leave waits for a writing that is under way, but not for a file share that
// hangs: nobody could stop the node then.
func (k *Keeper) leave(written <-chan struct{}) {
	timer := time.NewTimer(patience / 6)
	defer timer.Stop()
	select {
	case <-written:
	case <-timer.C:
		k.cfg.Log.Warn("the folder of the hand-over does not answer", "folder", k.cfg.HandOver)
	}
}

// row is a row of the catalogue that is there.
func row(code problem.Code) problem.Entry {
	entry, _ := problem.Lookup(code)
	return entry
}
