package node

import (
	"fmt"

	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/renewal"
)

// rollovers are the times of a rollover, the same for every role.
func rollovers() keyring.Policy { return keyring.Policy{} }

// keeper watches over the role's certificates and renews those that sign.
func (r *role) keeper() (*renewal.Keeper, error) {
	return renewal.New(renewal.Config{
		DB: r.db, Journal: r.journal, Keyring: r.keyring, Partners: r.partners, Role: r.profile.Role, Now: r.node.now,
		Mode: renewal.Mode(r.cfg.Renewal), Policy: rollovers(), Shown: r.tlsCertificates, Authorities: r.node.authorities,
		Metrics: r.metrics, Log: r.log,
	})
}

// tlsCertificates are those that peers and operators of the role are shown. It
// is asked when every listener is bound.
func (r *role) tlsCertificates() []renewal.Shown {
	shown := []renewal.Shown{{
		Use: renewal.Listener, Certificate: r.shown.current().Leaf, Where: fmt.Sprintf("the listeners of the %s role on the node %s", r.name, r.node.cfg.Node),
	}}
	if c := r.node.manages; c != nil {
		shown = append(shown, renewal.Shown{Use: renewal.Management, Certificate: c.current().Leaf, Where: "the management interface of the node " + r.node.cfg.Node})
	}
	return shown
}
