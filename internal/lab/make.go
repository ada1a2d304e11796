package lab

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/directory"
)

// account is a person or operator of the lab.
type account struct {
	name, display string
	mailbox, sip  bool
	operator      bool
}

// accounts are who lives in a lab: ordinary users, one without SIP, one
// without a mailbox, one switched off, and the operators. Each exists so that
// a condition of the connectivity test can be seen to fail (003-12).
func accounts() []account {
	return []account{
		{name: "kenmyer", display: "Ken Myer", mailbox: true, sip: true},
		{name: "pilar", display: "Pilar Ackerman", mailbox: true, sip: true},
		{name: "jeff", display: "Jeff Hay", mailbox: true, sip: true},
		{name: "nosip", display: "Nora without SIP", mailbox: true},
		{name: "nomailbox", display: "Noel without a mailbox", sip: true},
		{name: "disabled", display: "Dora who has left", mailbox: true, sip: true},
		{name: "administrator", display: "Administrator", operator: true},
		{name: "helpdesk", display: "An operator without the group"},
	}
}

// password of every account: the lab is on this machine only, and whoever
// reads its directory can read everything in it anyway.
const password = "matchseal-lab-1"

// make writes everything a lab needs to start: authority, server
// certificates, accounts and boot files. What is there already stays.
func (p *plan) make(ctx context.Context, resolver string, now func() time.Time) error {
	folders := []string{p.dir}
	for _, s := range p.servers() {
		folders = append(folders, p.nodeDir(s.role))
	}
	for _, dir := range folders {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("making the lab's directory: %w", err)
		}
	}
	box, err := certs.OpenBox(p.masterKey())
	if err != nil {
		return err
	}
	if err := p.makeCertificates(box, now()); err != nil {
		return err
	}
	if err := p.makeAccounts(ctx, now); err != nil {
		return err
	}
	for _, s := range p.servers() {
		if err := p.writeConfig(s.role, *s.host, resolver); err != nil {
			return err
		}
	}
	return nil
}

// makeCertificates makes the lab's authority once, and server certificates
// whenever they are missing or near their end.
func (p *plan) makeCertificates(box *certs.Box, now time.Time) error {
	ca, err := certs.LoadCA(p.caFile(), p.caKey(), box)
	if errors.Is(err, os.ErrNotExist) {
		if ca, err = certs.NewCA("matchseal lab for "+p.domain, now, p.domain); err == nil {
			err = ca.Save(p.caFile(), p.caKey(), box)
		}
	}
	if err != nil {
		return fmt.Errorf("the lab's certificate authority: %w", err)
	}
	for _, h := range p.servers() {
		certFile, keyFile := p.tlsFiles(h.role)
		if old, err := certs.LoadTLS(certFile, keyFile, box); err == nil && old.Leaf.NotAfter.After(now.AddDate(0, 1, 0)) && named(old.Leaf, h.names) {
			continue
		}
		// Operators reach the management address by its number. The key is an
		// RSA key, so that the Default certificate may sign tokens (000-22).
		chain, key, err := ca.Issue(certs.TLSRequest{Names: h.names, IPs: []net.IP{h.addr.AsSlice()}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0), Bits: certs.DefaultBits})
		if err != nil {
			return fmt.Errorf("the TLS certificate of %s: %w", h.fqdn, err)
		}
		if err := certs.WriteCertificatesPEM(certFile, chain...); err != nil {
			return err
		}
		if err := certs.WriteSealedKeyPEM(keyFile, key, box); err != nil {
			return err
		}
	}
	return nil
}

// named says whether a server certificate carries all the names.
func named(c *x509.Certificate, names []string) bool {
	for _, n := range names {
		if c.VerifyHostname(n) != nil {
			return false
		}
	}
	return true
}

func (p plan) tlsFiles(role string) (cert, key string) {
	return filepath.Join(p.nodeDir(role), "tls.pem"), filepath.Join(p.nodeDir(role), "tls.key")
}

// makeAccounts fills the directory once.
func (p plan) makeAccounts(ctx context.Context, now func() time.Time) error {
	dir, err := directory.Open(ctx, p.directoryDSN(), now)
	if err != nil {
		return fmt.Errorf("the lab's directory: %w", err)
	}
	defer dir.Close()
	for _, a := range accounts() {
		if err := p.makeAccount(ctx, dir, a); err != nil {
			return fmt.Errorf("the account %s: %w", a.name, err)
		}
	}
	return nil
}

func (p plan) makeAccount(ctx context.Context, dir *directory.Directory, a account) error {
	address := a.name + "@" + p.domain
	if known, err := dir.Find(ctx, directory.Query{By: directory.ByUPN, Value: address}); err != nil || len(known) > 0 {
		return err
	}
	u := directory.User{
		Name: a.name, DisplayName: a.display, UPN: directory.UPN(address), SMTP: directory.SMTP(address),
		Organisation: p.domain, Container: p.domain + "/Users", Enabled: true,
	}
	if a.sip {
		u.SIP = directory.SIP(address)
	}
	u, err := dir.AddUser(ctx, u)
	if err != nil {
		return err
	}
	if err := dir.SetPassword(ctx, u.ID, password); err != nil {
		return err
	}
	if !a.operator {
		return nil
	}
	for _, group := range []string{directory.RTCUniversalUserAdmins, directory.OrganizationManagement} {
		if err := dir.AddMember(ctx, group, u.ID); err != nil {
			return err
		}
	}
	return nil
}

// writeConfig writes a node's boot file: the same that an administrator would
// write for two servers of a deployment.
func (p plan) writeConfig(role string, h host, resolver string) error {
	certFile, keyFile := p.tlsFiles(role)
	hosts := h.names
	if role == "exchange" {
		// The name clients are given comes first.
		hosts = append([]string{"mail." + p.domain, "autodiscover." + p.domain, h.fqdn}, h.names[3:]...)
	}
	file := map[string]any{
		"node":      role,
		"data":      p.nodeDir(role),
		"key_file":  p.masterKey(),
		"directory": map[string]any{"dsn": p.directoryDSN()},
		"trust":     map[string]any{"system_roots": false, "ca_files": []string{p.caFile()}},
		"outbound":  map[string]any{"resolver": resolver, "allow_loopback": true, "connect": p.connect()},
		"management": map[string]any{
			"listen": p.management(h), "socket": p.socket(role), "tls_cert": certFile, "tls_key": keyFile,
		},
		"roles": []map[string]any{{
			"role": role, "listen": []string{h.listen()}, "tls_cert": certFile, "tls_key": keyFile,
			"fqdn": h.fqdn, "hosts": hosts, "domains": []string{p.domain}, "renewal": "do", "site": p.site,
		}},
	}
	data, err := yaml.Marshal(file)
	if err != nil {
		return err
	}
	head := "# Written by `matchseal lab`; the same file works with `matchseal serve --config`.\n"
	return os.WriteFile(p.nodeConfig(role), append([]byte(head), data...), 0o600)
}

// management is the address of a node's management listener.
func (p plan) management(h host) string {
	return netip.AddrPortFrom(h.addr, uint16(h.managementPort)).String()
}

// socket is in the node's directory, or, where that path is too long for a
// socket file, in the directory for temporary files.
func (p plan) socket(role string) string {
	path := filepath.Join(p.nodeDir(role), "admin.sock")
	if len(path) <= 100 {
		return path
	}
	return filepath.Join(os.TempDir(), "matchseal-"+strings.ReplaceAll(p.exchange.addr.String(), ".", "-")+"-"+role+".sock")
}

// state describes the lab for others.
func (p plan) state(resolver string) State {
	s := State{
		Domain: p.domain, Aliases: p.aliases, Site: p.site, CA: p.caFile(), Resolver: resolver, Hosts: map[string]string{}, Connect: p.connect(),
		Ports: map[string]int{}, Nodes: map[string]NodeState{}, EWS: p.ews(),
	}
	for _, h := range p.servers() {
		for _, n := range h.names {
			s.Hosts[n] = h.addr.String()
		}
		s.Ports[h.fqdn], s.Ports[h.fqdn+"/management"] = h.port, h.managementPort
		s.Nodes[h.role] = NodeState{Socket: p.socket(h.role), Management: "https://" + p.management(*h.host), Config: p.nodeConfig(h.role)}
	}
	for _, a := range accounts() {
		s.Users = append(s.Users, UserState{Name: a.name, UPN: a.name + "@" + p.domain, Password: password})
	}
	return s
}
