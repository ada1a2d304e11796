package cmdlet_test

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/matchseal/matchseal/internal/cmdlet"
)

func TestFoldersTellSizes(t *testing.T) {
	f := cmdlet.NewFolders(t.TempDir(), map[string]string{`C:\Scripts\X.ps1`: "param()"})
	if err := f.Write(`C:\Temp\a.txt`, []byte("abc"), false); err != nil {
		t.Fatal(err)
	}
	for _, r := range []struct {
		path  string
		size  int64
		timed bool
	}{{`C:\temp\A.TXT`, 3, true}, {`c:\scripts\x.ps1`, 7, false}} {
		size, written, err := f.Stat(r.path)
		if err != nil || size != r.size || written.IsZero() == r.timed {
			t.Errorf("%s: %d, %v, %v", r.path, size, written, err)
		}
	}
	if _, _, err := f.Stat(`C:\nowhere`); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nowhere: %v", err)
	}
}
