//go:build !linux

package store_test

import "testing"

func mountSmall(t *testing.T, _, _ string) { t.Skip("file systems are mounted on Linux only") }

func remountReadOnly(t *testing.T, _ string) { t.Skip("file systems are mounted on Linux only") }
