package builtin

import (
	"github.com/matchseal/matchseal/internal/shell/format"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// Views lays out the objects of the commands here; a session's Config.Views
// has them besides those of its product.
func Views() map[string]format.View {
	command := format.View{Table: []format.Column{
		{Property: "CommandType", Width: 15, Align: format.Left},
		{Property: "DisplayName", Label: "Name", Width: 50, Value: displayName},
		{Property: "Version", Width: 10, Align: format.Left},
		{Property: "Source"},
	}}
	variable := format.View{Table: []format.Column{{Property: "Name", Width: 30}, {Property: "Value", Align: format.Left}}}
	return map[string]format.View{
		commandType: command,
		aliasType:   command,
		"System.Management.Automation.FunctionInfo":       command,
		"System.Management.Automation.ExternalScriptInfo": command,
		"System.Management.Automation.ApplicationInfo":    command,
		variableType: variable,
		memberType: {
			Table: columns("Name", 0, "MemberType", 0, "Definition", 0), AutoSize: true,
			Group: func(v object.Value) string {
				typ, _ := object.Get(v, "TypeName")
				return "   TypeName: " + object.Text(typ)
			},
		},
		genericMeasure:  {Default: format.List},
		groupInfo:       {Table: []format.Column{{Property: "Count", Width: 5}, {Property: "Name", Width: 25}, {Property: "Group"}}},
		groupNoElement:  {Table: []format.Column{{Property: "Count", Width: 5}, {Property: "Name"}}},
		historyType:     {Table: []format.Column{{Property: "Id", Width: 4}, {Property: "CommandLine"}}},
		helpType:        {Table: columns("Name", 34, "Category", 9, "Module", 25, "Synopsis", 0)},
		pathInfo:        {Table: columns("Path", 0), List: columns("Drive", 0, "Provider", 0, "ProviderPath", 0, "Path", 0)},
		moduleType:      {Table: columns("ModuleType", 10, "Version", 10, "Name", 35, "ExportedCommands", 0)},
		certificateType: {Table: columns("Thumbprint", 40, "Subject", 0)},
		credentialType:  {Table: columns("UserName", 0, "Password", 0)},
		fileType:        itemView(),
		folderType:      itemView(),
		"System.Globalization.CultureInfo": {Table: []format.Column{
			{Property: "LCID", Width: 16, Align: format.Left}, {Property: "Name", Width: 16}, {Property: "DisplayName"},
		}},
	}
}

// columns are pairs of a property and its column's width.
func columns(pairs ...any) []format.Column {
	var all []format.Column
	for i := 0; i+1 < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		width, _ := pairs[i+1].(int)
		all = append(all, format.Column{Property: name, Width: width})
	}
	return all
}

// displayName is a command's name, of an alias with what it stands for.
func displayName(v object.Value) object.Value {
	for _, name := range []string{"DisplayName", "Name"} {
		if p, ok := object.Lookup(v, name); ok {
			return p.Value
		}
	}
	return nil
}
