package builtin

import (
	"context"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

func contentCommands() []*shell.Command {
	paths := func() []shell.Parameter {
		return []shell.Parameter{
			required(within(byProperty(at(0, "Path", "String[]", "the file")), "Path")),
			required(within(byProperty(named("LiteralPath", "String[]", "the file, without wildcards", "PSPath")), "LiteralPath")),
			toggle("Force", "even when the file is write-protected"),
		}
	}
	sets := []string{"Path", "LiteralPath"}
	value := append(paths(),
		required(empty(piped(at(1, "Value", "Object[]", "what to write, one line each")))),
		toggle("NoNewline", "without ends of lines"),
		toggle("PassThru", "put out what is written"),
		encodingParameter())
	return []*shell.Command{
		{
			Name: "Get-Content", Aliases: []string{"cat", "gc", "type"}, Module: management,
			Synopsis: "Reads a file, line by line.",
			Sets:     sets, DefaultSet: "Path",
			Parameters: append(paths(),
				toggle("Raw", "the whole file as one text"),
				named("TotalCount", "Int64", "how many lines from the start", "First", "Head"),
				named("Tail", "Int32", "how many lines from the end", "Last"),
				defaulting(named("ReadCount", "Int64", "how many lines at once; 0 for all"), "1"),
				named("Delimiter", "String", "what ends a line"),
				without(toggle("Wait", "wait for more"), "the file is read once"),
				encodingParameter()),
			Output: properties("Length", "Int32"),
			Start:  shell.Each(getContent),
		},
		{
			Name: "Set-Content", Aliases: []string{"sc"}, Module: management, Changes: true,
			Synopsis: "Writes a file.",
			Sets:     sets, DefaultSet: "Path", Parameters: value,
			Start: func() shell.Handler { return startContent(false) },
		},
		{
			Name: "Add-Content", Aliases: []string{"ac"}, Module: management, Changes: true,
			Synopsis: "Writes to the end of a file.",
			Sets:     sets, DefaultSet: "Path", Parameters: value,
			Start: func() shell.Handler { return startContent(true) },
		},
		{
			Name: "Clear-Content", Aliases: []string{"clc"}, Module: management, Changes: true,
			Synopsis: "Empties a file.",
			Sets:     sets, DefaultSet: "Path", Parameters: paths(),
			Start: shell.Each(clearContent),
		},
	}
}

// targets are the files the command was given: what the patterns stand for and,
// when new is allowed, files that are not there yet.
func targets(in *shell.Invocation, new bool) ([]string, error) {
	paths, literal := pathsGiven(in)
	var all []string
	for _, path := range paths {
		if _, ok := driveOf(path); ok {
			continue
		}
		if literal || !object.HasWildcard(path) {
			all = append(all, in.Session().Resolve(path))
			continue
		}
		found := glob(in, path)
		if len(found) == 0 && new {
			return nil, fault(in, "GetContentWriterArgumentError", "InvalidArgument", "PSArgumentException",
				"The path '%s' contains wildcards and stands for no file.", path)
		}
		all = append(all, found...)
	}
	return all, nil
}

func getContent(_ context.Context, in *shell.Invocation) error {
	paths, _ := pathsGiven(in)
	for _, path := range paths {
		if drive, ok := driveOf(path); ok {
			if err := driveContent(in, drive, path); err != nil {
				return err
			}
		}
	}
	files, err := targets(in, false)
	if err != nil {
		return err
	}
	for _, file := range files {
		data, err := contents(in, file)
		if err == nil {
			err = emitContent(in, data)
		} else {
			err = in.Fail(err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// contents reads a file; a folder has none.
func contents(in *shell.Invocation, file string) ([]byte, error) {
	if _, err := list(in, file); err == nil {
		return nil, about(fault(in, "GetContentReaderUnauthorizedAccessError", "PermissionDenied", "UnauthorizedAccessException",
			"Access to the path '%s' is denied.", file), file, "String")
	}
	return read(in, file)
}

// driveContent is the value of a variable: Get-Content env:Path.
func driveContent(in *shell.Invocation, drive, path string) error {
	v, ok := driveItem(in, drive, onDrive(path))
	if !ok {
		return in.Fail(notFound(in, onDrive(path)))
	}
	for _, name := range []string{"Value", "Definition"} {
		if p, ok := object.Lookup(v, name); ok {
			return emitEach(in, p.Value)
		}
	}
	return nil
}

func emitContent(in *shell.Invocation, data []byte) error {
	if strings.EqualFold(in.String("Encoding"), "Byte") {
		return emitBytes(in, data)
	}
	text := decode(data, in.String("Encoding"))
	if in.Bool("Raw") {
		return in.Emit(text)
	}
	lines := splitLines(text, in.String("Delimiter"))
	if in.Has("TotalCount") {
		lines = lines[:min(len(lines), in.Int("TotalCount"))]
	}
	if in.Has("Tail") {
		lines = lines[max(0, len(lines)-in.Int("Tail")):]
	}
	all := make([]object.Value, len(lines))
	for i, line := range lines {
		all[i] = line
	}
	return emitBatches(in, all)
}

// emitBytes puts a file's bytes out: all at once with -Raw or -ReadCount 0, or
// else one by one.
func emitBytes(in *shell.Invocation, data []byte) error {
	if in.Has("TotalCount") {
		data = data[:min(len(data), in.Int("TotalCount"))]
	}
	if in.Bool("Raw") || in.Has("ReadCount") && in.Int("ReadCount") == 0 {
		return in.Emit(object.Bytes(data))
	}
	for _, b := range data {
		if err := in.Emit(int32(b)); err != nil {
			return err
		}
	}
	return nil
}

// emitBatches puts lines out, -ReadCount at a time.
func emitBatches(in *shell.Invocation, all []object.Value) error {
	size := 1
	if in.Has("ReadCount") {
		size = in.Int("ReadCount")
	}
	if size <= 0 {
		size = max(1, len(all))
	}
	for len(all) > 0 {
		n := min(size, len(all))
		var v object.Value = &object.List{Items: all[:n:n]}
		if size == 1 {
			v = all[0]
		}
		if err := in.Emit(v); err != nil {
			return err
		}
		all = all[n:]
	}
	return nil
}

// splitLines cuts text at its line ends; what ends the last line begins no
// further one.
func splitLines(text, delimiter string) []string {
	if text == "" {
		return nil
	}
	if delimiter != "" {
		return strings.Split(strings.TrimSuffix(text, delimiter), delimiter)
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSuffix(line, "\r")
	}
	return lines
}

// startContent writes what comes in to the files, as it comes.
func startContent(add bool) shell.Handler {
	var open []*writer
	begin := func(_ context.Context, in *shell.Invocation) error {
		files, err := targets(in, true)
		if err != nil {
			return err
		}
		for _, file := range files {
			if yes, err := in.ShouldProcess("Path: " + file); err != nil {
				return err
			} else if !yes {
				continue
			}
			w := &writer{path: file, encoding: in.String("Encoding"), add: add}
			_, there := exists(in, file)
			if !add || !there {
				if err := w.put(in, []byte(mark(w.encoding))); err != nil {
					return err
				}
			}
			open = append(open, w)
		}
		return nil
	}
	return shell.Handler{
		Begin: begin,
		Process: func(_ context.Context, in *shell.Invocation) error {
			for _, v := range flat(in.Value("Value")) {
				for _, w := range open {
					if err := writeContent(in, w, v); err != nil {
						return err
					}
				}
				if in.Bool("PassThru") {
					if err := in.Emit(v); err != nil {
						return err
					}
				}
			}
			return nil
		},
		End: func(_ context.Context, in *shell.Invocation) error {
			for _, w := range open {
				if err := w.close(in); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// writeContent writes one value: a line of text, or bytes as they are.
func writeContent(in *shell.Invocation, w *writer, v object.Value) error {
	if strings.EqualFold(w.encoding, "Byte") {
		data, err := object.Convert(v, "Byte[]", in.Session().Zone())
		if err != nil {
			return err
		}
		bytes, _ := data.(object.Bytes)
		return w.write(in, string(bytes))
	}
	text := object.Text(v)
	if !in.Bool("NoNewline") {
		text += newline
	}
	return w.write(in, text)
}

func clearContent(_ context.Context, in *shell.Invocation) error {
	files, err := targets(in, false)
	if err != nil {
		return err
	}
	for _, file := range files {
		if _, there := exists(in, file); !there {
			if err := in.Fail(notFound(in, file)); err != nil {
				return err
			}
			continue
		}
		yes, err := in.ShouldProcess(file)
		if err != nil {
			return err
		}
		if yes {
			if err := (&writer{path: file}).put(in, nil); err != nil {
				return err
			}
		}
	}
	return nil
}
