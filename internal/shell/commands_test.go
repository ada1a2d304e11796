package shell_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// calls remembers what the commands of the tests got.
type calls struct {
	bound   []string // one line per use: set and parameters
	started int      // values made by Get-Number
	ended   []string
	cancel  context.CancelFunc
}

func param(name, typ string, position int) shell.Parameter {
	return shell.Parameter{Name: name, Type: typ, Position: position}
}

func with(p shell.Parameter, do func(*shell.Parameter)) shell.Parameter {
	do(&p)
	return p
}

func mandatory(p shell.Parameter) shell.Parameter {
	return with(p, func(p *shell.Parameter) { p.Required = []string{"*"} })
}

func toggle(name string) shell.Parameter {
	return shell.Parameter{Name: name, Type: "SwitchParameter", Switch: true, Position: -1}
}

// commands are harmless commands with all kinds of parameters.
func commands(c *calls) []*shell.Command {
	return slices.Concat(filters(c), makers(c), changers(c), []*shell.Command{
		{
			Name: "nslookup", Kind: shell.Native,
			Start: shell.Each(func(_ context.Context, in *shell.Invocation) error {
				c.bound = append(c.bound, strings.Join(in.Arguments(), "|"))
				if slices.Contains(in.Arguments(), "fail") {
					return &shell.NativeFailure{Status: 3, Text: "*** can't find it"}
				}
				in.SetExitCode(0)
				return in.Emit("Server:  dc01")
			}),
		},
		{
			Name: "Use-Secret", Kind: shell.Cmdlet,
			Parameters: []shell.Parameter{param("Password", "SecureString", -1), param("OldPassword", "String", -1), param("Port", "Int32", -1)},
			Start:      shell.Each(func(context.Context, *shell.Invocation) error { return errors.New("refused") }),
		},
		{
			Name: "Configure-It.ps1", Kind: shell.Script, Path: `C:\Program Files\Scripts\Configure-It.ps1`,
			Parameters: []shell.Parameter{mandatory(param("AuthMetadataUrl", "String", 0)), mandatory(param("ApplicationType", "String", 1))},
			Start:      remember(c),
		},
	})
}

// remember makes a handler that keeps what was bound.
func remember(c *calls) func() shell.Handler {
	return shell.Each(func(_ context.Context, in *shell.Invocation) error {
		var b strings.Builder
		b.WriteString(in.Command().Name)
		if in.Set() != "" {
			fmt.Fprintf(&b, " [%s]", in.Set())
		}
		for _, name := range in.Bound() {
			v := in.Value(name)
			fmt.Fprintf(&b, " %s=%s(%v)", name, strings.TrimPrefix(object.TypeName(v), "System."), in.Strings(name))
		}
		c.bound = append(c.bound, b.String())
		return nil
	})
}

// filters take objects from the pipeline.
func filters(c *calls) []*shell.Command {
	input := with(param("InputObject", "PSObject", -1), func(p *shell.Parameter) { p.Pipeline = true })
	block := func(name string) shell.Parameter { return mandatory(param(name, "ScriptBlock", 0)) }
	return []*shell.Command{
		{
			Name: "ForEach-Object", Kind: shell.Cmdlet, Aliases: []string{"%", "foreach"}, Parameters: []shell.Parameter{block("Process"), input},
			Start: shell.Each(func(ctx context.Context, in *shell.Invocation) error {
				v, _ := in.Input()
				return in.Session().Invoke(ctx, in.Value("Process").(object.Block), v, in.Emit)
			}),
		},
		{
			Name: "Where-Object", Kind: shell.Cmdlet, Aliases: []string{"?", "where"}, Parameters: []shell.Parameter{block("FilterScript"), input},
			Start: shell.Each(func(ctx context.Context, in *shell.Invocation) error {
				v, _ := in.Input()
				keep := false
				err := in.Session().Invoke(ctx, in.Value("FilterScript").(object.Block), v, func(v object.Value) error {
					keep = keep || object.Truth(v)
					return nil
				})
				if err != nil || !keep {
					return err
				}
				return in.Emit(v)
			}),
		},
		{
			Name: "Select-Object", Kind: shell.Cmdlet, Aliases: []string{"select"}, Parameters: []shell.Parameter{
				param("Property", "Object[]", 0), param("First", "Int32", -1), input,
			},
			Start: func() shell.Handler {
				n := 0
				return shell.Handler{
					Process: func(_ context.Context, in *shell.Invocation) error {
						v, _ := in.Input()
						if err := in.Emit(v); err != nil {
							return err
						}
						if n++; n >= in.Int("First") {
							return shell.ErrEnough
						}
						return nil
					},
					End: func(context.Context, *shell.Invocation) error {
						c.ended = append(c.ended, "Select-Object")
						return nil
					},
				}
			},
		},
		{
			Name: "Measure-Object", Kind: shell.Cmdlet, Aliases: []string{"measure"}, Parameters: []shell.Parameter{input},
			Start: func() shell.Handler {
				n := 0
				return shell.Handler{
					Process: func(context.Context, *shell.Invocation) error { n++; return nil },
					End:     func(_ context.Context, in *shell.Invocation) error { return in.Emit(int32(n)) },
				}
			},
		},
		{
			Name: "Use-Identity", Kind: shell.Cmdlet, Class: "Tests.UseIdentity", Parameters: []shell.Parameter{
				with(mandatory(param("Identity", "PartnerApplicationIdParameter", 0)), func(p *shell.Parameter) { p.Pipeline, p.PipelineProperty = true, true }),
				with(param("Port", "Int32", -1), func(p *shell.Parameter) { p.PipelineProperty, p.Aliases = true, []string{"PortNumber"} }),
			},
			Start: remember(c),
		},
	}
}

// makers put something out.
func makers(c *calls) []*shell.Command {
	write := func(name string, do func(in *shell.Invocation, text string) error) *shell.Command {
		return &shell.Command{Name: name, Kind: shell.Cmdlet, Class: "Tests." + strings.ReplaceAll(name, "-", ""),
			Parameters: []shell.Parameter{param("Message", "String", 0)},
			Start:      shell.Each(func(_ context.Context, in *shell.Invocation) error { return do(in, in.String("Message")) })}
	}
	return []*shell.Command{
		{
			Name: "Get-Number", Kind: shell.Cmdlet, Parameters: []shell.Parameter{param("Count", "Int32", 0)},
			Output: []shell.Property{{Name: "Value", Type: "System.Int32"}, {Name: "Volume", Type: "System.Int32"}},
			Start: shell.Each(func(_ context.Context, in *shell.Invocation) error {
				for i := range in.Int("Count") {
					c.started++
					if err := in.Emit(int32(i)); err != nil {
						return err
					}
				}
				c.ended = append(c.ended, "Get-Number")
				return nil
			}),
		},
		{
			Name: "Get-Partner", Kind: shell.Cmdlet, Class: "Tests.GetPartner",
			Parameters: []shell.Parameter{with(param("Identity", "PartnerApplicationIdParameter", 0), func(p *shell.Parameter) {
				p.Complete = func(context.Context, *shell.Session, string) []string { return []string{"Lync", "Exchange Online"} }
			})},
			Output: []shell.Property{{Name: "Name", Type: "System.String"}, {Name: "Identity", Type: "ADObjectId"}},
			Start: shell.Each(func(_ context.Context, in *shell.Invocation) error {
				if in.String("Identity") == "none" {
					return in.Fail(&object.Error{ID: "NotFound", Category: "ObjectNotFound", Message: "The object couldn't be found."})
				}
				return in.Emit(shell.ObjectOf("Tests.Partner",
					object.Property{Name: "Name", Value: "Lync"},
					object.Property{Name: "Identity", Value: object.TypedText{Type: "ADObjectId", Value: "litware.test/Lync"}},
					object.Property{Name: "PortNumber", Value: int32(443)}))
			}),
		},
		write("Write-Output", func(in *shell.Invocation, text string) error { return in.Emit(text) }),
		write("Write-Warning", func(in *shell.Invocation, text string) error { in.Warn(text); return nil }),
		write("Write-Verbose", func(in *shell.Invocation, text string) error { in.Verbose(text); return nil }),
		write("Write-Host", func(in *shell.Invocation, text string) error { in.Show(text, true); return nil }),
		write("Write-Error", func(in *shell.Invocation, text string) error {
			return in.Fail(&object.Error{ID: "WriteError", Category: "NotSpecified", Message: text})
		}),
		write("Stop-It", func(_ *shell.Invocation, text string) error {
			return &object.Error{ID: "Broken", Category: "InvalidResult", Message: text}
		}),
		write("Stop-Here", func(*shell.Invocation, string) error { return shell.At("Message", errBroken) }),
		write("Stop-Session", func(in *shell.Invocation, _ string) error { c.cancel(); return in.Emit(1) }),
	}
}

// changers change something, or would.
func changers(c *calls) []*shell.Command {
	remove := func(ctx context.Context, in *shell.Invocation) error {
		yes, err := in.ShouldProcess(in.String("Identity"))
		if err != nil || !yes {
			return err
		}
		return remember(c)().Process(ctx, in)
	}
	identity := with(mandatory(param("Identity", "XdsIdentity", 0)), func(p *shell.Parameter) { p.Pipeline = true })
	return []*shell.Command{
		{Name: "Set-Thing", Kind: shell.Cmdlet, Class: "Tests.SetThing", Changes: true, Parameters: []shell.Parameter{identity}, Start: shell.Each(remove)},
		{Name: "Remove-Thing", Kind: shell.Cmdlet, Class: "Tests.RemoveThing", Changes: true, Asks: true, Parameters: []shell.Parameter{identity}, Start: shell.Each(remove)},
		{
			Name: "Replace-Thing", Kind: shell.Cmdlet, Changes: true, Parameters: []shell.Parameter{identity, toggle("Force")},
			Start: shell.Each(func(ctx context.Context, in *shell.Invocation) error {
				yes, err := in.ShouldContinue("Confirm", "Overwrite the existing default SMTP certificate?\n\nCurrent certificate: 'A'")
				if err != nil || !yes {
					return err
				}
				return remember(c)().Process(ctx, in)
			}),
		},
		{
			Name: "New-Partner", Kind: shell.Cmdlet, Class: "Tests.NewPartner", Changes: true, Sets: []string{"ACS", "Metadata"},
			Parameters: []shell.Parameter{
				mandatory(param("Name", "String", 0)),
				with(mandatory(param("ApplicationIdentifier", "String", -1)), func(p *shell.Parameter) { p.Sets = []string{"ACS"} }),
				with(param("Realm", "String", -1), func(p *shell.Parameter) { p.Sets = []string{"ACS"} }),
				with(mandatory(param("AuthMetadataUrl", "String", -1)), func(p *shell.Parameter) { p.Sets = []string{"Metadata"} }),
				with(param("AccountType", "SupportedAccountType", -1), func(p *shell.Parameter) { p.Values = []string{"OrganizationalAccount", "ConsumerAccount"} }),
				param("Enabled", "Boolean", -1),
				toggle("Trust"),
				with(param("DomainController", "Fqdn", -1), func(p *shell.Parameter) { p.Ignored, p.Why = true, "there is one directory here." }),
				param("DomainName", "MultiValuedProperty", -1),
				param("Port", "Int32", -1),
				param("Day", "DateTime", -1),
				param("Roles", "String[]", -1),
				param("Script", "ScriptBlock", -1),
				param("Table", "Hashtable", -1),
				param("Filter", "String", -1),
			},
			Start: remember(c),
		},
		{
			Name: "Ask-All", Kind: shell.Cmdlet, Class: "Tests.AskAll", Parameters: []shell.Parameter{
				mandatory(param("Name", "String", 0)), mandatory(param("Names", "String[]", -1)),
				mandatory(param("Flag", "Boolean", -1)), mandatory(param("Password", "SecureString", -1)),
			},
			Start: remember(c),
		},
		{
			Name: "Get-Log", Kind: shell.Cmdlet, Sets: []string{"Name", "List"}, DefaultSet: "Name",
			Parameters: []shell.Parameter{
				with(mandatory(param("LogName", "String", 0)), func(p *shell.Parameter) { p.Sets = []string{"Name"} }),
				with(param("InstanceId", "Int64[]", 1), func(p *shell.Parameter) { p.Sets = []string{"Name"} }),
				with(toggle("List"), func(p *shell.Parameter) { p.Sets = []string{"List"} }),
				with(param("Rest", "Object[]", -1), func(p *shell.Parameter) { p.Rest, p.Sets = true, []string{"List"} }),
			},
			Start: remember(c),
		},
	}
}
