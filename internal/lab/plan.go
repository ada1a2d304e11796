package lab

import (
	"crypto/sha256"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/internal/problem"
)

// plan says where everything of one lab is: names, addresses, files. It is a
// function of directory and domain, so that a lab comes back the same.
type plan struct {
	dir    string // absolute
	domain string

	exchange host // exch.<domain>, published as mail. and autodiscover. too
	skype    host // pool.<domain>
	sts      host // accounts.<domain>, the cloud
	dns      netip.Addr
	aliases  []string // ROLE=NAME, further names of the two
	site     string   // Skype site

	// standard says that port 443 is bound, so that URLs need no port, as in
	// the documents of the products. Otherwise each host has a port of its
	// own and the nodes' dialers hide that.
	standard bool
}

// host is one server of the lab.
type host struct {
	fqdn  string
	names []string // all names it is published under, fqdn first
	addr  netip.Addr
	port  int
	// managementPort is for operators and monitoring.
	managementPort int
}

// newPlan lays a lab out. Addresses come from the loopback range, picked by
// the directory so that several labs can run side by side.
func newPlan(dir, domain string) (plan, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return plan{}, err
	}
	domain = strings.ToLower(strings.TrimSuffix(domain, "."))
	if err := checkDomain(domain); err != nil {
		return plan{}, err
	}
	sum := sha256.Sum256([]byte(abs))
	p := plan{dir: abs, domain: domain, site: defaultSite}
	// 127.0.0.x is left to others; 127.255.x too.
	net2, net3 := 1+sum[0]%250, sum[1]
	p.dns = netip.AddrFrom4([4]byte{127, net2, net3, 1})
	p.exchange = host{fqdn: "exch." + domain, names: []string{"exch." + domain, "mail." + domain, "autodiscover." + domain}, addr: netip.AddrFrom4([4]byte{127, net2, net3, 10})}
	p.skype = host{fqdn: "pool." + domain, names: []string{"pool." + domain}, addr: netip.AddrFrom4([4]byte{127, net2, net3, 20})}
	p.sts = host{fqdn: "accounts." + domain, names: []string{"accounts." + domain}, addr: netip.AddrFrom4([4]byte{127, net2, net3, 30})}
	return p, nil
}

// server is a host with its role.
type server struct {
	role string
	*host
}

// servers are the lab's, in the order in which they start.
func (p *plan) servers() []server {
	return []server{{"exchange", &p.exchange}, {"skype", &p.skype}, {"sts", &p.sts}}
}

func checkDomain(d string) error {
	if !isDomain(d) {
		return problem.New(problem.ManageParameter, "--domain takes a domain name such as litware.test, not %q", d)
	}
	return nil
}

func isDomain(d string) bool {
	labels := strings.Split(d, ".")
	if len(labels) < 2 || len(d) > 200 {
		return false
	}
	for _, l := range labels {
		ok := l != "" && len(l) <= 63 && !strings.HasPrefix(l, "-") && !strings.HasSuffix(l, "-")
		for _, r := range l {
			ok = ok && (r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z')
		}
		if !ok {
			return false
		}
	}
	return true
}

// alias publishes a server under a further name, so that command lines with
// an administrator's own names run here as they stand.
func (p *plan) alias(role, name string) error {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if !isDomain(name) {
		return problem.New(problem.ManageParameter, "--alias takes ROLE=NAME with a full name, such as skype=fe.contoso.test; %q is none", name)
	}
	var h *host
	for _, s := range p.servers() {
		switch {
		case s.role == role:
			h = s.host
		case slices.Contains(s.names, name) || name == "dns."+p.domain:
			return problem.New(problem.ManageParameter, "--alias %s=%s: that name belongs to another server of the lab", role, name)
		}
	}
	if h == nil {
		return problem.New(problem.ManageParameter, "--alias takes exchange=NAME, skype=NAME or sts=NAME, not %s=%s", role, name)
	}
	if !slices.Contains(h.names, name) {
		h.names = append(h.names, name)
		p.aliases = append(p.aliases, role+"="+name)
	}
	return nil
}

// bind settles addresses and ports: port 443 on the planned addresses where
// that works, else free ports there, else (where only one loopback address
// exists) free ports on 127.0.0.1. kept holds the ports of an earlier run.
func (p *plan) bind(kept map[string]int) error {
	if !canListen(p.exchange.addr, 0) {
		one := netip.MustParseAddr("127.0.0.1")
		p.dns, p.exchange.addr, p.skype.addr, p.sts.addr = one, one, one, one
	}
	standard := p.exchange.addr != p.skype.addr && canListen(p.exchange.addr, 443) && canListen(p.skype.addr, 443) && canListen(p.sts.addr, 443)
	for _, h := range p.servers() {
		var err error
		if h.managementPort, err = port(h.addr, kept[h.fqdn+"/management"]); err != nil {
			return fmt.Errorf("finding a management port for %s: %w", h.fqdn, err)
		}
		if standard {
			h.port = 443
		} else if h.port, err = port(h.addr, kept[h.fqdn]); err != nil {
			return fmt.Errorf("finding a port for %s: %w", h.fqdn, err)
		}
	}
	p.standard = standard
	return nil
}

// port is the wanted one if it is free, or another.
func port(a netip.Addr, wanted int) (int, error) {
	if wanted != 0 && wanted != 443 && canListen(a, wanted) {
		return wanted, nil
	}
	return freePort(a)
}

func canListen(a netip.Addr, port int) bool {
	l, err := net.Listen("tcp", netip.AddrPortFrom(a, uint16(port)).String())
	if err != nil {
		return false
	}
	l.Close()
	return true
}

func freePort(a netip.Addr) (int, error) {
	l, err := net.Listen("tcp", netip.AddrPortFrom(a, 0).String())
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func (h host) listen() string { return netip.AddrPortFrom(h.addr, uint16(h.port)).String() }

// connect maps every name of the lab on port 443 to where it really listens;
// empty when that is port 443 itself.
func (p plan) connect() map[string]string {
	if p.standard {
		return nil
	}
	m := map[string]string{}
	for _, h := range p.servers() {
		for _, name := range h.names {
			m[name+":443"] = h.listen()
		}
	}
	return m
}

// zone is what the lab's DNS serves: the servers, the alias autodiscover and
// the service record that clients look for (002-07, 002-08).
func (p plan) zone() zone {
	hosts := map[string]netip.Addr{"dns." + p.domain: p.dns}
	for _, h := range p.servers() {
		for _, name := range h.names {
			hosts[name] = h.addr
		}
	}
	delete(hosts, "autodiscover."+p.domain)
	return zone{
		domain:   p.domain,
		hosts:    hosts,
		aliases:  map[string]string{"autodiscover." + p.domain: p.exchange.fqdn},
		services: map[string]service{"_autodiscover._tcp." + p.domain: {port: 443, target: "autodiscover." + p.domain}},
	}
}

// The URLs of the lab, as an administrator writes them.
func (p plan) skypeMetadata() string { return "https://" + p.skype.fqdn + "/metadata/json/1" }
func (p plan) exchangeMetadata() string {
	return "https://autodiscover." + p.domain + "/autodiscover/metadata/json/1"
}
func (p plan) autodiscoverSVC() string {
	return "https://autodiscover." + p.domain + "/autodiscover/autodiscover.svc"
}
func (p plan) autodiscoverXML() string {
	return "https://autodiscover." + p.domain + "/autodiscover/autodiscover.xml"
}
func (p plan) stsMetadata() string {
	return "https://" + p.sts.fqdn + "/" + p.domain + "/metadata/json/1"
}
func (p plan) ews() string { return "https://mail." + p.domain + "/EWS/Exchange.asmx" }

// Files of the lab.
func (p plan) caFile() string       { return filepath.Join(p.dir, "ca.pem") }
func (p plan) caKey() string        { return filepath.Join(p.dir, "ca.key") }
func (p plan) masterKey() string    { return filepath.Join(p.dir, "master.key") }
func (p plan) directoryDSN() string { return "sqlite:" + filepath.Join(p.dir, "directory.db") }
func (p plan) nodeDir(role string) string {
	return filepath.Join(p.dir, role)
}
func (p plan) nodeConfig(role string) string { return filepath.Join(p.nodeDir(role), "node.yaml") }
