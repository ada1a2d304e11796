package builtin

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/matchseal/matchseal/internal/shell"
)

// newline ends a line in a file.
const newline = "\r\n"

// encodingParameter is -Encoding. Without it files are written as UTF-8 without
// a byte order mark, and read as what their mark says. (Windows PowerShell
// writes some as UTF-16 and some in the machine's code page, which other
// programs of this machine could not read.)
func encodingParameter() shell.Parameter {
	return oneOf(defaulting(named("Encoding", "String", "how characters are bytes in the file"), "UTF8 without a mark"),
		"Unknown", "String", "Unicode", "BigEndianUnicode", "UTF8", "UTF7", "UTF32", "ASCII", "Default", "OEM", "Byte")
}

// The byte order marks.
const (
	markUTF8  = "\xEF\xBB\xBF"
	markLE    = "\xFF\xFE"
	markBE    = "\xFE\xFF"
	markUTF32 = "\xFF\xFE\x00\x00"
)

// mark is what a new file of an encoding begins with.
func mark(encoding string) string {
	switch strings.ToLower(encoding) {
	case "utf8":
		return markUTF8
	case "unicode", "string", "unknown":
		return markLE
	case "bigendianunicode":
		return markBE
	case "utf32":
		return markUTF32
	}
	return ""
}

// encode turns text into the bytes of an encoding.
func encode(text, encoding string) []byte {
	switch strings.ToLower(encoding) {
	case "unicode", "string", "unknown":
		return utf16Bytes(text, binary.LittleEndian)
	case "bigendianunicode":
		return utf16Bytes(text, binary.BigEndian)
	case "utf32":
		var b []byte
		for _, r := range text {
			b = binary.LittleEndian.AppendUint32(b, uint32(r))
		}
		return b
	case "ascii", "oem", "utf7":
		var b []byte
		for _, r := range text {
			if r > 127 {
				r = '?'
			}
			b = append(b, byte(r))
		}
		return b
	}
	return []byte(text)
}

func utf16Bytes(text string, order binary.AppendByteOrder) []byte {
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return b
}

// decode reads text. A byte order mark decides before the encoding asked for;
// without both the bytes are UTF-8 or, if they cannot be, Latin 1.
func decode(data []byte, encoding string) string {
	switch {
	case bytes.HasPrefix(data, []byte(markUTF8)):
		data, encoding = data[3:], "utf8"
	case bytes.HasPrefix(data, []byte(markUTF32)):
		data, encoding = data[4:], "utf32"
	case bytes.HasPrefix(data, []byte(markLE)):
		data, encoding = data[2:], "unicode"
	case bytes.HasPrefix(data, []byte(markBE)):
		data, encoding = data[2:], "bigendianunicode"
	}
	switch strings.ToLower(encoding) {
	case "unicode":
		return utf16Text(data, binary.LittleEndian)
	case "bigendianunicode":
		return utf16Text(data, binary.BigEndian)
	case "utf32":
		var b strings.Builder
		for ; len(data) >= 4; data = data[4:] {
			b.WriteRune(rune(binary.LittleEndian.Uint32(data)))
		}
		return b.String()
	}
	if utf8.Valid(data) {
		return string(data)
	}
	var b strings.Builder
	for _, c := range data {
		b.WriteRune(rune(c))
	}
	return b.String()
}

func utf16Text(data []byte, order binary.ByteOrder) string {
	units := make([]uint16, 0, len(data)/2)
	for ; len(data) >= 2; data = data[2:] {
		units = append(units, order.Uint16(data))
	}
	return string(utf16.Decode(units))
}
