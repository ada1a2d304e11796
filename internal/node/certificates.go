package node

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"slices"

	"github.com/matchseal/matchseal/internal/config"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/renewal"
)

// rollovers are the times of a rollover, the same for every role.
func rollovers() keyring.Policy { return keyring.Policy{} }

// keeper watches over the role's certificates and renews those that sign.
func (r *role) keeper() (*renewal.Keeper, error) {
	cfg := renewal.Config{
		DB: r.db, Journal: r.journal, Keyring: r.keyring, Partners: r.partners, Role: r.profile.Role, Node: r.node.cfg.Node, Now: r.node.now,
		Mode: renewal.Mode(r.cfg.Renewal), Policy: rollovers(), Shown: r.tlsCertificates, HandOver: r.cfg.HandOver,
		Metrics: r.metrics, Log: r.log,
	}
	if r.tellsOfNode() {
		cfg.Authorities = r.node.authorities
	}
	return renewal.New(cfg)
}

// tellsOfNode says whether this is the role that announces what belongs to the
// node and not to a role: the management interface and the authorities of the
// boot file. The first one by name does, whatever the order in the file, so that
// nodes with the same roles on the same stores tell the same store, once.
func (r *role) tellsOfNode() bool {
	return !slices.ContainsFunc(r.node.cfg.Roles, func(other config.Role) bool { return other.Role < r.name })
}

// tlsCertificates are those that peers and operators are shown. It is asked when
// every listener is bound.
func (r *role) tlsCertificates() []renewal.Shown {
	shown := []renewal.Shown{{
		Use: renewal.Listener, Certificate: r.shown.current().Leaf, Above: above(r.shown.current()),
		Where: fmt.Sprintf("the listeners of the %s role on the node %s", r.name, r.node.cfg.Node),
	}}
	if c := r.node.manages; c != nil && r.tellsOfNode() {
		shown = append(shown, renewal.Shown{
			Use: renewal.Management, Certificate: c.current().Leaf, Above: above(c.current()), Where: "the management interface of the node " + r.node.cfg.Node,
		})
	}
	return shown
}

// above are the certificates that a listener sends along with its own.
func above(c *tls.Certificate) []*x509.Certificate {
	var all []*x509.Certificate
	for i, der := range c.Certificate {
		if a, err := x509.ParseCertificate(der); err == nil && i > 0 {
			all = append(all, a)
		}
	}
	return all
}
