package cmdlet

import (
	"context"
	"io/fs"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

// certificateDrive is Cert:, on which LocalMachine\My holds the certificates of
// the shell's server. Articles take the signing certificate from there to send
// it to the cloud. It is for reading.
type certificateDrive struct {
	list func(context.Context) ([]adminapi.Certificate, error)
}

// drives are the drives of a shell of a name that hold no files.
func drives(name string, c *Connection) map[string]shell.Drive {
	switch name {
	case "exchange":
		return map[string]shell.Drive{"cert": certificateDrive{func(ctx context.Context) ([]adminapi.Certificate, error) {
			return do(ctx, c, adminapi.GetExchangeCertificate, adminapi.Identity{})
		}}}
	case "skype":
		return map[string]shell.Drive{"cert": certificateDrive{func(ctx context.Context) ([]adminapi.Certificate, error) {
			return do(ctx, c, adminapi.GetCsCertificate, adminapi.Identity{})
		}}}
	}
	return nil
}

// List implements shell.Drive: the stores on the way, LocalMachine\My, and one
// certificate in it by its thumbprint.
func (d certificateDrive) List(ctx context.Context, path string) ([]object.Value, error) {
	location, rest, _ := strings.Cut(path, `\`)
	store, thumbprint, _ := strings.Cut(rest, `\`)
	switch {
	case location == "":
		return []object.Value{place("LocalMachine")}, nil
	case !strings.EqualFold(location, "LocalMachine"):
		return nil, fs.ErrNotExist
	case store == "":
		return []object.Value{place("My")}, nil
	case !strings.EqualFold(store, "My"):
		return nil, fs.ErrNotExist
	}
	all, err := d.list(ctx)
	if err != nil {
		return nil, err
	}
	var found []object.Value
	for _, c := range all {
		if thumbprint != "" && !strings.EqualFold(thumbprint, c.Thumbprint) {
			continue
		}
		o, err := object.Certificate(c.Raw, nil)
		if err != nil {
			return nil, err
		}
		for name, v := range map[string]object.Value{"FriendlyName": c.FriendlyName, "HasPrivateKey": c.HasPrivateKey} {
			if err := object.Set(o, name, v); err != nil {
				return nil, err
			}
		}
		found = append(found, o)
	}
	if thumbprint != "" && len(found) == 0 {
		return nil, fs.ErrNotExist
	}
	return found, nil
}

// place is a part of the drive with something below it.
func place(name string) *object.Object {
	return &object.Object{
		Types: []string{"Microsoft.PowerShell.Commands.X509StoreLocation"}, Text: name,
		Properties: []object.Property{{Name: "Name", Type: "String", Value: name}},
	}
}
