package builtin

import (
	"bytes"
	"context"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/format"
)

func cliXMLCommands() []*shell.Command {
	return []*shell.Command{
		{
			Name: "Export-Clixml", Module: utility, Changes: true,
			Synopsis: "Writes objects with their types to an XML file.",
			Parameters: append(fileParameters(), required(input("the objects")),
				defaulting(named("Depth", "Int32", "how deep objects within objects are written"), "2")),
			Start: startExportXML,
		},
		{
			Name: "Import-Clixml", Module: utility,
			Synopsis: "Makes objects from a file of Export-Clixml.",
			Parameters: []shell.Parameter{
				piped(at(0, "Path", "String[]", "the file")),
				named("LiteralPath", "String[]", "the file, without wildcards", "PSPath"),
				named("First", "UInt64", "how many from the start"),
				named("Skip", "UInt64", "how many to leave out at the start"),
			},
			Start: shell.Each(importXML),
		},
	}
}

// sink hands what is written to a file of the session on.
type sink struct {
	f  *writer
	in *shell.Invocation
}

func (s *sink) Write(p []byte) (int, error) { return len(p), s.f.write(s.in, string(p)) }

func startExportXML() shell.Handler {
	var out *sink
	var x *format.CliXML
	return shell.Handler{
		Begin: func(_ context.Context, in *shell.Invocation) error {
			f, err := openWriter(in)
			if err != nil {
				return err
			}
			depth := 2
			if in.Has("Depth") {
				depth = in.Int("Depth")
			}
			out = &sink{f, in}
			x = format.NewCliXML(out, depth)
			return nil
		},
		Process: func(_ context.Context, in *shell.Invocation) error {
			if v, ok := incoming(in); ok {
				return x.Add(v)
			}
			return nil
		},
		End: func(_ context.Context, in *shell.Invocation) error {
			if err := x.Close(); err != nil {
				return err
			}
			return out.f.close(in)
		},
	}
}

func importXML(_ context.Context, in *shell.Invocation) error {
	for _, path := range append(in.Strings("Path"), in.Strings("LiteralPath")...) {
		data, err := read(in, path)
		if err != nil {
			if err := in.Fail(err); err != nil {
				return err
			}
			continue
		}
		all, err := format.ReadCliXML(bytes.NewReader(data))
		if err != nil {
			return about(fault(in, "ImportClixmlFailed", "InvalidData", "XmlException", "%s: %s", path, err), path, "String")
		}
		all = all[min(len(all), in.Int("Skip")):]
		if in.Has("First") {
			all = all[:min(len(all), in.Int("First"))]
		}
		for _, v := range all {
			if err := in.Emit(v); err != nil {
				return err
			}
		}
	}
	return nil
}
