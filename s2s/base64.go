package s2s

import "encoding/binary"

// Base64url is decoded by hand for strictness: every value has exactly one
// spelling. The alphabet is A-Za-z0-9-_, there is no padding, unused bits are
// zero, and nothing is skipped (encoding/base64 skips line breaks even when
// strict). It is also where a good part of a token's cost beside RSA lies, so
// digits come from a table for each place in a group, already shifted.

const notBase64 = 1 << 31

// base64Bits[place][character] is the digit's six bits at its place in a
// group of 24, or notBase64.
var base64Bits = func() (table [4][256]uint32) {
	for place := range table {
		for c := range table[place] {
			table[place][c] = notBase64
		}
		for digit, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") {
			table[place][c] = uint32(digit) << (18 - 6*place)
		}
	}
	return table
}()

func base64Group(s string) uint32 {
	return base64Bits[0][s[0]] | base64Bits[1][s[1]] | base64Bits[2][s[2]] | base64Bits[3][s[3]]
}

// base64Len is the number of bytes that n characters encode.
func base64Len(n int) int { return n/4*3 + max(n%4-1, 0) }

// decodeBase64URL decodes s into dst, which has base64Len(len(s)) bytes.
// When it is not ok, what stands in dst must not be used.
func decodeBase64URL(dst []byte, s string) (ok bool) {
	var seen uint32 // all groups together: shows notBase64 in any of them
	for len(s) >= 8 && len(dst) >= 8 {
		x, y := base64Group(s), base64Group(s[4:])
		seen |= x | y
		binary.BigEndian.PutUint64(dst, uint64(x)<<40|uint64(y)<<16) // the last two bytes are written over
		s, dst = s[8:], dst[6:]
	}
	for len(s) >= 4 {
		x := base64Group(s)
		seen |= x
		dst[0], dst[1], dst[2] = byte(x>>16), byte(x>>8), byte(x)
		s, dst = s[4:], dst[3:]
	}
	var unused uint32
	switch len(s) {
	case 1:
		return false // six bits are no byte
	case 2:
		x := base64Bits[0][s[0]] | base64Bits[1][s[1]]
		dst[0] = byte(x >> 16)
		seen, unused = seen|x, x&0xffff
	case 3:
		x := base64Bits[0][s[0]] | base64Bits[1][s[1]] | base64Bits[2][s[2]]
		dst[0], dst[1] = byte(x>>16), byte(x>>8)
		seen, unused = seen|x, x&0xff
	}
	return seen&notBase64 == 0 && unused == 0
}
