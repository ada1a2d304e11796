package object

import (
	"errors"
	"io/fs"
	"strings"
)

// maxRead bounds files that are read as bytes or text.
const maxRead = 1 << 20

var fileStatics = []method{
	{"Exists", "", 1, 1, func(c *call) (Value, error) {
		_, err := c.readFile(c.text(0), maxText)
		return err == nil, nil
	}},
	{"ReadAllBytes", "", 1, 1, func(c *call) (Value, error) {
		data, err := c.fileContent()
		if err != nil {
			return nil, err
		}
		return Bytes(data), nil
	}},
	{"ReadAllLines", "", 1, 2, func(c *call) (Value, error) {
		data, err := c.fileContent()
		if err != nil {
			return nil, err
		}
		s := strings.TrimSuffix(strings.ReplaceAll(fileText(data), "\r\n", "\n"), "\n")
		if s == "" {
			return &List{Type: "String[]"}, nil
		}
		return texts(strings.Split(s, "\n")), nil
	}},
	{"ReadAllText", "", 1, 2, func(c *call) (Value, error) {
		data, err := c.fileContent()
		if err != nil {
			return nil, err
		}
		return fileText(data), nil
	}},
	{"WriteAllBytes", "", 2, 2, func(c *call) (Value, error) {
		v, err := c.convert(1, "Byte[]")
		if err != nil {
			return nil, err
		}
		data, _ := v.(Bytes)
		return nil, c.writeFile(data)
	}},
	{"WriteAllText", "", 2, 3, func(c *call) (Value, error) { return nil, c.writeFile([]byte(c.text(1))) }},
}

// writeFile writes the file that the first argument names.
func (c *call) writeFile(data []byte) error {
	if c.rt.WriteFile == nil {
		return failure("NotSupportedException", notSpecified, "Files cannot be written here.")
	}
	if err := c.rt.WriteFile(c.text(0), data); err != nil {
		return c.rethrow(err)
	}
	return nil
}

// fileText reads UTF-8, or UTF-16 with a mark at the front.
func fileText(data []byte) string {
	if len(data) >= 2 && data[0] == 0xff && data[1] == 0xfe {
		return decode("System.Text.UnicodeEncoding", data[2:])
	}
	return strings.TrimPrefix(decode("", data), "\ufeff")
}

func (c *call) fileContent() ([]byte, error) {
	data, err := c.readFile(c.text(0), maxRead)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, c.raise("FileNotFoundException", "Could not find file '"+c.text(0)+"'.")
	}
	if err != nil {
		return nil, c.rethrow(err)
	}
	return data, nil
}

// pathStatics treat both kinds of slash as separators, as Windows does.
var pathStatics = []method{
	{"Combine", "", 2, 8, func(c *call) (Value, error) {
		path := ""
		for i := range c.args {
			switch part := c.text(i); {
			case path == "" || strings.HasPrefix(part, `\`) || strings.HasPrefix(part, "/") || strings.Contains(part, ":"):
				path = part
			case strings.HasSuffix(path, `\`) || strings.HasSuffix(path, "/"):
				path += part
			case part != "":
				path += `\` + part
			}
		}
		return path, nil
	}},
	{"GetDirectoryName", "", 1, 1, func(c *call) (Value, error) {
		path := c.text(0)
		return path[:max(strings.LastIndexAny(path, `\/`), 0)], nil
	}},
	{"GetExtension", "", 1, 1, func(c *call) (Value, error) {
		_, extension := fileName(c.text(0))
		return extension, nil
	}},
	{"GetFileName", "", 1, 1, func(c *call) (Value, error) {
		name, extension := fileName(c.text(0))
		return name + extension, nil
	}},
	{"GetFileNameWithoutExtension", "", 1, 1, func(c *call) (Value, error) {
		name, _ := fileName(c.text(0))
		return name, nil
	}},
}

// fileName splits the last part of a path before its extension.
func fileName(path string) (name, extension string) {
	name = path[strings.LastIndexAny(path, `\/`)+1:]
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
		return name[:dot], name[dot:]
	}
	return name, ""
}
