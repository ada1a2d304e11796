package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/lab"
	"github.com/matchseal/matchseal/internal/outbound"
	"github.com/matchseal/matchseal/s2s"
)

// reach says how this command gets to other servers.
type reach struct {
	ca       string
	resolver string
	dir      string
}

func (r *reach) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&r.ca, "ca", "", "file with certificate authorities to trust besides the system's")
	cmd.Flags().StringVar(&r.resolver, "resolver", "", "DNS server to ask, host:port")
	cmd.Flags().StringVar(&r.dir, "dir", "", "directory of a lab whose names and authority to use")
}

// client makes the HTTP client. A lab's names lead to this machine, so naming
// one is also the permission to connect there.
func (r reach) client() (*outbound.Client, error) {
	o := outbound.Options{Resolver: r.resolver, AllowLoopback: true, Now: time.Now}
	if r.dir != "" {
		s, err := lab.ReadState(r.dir)
		if err != nil {
			return nil, err
		}
		o.Resolver, o.Connect = s.Resolver, s.Connect
	}
	files, err := r.caFiles()
	if err != nil {
		return nil, err
	}
	o.Roots, err = certs.LoadPool(true, files...)
	return outbound.New(o), err
}

// roots are the authorities of client, by where they come from.
func (r reach) roots() (certs.Roots, error) {
	files, err := r.caFiles()
	if err != nil {
		return certs.Roots{}, err
	}
	return certs.LoadRoots(true, files...)
}

func (r reach) caFiles() (files []string, err error) {
	if r.ca != "" {
		files = append(files, r.ca)
	}
	if r.dir != "" {
		s, err := lab.ReadState(r.dir)
		if err != nil {
			return nil, err
		}
		files = append(files, s.CA)
	}
	return files, nil
}

func (a *app) metadata() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "metadata",
		Short: "Fetch and explain auth metadata documents",
	}
	cmd.AddCommand(a.metadataFetch(), a.metadataExplain())
	return cmd
}

func (a *app) metadataFetch() *cobra.Command {
	var r reach
	var realm, product string
	cmd := &cobra.Command{
		Use:     "fetch URL",
		Short:   "Fetch a document as a partner would, and say who it is about",
		Example: "  matchseal metadata fetch https://pool.litware.test/metadata/json/1 --dir .matchseal/lab",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := r.client()
			if err != nil {
				return err
			}
			o := authmeta.ParseOptions{}
			if realm != "" {
				if o.StatedRealm, err = s2s.ParseRealm(realm); err != nil {
					return usageError{err}
				}
			}
			if o.Application, err = applicationID(product); err != nil {
				return usageError{err}
			}
			got, err := authmeta.Fetcher{HTTP: c.HTTP(), Now: time.Now}.Fetch(cmd.Context(), args[0], o, "")
			if err != nil {
				return outbound.Explain(err)
			}
			if a.wantsJSON() {
				_, err = a.Out.Write(append(got.Raw, '\n'))
				return err
			}
			a.printDocument(got.Document)
			return nil
		},
	}
	r.flags(cmd)
	cmd.Flags().StringVar(&realm, "realm", "", "the realm it must be of")
	cmd.Flags().StringVar(&product, "product", "", "the product it must be of: exchange, skype, sharepoint or an application id")
	return cmd
}

func applicationID(product string) (s2s.AppID, error) {
	switch strings.ToLower(product) {
	case "":
		return "", nil
	case "exchange":
		return s2s.ExchangeApp, nil
	case "skype", "lync", "sfb":
		return s2s.SkypeApp, nil
	case "sharepoint":
		return s2s.SharePointApp, nil
	}
	return s2s.ParseAppID(product)
}

func (a *app) printDocument(d *authmeta.Document) {
	fmt.Fprintf(a.Out, "issuer      %s (%s)\nrealm       %s\nspelling    %s\n", d.Issuer, d.Issuer.App.Name(), d.Issuer.Realm, d.Product)
	for i, k := range d.Keys {
		use := "signs now, by its place"
		if i > 0 {
			use = "also accepted"
		}
		fmt.Fprintf(a.Out, "key %d       %s  %s\n            %s, valid %s to %s\n", i+1, k.Thumbprint, use,
			k.Certificate.Subject, k.Certificate.NotBefore.Format(time.DateOnly), k.Certificate.NotAfter.Format(time.DateOnly))
	}
	for _, w := range d.Warnings {
		fmt.Fprintln(a.Err, "warning: "+w)
	}
}

func (a *app) metadataExplain() *cobra.Command {
	var r reach
	cmd := &cobra.Command{
		Use:     "explain FILE|URL|-",
		Short:   "Put every field of a document into words, with what is wrong with it",
		Example: "  matchseal metadata explain https://autodiscover.litware.test/autodiscover/metadata/json/1 --dir .matchseal/lab\n  matchseal metadata explain saved.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			raw, err := a.readDocument(cmd.Context(), r, args[0])
			if err != nil {
				return err
			}
			lines := authmeta.Explain(raw, time.Now())
			if a.wantsJSON() {
				return a.json(lines)
			}
			wrong := 0
			for _, l := range lines {
				if l.Path != "" {
					fmt.Fprintf(a.Out, "%s = %s\n", l.Path, l.Value)
				}
				if l.Meaning != "" {
					fmt.Fprintf(a.Out, "    %s\n", l.Meaning)
				}
				if l.Problem != "" {
					wrong++
					fmt.Fprintf(a.Out, "  ! %s\n", l.Problem)
				}
			}
			if wrong > 0 {
				fmt.Fprintf(a.Err, "%d of these are wrong, marked with !\n", wrong)
				return silent{}
			}
			return nil
		},
	}
	r.flags(cmd)
	return cmd
}

// readDocument reads a file, standard input or a URL. A URL is read as it is,
// wrong documents included, since explaining them is the point.
func (a *app) readDocument(ctx context.Context, r reach, where string) ([]byte, error) {
	if where == "-" {
		return io.ReadAll(io.LimitReader(a.In, authmeta.MaxBytes+1))
	}
	if !strings.Contains(where, "://") {
		f, err := os.Open(where)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return io.ReadAll(io.LimitReader(f, authmeta.MaxBytes+1))
	}
	c, err := r.client()
	if err != nil {
		return nil, err
	}
	got, err := authmeta.Fetcher{HTTP: c.HTTP(), Now: time.Now}.Fetch(ctx, where, authmeta.ParseOptions{}, "")
	if err == nil {
		return got.Raw, nil
	}
	var f *authmeta.FetchError
	if errors.As(err, &f) && len(f.Raw) > 0 {
		return f.Raw, nil
	}
	return nil, outbound.Explain(err)
}
