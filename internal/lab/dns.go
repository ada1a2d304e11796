package lab

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// zone is what the lab's DNS server is authoritative for.
type zone struct {
	domain string
	// hosts, aliases and services are by full name without the final dot.
	hosts    map[string]netip.Addr
	aliases  map[string]string
	services map[string]service
}

// service is an SRV record.
type service struct {
	priority, weight, port uint16
	target                 string
}

const recordTTL = 60 // seconds

// dnsServer answers for one zone on UDP and TCP.
type dnsServer struct {
	zone zone
	udp  net.PacketConn
	tcp  net.Listener
}

// listenDNS binds the server: port 53 of the given address where that is
// allowed, otherwise any free port.
func listenDNS(z zone, host netip.Addr) (*dnsServer, error) {
	var last error
	for _, port := range []string{"53", "0"} {
		udp, err := net.ListenPacket("udp", net.JoinHostPort(host.String(), port))
		if err != nil {
			last = err
			continue
		}
		tcp, err := net.Listen("tcp", udp.LocalAddr().String())
		if err != nil {
			udp.Close()
			last = err
			continue
		}
		return &dnsServer{zone: z, udp: udp, tcp: tcp}, nil
	}
	return nil, fmt.Errorf("starting the lab's DNS server on %s: %w", host, last)
}

// addr is where the server answers.
func (s *dnsServer) addr() string { return s.udp.LocalAddr().String() }

// run answers until ctx ends.
func (s *dnsServer) run(ctx context.Context) error {
	servers := []*dns.Server{{PacketConn: s.udp, Handler: s}, {Listener: s.tcp, Handler: s}}
	failed := make(chan error, len(servers))
	for _, srv := range servers {
		go func() { failed <- srv.ActivateAndServe() }()
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	for _, srv := range servers {
		// Closing the sockets as well covers a server that has not begun to
		// serve yet, which Shutdown would not stop.
		_ = srv.Shutdown()
	}
	s.close()
	return err
}

func (s *dnsServer) close() {
	s.udp.Close()
	s.tcp.Close()
}

// ServeDNS answers one query.
func (s *dnsServer) ServeDNS(w dns.ResponseWriter, q *dns.Msg) {
	m := new(dns.Msg)
	m.SetReply(q)
	if len(q.Question) != 1 {
		m.Rcode = dns.RcodeFormatError
		_ = w.WriteMsg(m)
		return
	}
	name := strings.ToLower(strings.TrimSuffix(q.Question[0].Name, "."))
	if !s.zone.within(name) {
		m.Rcode = dns.RcodeRefused
		_ = w.WriteMsg(m)
		return
	}
	m.Authoritative = true
	var known bool
	m.Answer, known = s.zone.answer(name, q.Question[0].Qtype)
	if !known {
		m.Rcode = dns.RcodeNameError
	}
	if len(m.Answer) == 0 {
		m.Ns = []dns.RR{s.zone.soa()}
	}
	_ = w.WriteMsg(m)
}

// within says whether the zone answers for a name at all: those below its
// domain, and the names that the servers have besides.
func (z zone) within(name string) bool {
	_, known := z.hosts[name]
	return known || name == z.domain || strings.HasSuffix(name, "."+z.domain)
}

// answer gives the records of a name, following an alias inside the zone, and
// whether the name exists at all.
func (z zone) answer(name string, qtype uint16) (records []dns.RR, known bool) {
	header := func(name string, t uint16) dns.RR_Header {
		return dns.RR_Header{Name: dns.Fqdn(name), Rrtype: t, Class: dns.ClassINET, Ttl: recordTTL}
	}
	if name == z.domain {
		known = true
		if qtype == dns.TypeSOA {
			records = append(records, z.soa())
		}
	}
	if target, ok := z.aliases[name]; ok {
		records = append(records, &dns.CNAME{Hdr: header(name, dns.TypeCNAME), Target: dns.Fqdn(target)})
		if qtype == dns.TypeCNAME {
			return records, true
		}
		more, _ := z.answer(target, qtype)
		return append(records, more...), true
	}
	if addr, ok := z.hosts[name]; ok {
		known = true
		if qtype == dns.TypeA {
			records = append(records, &dns.A{Hdr: header(name, dns.TypeA), A: addr.AsSlice()})
		}
	}
	if srv, ok := z.services[name]; ok {
		known = true
		if qtype == dns.TypeSRV {
			records = append(records, &dns.SRV{Hdr: header(name, dns.TypeSRV),
				Priority: srv.priority, Weight: srv.weight, Port: srv.port, Target: dns.Fqdn(srv.target)})
		}
	}
	return records, known
}

func (z zone) soa() dns.RR {
	return &dns.SOA{
		Hdr: dns.RR_Header{Name: dns.Fqdn(z.domain), Rrtype: dns.TypeSOA, Class: dns.ClassINET, Ttl: recordTTL},
		Ns:  dns.Fqdn("dns." + z.domain), Mbox: dns.Fqdn("hostmaster." + z.domain),
		Serial: 1, Refresh: 3600, Retry: 600, Expire: 86400, Minttl: recordTTL,
	}
}
