package store

import (
	"errors"
	"os"
	"syscall"
)

const (
	errorWriteProtect     syscall.Errno = 19
	errorSharingViolation syscall.Errno = 32
	errorHandleDiskFull   syscall.Errno = 39
	errorDiskFull         syscall.Errno = 112
)

// tryLock claims the side file at path, by opening it for nobody else to write,
// or fails with errLocked.
func tryLock(path string) (*fileLock, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	handle, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, syscall.FILE_SHARE_READ,
		nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, errorSharingViolation) {
		return nil, errLocked
	}
	if err != nil {
		return nil, err
	}
	return &fileLock{f: os.NewFile(uintptr(handle), path)}, nil
}

// syncDirectory does nothing: NTFS journals its names.
func syncDirectory(string) error { return nil }

func isDiskFull(err error) bool {
	return errors.Is(err, errorDiskFull) || errors.Is(err, errorHandleDiskFull)
}

func isReadOnlyFileSystem(err error) bool { return errors.Is(err, errorWriteProtect) }

// mayWrite knows nothing: an access list is only asked by opening.
func mayWrite(string) error { return nil }
