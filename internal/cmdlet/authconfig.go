package cmdlet

import (
	"context"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// authConfig is the one record of who this Exchange organisation says it is and
// which certificates sign for it.
type authConfig struct{ c *Connection }

const (
	authConfigName = "Auth Configuration"
	authConfigType = "Microsoft.Exchange.Data.Directory.SystemConfiguration.AuthConfig"
)

func authconfig(c *Connection) func() ([]*shell.Command, error) {
	return func() ([]*shell.Command, error) {
		a := authConfig{c}
		const class = "Microsoft.Exchange.Management.SystemConfigurationTasks."
		return commands("authconfig", exchangeModule, actions{
			"Get-AuthConfig": {Class: class + "GetAuthConfig", Run: a.get},
			"Set-AuthConfig": {Class: class + "SetAuthConfig", Run: a.set},
		})
	}
}

// get shows the record (000-07); there is always exactly one.
func (a authConfig) get(ctx context.Context, in *shell.Invocation) error {
	have, err := do(ctx, a.c, adminapi.GetAuthConfig, adminapi.Empty{})
	if err != nil {
		return err
	}
	return in.Emit(objectOf(in.Command(), authConfigType, a.c.fromRunspace(), []object.Property{
		{Name: "CurrentCertificateThumbprint", Value: have.CurrentCertificateThumbprint},
		{Name: "PreviousCertificateThumbprint", Value: have.PreviousCertificateThumbprint},
		{Name: "NextCertificateThumbprint", Value: have.NextCertificateThumbprint},
		{Name: "NextCertificateEffectiveDate", Value: dateIn(in, have.NextCertificateEffectiveDate)},
		{Name: "ServiceName", Value: have.ServiceName},
		{Name: "Realm", Value: have.Realm},
		{Name: "DeploymentId", Value: ""},
		{Name: "IssuerIdentifier", Value: ""},
	}, directoryObject(meta{Name: authConfigName})))
}

// dateIn is a date in the zone of the session; null when there is none.
func dateIn(in *shell.Invocation, t *time.Time) object.Value {
	if t == nil || t.IsZero() {
		return nil
	}
	if zone := in.Session().Zone(); zone != nil {
		return t.In(zone)
	}
	return t.Local()
}

// set stages, publishes, replaces or clears a certificate, or changes realm and
// service name (000-12, 000-13, 000-14). The node asks where a step comes
// sooner than partners can follow.
func (a authConfig) set(ctx context.Context, in *shell.Invocation) error {
	if ok, err := in.ShouldProcess(authConfigName); err != nil || !ok {
		return err
	}
	return change(ctx, in, a.c, adminapi.SetAuthConfig, adminapi.SetAuthConfigRequest{
		CertificateThumbprint:       in.String("CertificateThumbprint"),
		NewCertificateThumbprint:    in.String("NewCertificateThumbprint"),
		NewCertificateEffectiveDate: in.TimeIf("NewCertificateEffectiveDate"),
		PublishCertificate:          in.Bool("PublishCertificate"),
		ClearPreviousCertificate:    in.Bool("ClearPreviousCertificate"),
		Realm:                       in.StringIf("Realm"),
		ServiceName:                 in.StringIf("ServiceName"),
		Force:                       in.Bool("Force"),
	}, func(r *adminapi.SetAuthConfigRequest) { r.Force = true })
}
