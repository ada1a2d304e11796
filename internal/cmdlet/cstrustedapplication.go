package cmdlet

import (
	"context"
	"html"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// csTrustedApplication are the commands about servers of others that may speak
// to this deployment, and about the applications on them (000-26, 000-27).
type csTrustedApplication struct{ c *Connection }

func cstrustedapplication(c *Connection) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		t := csTrustedApplication{c}
		return commands("cstrustedapplication", skypeModule, actions{
			"New-CsTrustedApplication":        {Class: csClass + "NewTrustedApplicationCmdlet", Run: t.add},
			"Get-CsTrustedApplication":        {Class: csClass + "GetTrustedApplicationCmdlet", Run: t.get},
			"Remove-CsTrustedApplication":     {Class: csClass + "RemoveTrustedApplicationCmdlet", Run: t.remove},
			"New-CsTrustedApplicationPool":    {Class: csClass + "NewTrustedApplicationPoolCmdlet", Run: t.addPool},
			"Get-CsTrustedApplicationPool":    {Class: csClass + "GetTrustedApplicationPoolCmdlet", Run: t.getPool},
			"Remove-CsTrustedApplicationPool": {Class: csClass + "RemoveTrustedApplicationPoolCmdlet", Run: t.removePool},
			"Enable-CsTopology":               {Class: csClass + "EnableTopologyCmdlet", Run: t.enable},
		})
	}
}

// doAsked makes a call that the node may want confirmed: its warning is shown,
// the user is asked in its words, and yes makes the call again with force set.
// done is false when the answer was no.
func doAsked[Req, Resp any](ctx context.Context, in *shell.Invocation, c *Connection, call adminapi.Call[Req, Resp], req Req, force func(*Req), warnings func(Resp) []string) (resp Resp, done bool, err error) {
	resp, err = do(ctx, c, call, req)
	shown := ""
	if fault, ok := adminapi.AsFault(err); ok && fault.Question != "" {
		if fault.Detail != fault.Question {
			shown = fault.Detail
			in.Warn(shown)
		}
		yes, asked := in.ShouldContinue("Confirm", fault.Question)
		if asked != nil || !yes {
			return resp, false, asked
		}
		force(&req)
		resp, err = do(ctx, c, call, req)
	}
	if err != nil {
		return resp, false, err
	}
	for _, w := range warnings(resp) {
		if w != shown {
			in.Warn(w)
		}
	}
	return resp, true, nil
}

func (t csTrustedApplication) add(ctx context.Context, in *shell.Invocation) error {
	req := adminapi.NewTrustedApplicationRequest{
		Identity: in.String("Identity"), ApplicationID: in.String("ApplicationId"), Pool: in.String("TrustedApplicationPoolFqdn"),
		Port: in.Int("Port"), EnableTCP: in.Bool("EnableTcp"), LegacyApplicationName: in.String("LegacyApplicationName"), Force: in.Bool("Force"),
	}
	target := req.Identity
	if target == "" {
		target = req.Pool + "/" + req.ApplicationID
	}
	if ok, err := confirmed(in, target); err != nil || !ok {
		return err
	}
	made, done, err := doAsked(ctx, in, t.c, adminapi.NewCsTrustedApplication, req,
		func(r *adminapi.NewTrustedApplicationRequest) { r.Force = true },
		func(a adminapi.TrustedApplication) []string { return a.Warnings })
	if err != nil || !done {
		return err
	}
	return in.Emit(trustedApplicationObject(in.Command(), made))
}

func trustedApplicationObject(c *shell.Command, a adminapi.TrustedApplication) *object.Object {
	gruus := &object.List{Type: "Object[]", Items: []object.Value{}}
	for _, g := range a.ComputerGruus {
		gruus.Items = append(gruus.Items, &object.Object{
			Types: []string{xds + "ComputerGruu"}, Text: g.Fqdn + " " + g.Gruu,
			Properties: []object.Property{{Name: "Fqdn", Value: g.Fqdn}, {Name: "Gruu", Value: g.Gruu}},
		})
	}
	o := objectOf(c, xds+"DisplayTrustedApplication", []object.Property{
		{Name: "Identity", Value: a.Identity},
		{Name: "ComputerGruus", Value: gruus},
		{Name: "ServiceGruu", Value: a.ServiceGruu},
		{Name: "Protocol", Value: a.Protocol},
		{Name: "ApplicationId", Value: a.ApplicationID},
		{Name: "TrustedApplicationPoolFqdn", Value: a.Pool},
		{Name: "Port", Value: int32(a.Port)},
		{Name: "LegacyApplicationName", Value: a.LegacyApplicationName},
	})
	o.Text = a.Identity
	return o
}

// get lists applications. What Enable-CsTopology has not made count has no
// addresses, and is warned of.
func (t csTrustedApplication) get(ctx context.Context, in *shell.Invocation) error {
	identity := csIdentity(in)
	if in.Has("ApplicationId") || in.Has("TrustedApplicationPoolFqdn") {
		identity = orAny(in.String("TrustedApplicationPoolFqdn")) + "/" + orAny(in.String("ApplicationId"))
	}
	var pending []string
	err := eachOf(ctx, t.c, adminapi.GetCsTrustedApplication, identity,
		func(a adminapi.TrustedApplication) string { return a.Identity },
		func(a adminapi.TrustedApplication) error {
			if a.Pending {
				pending = append(pending, a.Identity)
			}
			return in.Emit(trustedApplicationObject(in.Command(), a))
		})
	warnPending(in, pending)
	return err
}

func orAny(s string) string {
	if s == "" {
		return "*"
	}
	return s
}

func warnPending(in *shell.Invocation, pending []string) {
	if len(pending) > 0 {
		in.Warn("Enable-CsTopology must still be run for " + strings.Join(pending, ", ") + ".")
	}
}

func (t csTrustedApplication) remove(ctx context.Context, in *shell.Invocation) error {
	identity := in.String("Identity")
	if ok, err := confirmed(in, identity); err != nil || !ok {
		return err
	}
	return change(ctx, in, t.c, adminapi.RemoveCsTrustedApplication, adminapi.Identity{Identity: identity}, nil)
}

func (t csTrustedApplication) addPool(ctx context.Context, in *shell.Invocation) error {
	req := adminapi.NewTrustedApplicationPool{
		Identity: in.String("Identity"), ComputerFqdn: in.String("ComputerFqdn"), Registrar: in.String("Registrar"), Site: in.String("Site"),
		ThrottleAsServer: in.BoolIf("ThrottleAsServer"), TreatAsAuthenticated: in.BoolIf("TreatAsAuthenticated"),
		OutboundOnly: in.BoolIf("OutboundOnly"), RequiresReplication: in.BoolIf("RequiresReplication"), Force: in.Bool("Force"),
		Ports: adminapi.Ports{
			AudioStart: in.Int("AudioPortStart"), AudioCount: in.Int("AudioPortCount"),
			AppSharingStart: in.Int("AppSharingPortStart"), AppSharingCount: in.Int("AppSharingPortCount"),
			VideoStart: in.Int("VideoPortStart"), VideoCount: in.Int("VideoPortCount"),
		},
	}
	if ok, err := confirmed(in, req.Identity); err != nil || !ok {
		return err
	}
	made, done, err := doAsked(ctx, in, t.c, adminapi.NewCsTrustedApplicationPool, req,
		func(r *adminapi.NewTrustedApplicationPool) { r.Force = true },
		func(p adminapi.TrustedApplicationPool) []string { return p.Warnings })
	if err != nil || !done {
		return err
	}
	return in.Emit(trustedPoolObject(in.Command(), made))
}

func trustedPoolObject(c *shell.Command, p adminapi.TrustedApplicationPool) *object.Object {
	o := objectOf(c, xds+"DisplayExternalServer", []object.Property{
		{Name: "Identity", Value: "TrustedApplicationPool:" + p.PoolFqdn},
		{Name: "Registrar", Value: p.Registrar},
		{Name: "ThrottleAsServer", Value: p.ThrottleAsServer},
		{Name: "TreatAsAuthenticated", Value: p.TreatAsAuthenticated},
		{Name: "OutboundOnly", Value: p.OutboundOnly},
		{Name: "RequiresReplication", Value: p.RequiresReplication},
		{Name: "AudioPortStart", Value: portOrNone(p.Ports.AudioStart)},
		{Name: "AudioPortCount", Value: int32(p.Ports.AudioCount)},
		{Name: "AppSharingPortStart", Value: portOrNone(p.Ports.AppSharingStart)},
		{Name: "AppSharingPortCount", Value: int32(p.Ports.AppSharingCount)},
		{Name: "VideoPortStart", Value: portOrNone(p.Ports.VideoStart)},
		{Name: "VideoPortCount", Value: int32(p.Ports.VideoCount)},
		{Name: "Applications", Value: multi("String[]", p.Applications...)},
		{Name: "DependentServiceList", Value: multi("String[]")},
		{Name: "ServiceId", Value: p.ServiceID},
		{Name: "SiteId", Value: "Site:" + p.Site},
		{Name: "PoolFqdn", Value: p.PoolFqdn},
		{Name: "Role", Value: "TrustedApplicationPool"},
	})
	o.Text = "TrustedApplicationPool:" + p.PoolFqdn
	return o
}

// portOrNone is the first port of a range, null when there is no range.
func portOrNone(port int) object.Value {
	if port == 0 {
		return nil
	}
	return int32(port)
}

func (t csTrustedApplication) getPool(ctx context.Context, in *shell.Invocation) error {
	identity := csIdentity(in)
	if in.Has("PoolFqdn") {
		identity = in.String("PoolFqdn")
	}
	var pending []string
	err := eachOf(ctx, t.c, adminapi.GetCsTrustedApplicationPool, identity,
		func(p adminapi.TrustedApplicationPool) string { return p.PoolFqdn },
		func(p adminapi.TrustedApplicationPool) error {
			if p.Pending {
				pending = append(pending, p.PoolFqdn)
			}
			return in.Emit(trustedPoolObject(in.Command(), p))
		})
	warnPending(in, pending)
	return err
}

func (t csTrustedApplication) removePool(ctx context.Context, in *shell.Invocation) error {
	identity := in.String("Identity")
	if ok, err := confirmed(in, identity); err != nil || !ok {
		return err
	}
	return change(ctx, in, t.c, adminapi.RemoveCsTrustedApplicationPool, adminapi.Identity{Identity: identity}, nil)
}

// enable makes changes of the topology count. What it did stands in the verbose
// stream and, with -Report, in a file.
func (t csTrustedApplication) enable(ctx context.Context, in *shell.Invocation) error {
	if ok, err := confirmed(in, "Topology"); err != nil || !ok {
		return err
	}
	done, err := do(ctx, t.c, adminapi.EnableCsTopology, adminapi.Empty{})
	if err != nil {
		return err
	}
	if len(done.Lines) == 0 {
		done.Lines = []string{"The topology has not changed since it was enabled last."}
	}
	for _, line := range done.Lines {
		in.Verbose(line)
	}
	for _, w := range done.Warnings {
		in.Warn(w)
	}
	if !in.Has("Report") {
		return nil
	}
	var page strings.Builder
	page.WriteString("<!DOCTYPE html>\n<title>Enable-CsTopology</title>\n<h1>Enable-CsTopology</h1>\n<ul>\n")
	for _, line := range append(done.Lines, done.Warnings...) {
		page.WriteString("<li>" + html.EscapeString(line) + "</li>\n")
	}
	page.WriteString("</ul>\n")
	return saveFile(in, in.String("Report"), []byte(page.String()))
}
