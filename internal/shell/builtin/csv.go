package builtin

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// What ConvertFrom-Csv and Import-Csv take: text of not more than maxCSV bytes
// with not more than maxColumns columns.
const (
	maxCSV     = 64 << 20
	maxColumns = 4096
)

func csvCommands() []*shell.Command {
	delimiter := func(position int) shell.Parameter {
		return defaulting(at(position, "Delimiter", "String", "what stands between two values"), ",")
	}
	culture := without(toggle("UseCulture", "the culture's delimiter"), "the culture en-US has the comma")
	noType := toggle("NoTypeInformation", "without the line #TYPE", "NTI")
	header := named("Header", "String[]", "names of the columns when the first line is not that")
	return []*shell.Command{
		{
			Name: "ConvertTo-Csv", Module: utility,
			Synopsis: "Writes objects as lines of comma-separated values.",
			Parameters: []shell.Parameter{
				required(piped(at(0, "InputObject", "PSObject", "the objects"))), delimiter(1), culture, noType,
			},
			Output: properties("Length", "Int32"),
			Start:  startToCSV,
		},
		{
			Name: "ConvertFrom-Csv", Module: utility,
			Synopsis: "Makes objects from lines of comma-separated values.",
			Parameters: []shell.Parameter{
				empty(required(piped(at(0, "InputObject", "PSObject[]", "the lines")))), delimiter(1), culture, header,
			},
			Start: gather(fromCSV),
		},
		{
			Name: "Export-Csv", Aliases: []string{"epcsv"}, Module: utility, Changes: true,
			Synopsis:   "Writes objects to a file of comma-separated values.",
			Parameters: append(fileParameters(), required(input("the objects")), delimiter(1), culture, noType),
			Start:      startExportCSV,
		},
		{
			Name: "Import-Csv", Aliases: []string{"ipcsv"}, Module: utility,
			Synopsis: "Makes objects from a file of comma-separated values.",
			Parameters: []shell.Parameter{
				piped(at(0, "Path", "String[]", "the file")), named("LiteralPath", "String[]", "the file, without wildcards", "PSPath"),
				delimiter(1), culture, header, encodingParameter(),
			},
			Start: shell.Each(importCSV),
		},
	}
}

func newCSV(in *shell.Invocation) *format.CSV {
	return &format.CSV{Delimiter: in.String("Delimiter"), NoType: in.Bool("NoTypeInformation"), Zone: in.Session().Zone()}
}

func startToCSV() shell.Handler {
	var c *format.CSV
	return shell.Handler{Process: func(_ context.Context, in *shell.Invocation) error {
		v, ok := incoming(in)
		if !ok || v == nil {
			return nil
		}
		if c == nil {
			c = newCSV(in)
		}
		for _, line := range c.Lines(v) {
			if err := in.Emit(line); err != nil {
				return err
			}
		}
		return nil
	}}
}

func startExportCSV() shell.Handler {
	var c *format.CSV
	var f *writer
	return shell.Handler{
		Begin: func(_ context.Context, in *shell.Invocation) (err error) {
			c = newCSV(in)
			f, err = openWriter(in)
			return err
		},
		Process: func(_ context.Context, in *shell.Invocation) error {
			v, ok := incoming(in)
			if !ok || v == nil || f == nil {
				return nil
			}
			lines := c.Lines(v)
			if f.continued { // the file has its header already
				lines, f.continued = lines[len(lines)-1:], false
			}
			for _, line := range lines {
				if err := f.write(in, line+newline); err != nil {
					return err
				}
			}
			return nil
		},
		End: func(_ context.Context, in *shell.Invocation) error { return f.close(in) },
	}
}

func fromCSV(_ context.Context, in *shell.Invocation, all []object.Value) error {
	var b strings.Builder
	for _, v := range all {
		for _, line := range flat(v) {
			b.WriteString(object.Text(line) + "\n")
		}
	}
	return parseCSV(in, b.String())
}

func importCSV(_ context.Context, in *shell.Invocation) error {
	paths := append(in.Strings("Path"), in.Strings("LiteralPath")...)
	if len(paths) == 0 {
		return fault(in, "CannotSpecifyPathAndLiteralPath", "InvalidData", "InvalidOperationException", "You must specify either the -Path or -LiteralPath parameters, but not both.")
	}
	for _, path := range paths {
		data, err := read(in, path)
		if err != nil {
			if err := in.Fail(err); err != nil {
				return err
			}
			continue
		}
		if err := parseCSV(in, decode(data, in.String("Encoding"))); err != nil {
			return err
		}
	}
	return nil
}

// parseCSV puts out an object for each record. All values are texts; a record
// that is too short leaves null. The line #TYPE names the objects' type.
func parseCSV(in *shell.Invocation, text string) error {
	if len(text) > maxCSV {
		return tooLarge(in)
	}
	types := []string{customObject}
	if after, ok := strings.CutPrefix(text, "#TYPE "); ok {
		line, remainder, _ := strings.Cut(after, "\n")
		types, text = append([]string{"CSV:" + strings.TrimSpace(line)}, types...), remainder
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = -1, true, true
	if d := []rune(in.String("Delimiter")); len(d) > 0 {
		r.Comma = d[0]
	}
	header := in.Strings("Header")
	for {
		record, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fault(in, "InvalidCsv", "InvalidData", "FormatException", "The text is not a table of comma-separated values: %s.", err)
		case header == nil:
			header = columnNames(record)
			continue
		case len(header) > maxColumns:
			return tooLarge(in)
		}
		o := &object.Object{Types: types}
		for i, name := range header {
			var v object.Value
			if i < len(record) {
				v = record[i]
			}
			o.Properties = append(o.Properties, object.Property{Name: name, Type: "String", Value: v})
		}
		if err := in.Emit(o); err != nil {
			return err
		}
	}
}

func tooLarge(in *shell.Invocation) error {
	return fault(in, "LimitExceeded", "LimitsExceeded", "InvalidDataException",
		"The table is larger than this shell allows: %d MiB and %d columns.", maxCSV>>20, maxColumns)
}

// columnNames copies the header's names; columns without one get H1, H2 ….
func columnNames(record []string) []string {
	var names []string
	missing := 0
	for _, name := range record {
		if name == "" {
			missing++
			name = "H" + object.Text(int32(missing))
		}
		names = append(names, name)
	}
	return names
}
