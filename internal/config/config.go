package config

import "time"

// Config is the content of a boot file, complete and checked. Paths are
// absolute, names are in lower case.
//
// The tags of a field are what Load and Describe know about it: key is its name
// in the file, is says what its value must be (see check.go), must marks what
// has no default, default and example are in the form of an environment
// variable, and doc is its comment in the example file.
type Config struct {
	Node    string `key:"node" is:"text" default:"matchseal" doc:"Name of this node in logs and on the management interface."`
	Data    string `key:"data" is:"path" default:"data" example:"/var/lib/matchseal" doc:"Directory of databases and keys. Only the account that runs matchseal should be able to read it."`
	KeyFile string `key:"key_file" is:"path" example:"/var/lib/matchseal/master.key" doc:"Master key that seals the private keys in the databases; made at the first start. Default: master.key in the data directory. Keep a copy in a safe place: without it the signing keys are lost."`

	Log        Log        `key:"log" doc:"The diagnostic log, which goes to standard error."`
	Directory  Directory  `key:"directory" doc:"Users and groups, shared by the roles of this deployment."`
	Trust      Trust      `key:"trust" doc:"Which TLS certificates of other servers are believed."`
	Outbound   Outbound   `key:"outbound" doc:"How this node reaches other servers."`
	Management Management `key:"management" doc:"The interface for the shell and for monitoring."`

	Roles []Role `key:"roles" must:"true" doc:"The server roles that this node plays, each at most once. Two roles share nothing and talk to each other over HTTPS only. In the environment the keys of a role begin with MATCHSEAL_ROLES_EXCHANGE_ or MATCHSEAL_ROLES_SKYPE_."`
}

// Log says what is logged and how.
type Log struct {
	Level  string `key:"level" is:"debug|info|warn|error" default:"info" doc:"The least level that is logged: debug, info, warn or error."`
	Format string `key:"format" is:"text|json" default:"text" doc:"text for people, json for collectors."`
}

// Directory names the store of users and groups.
type Directory struct {
	DSN string `key:"dsn" is:"dsn" example:"sqlite:/var/lib/matchseal/directory.db" doc:"Database: sqlite:<file> or postgres://user:password@host/database. Default: directory.db in the data directory."`
}

// Trust names the certification authorities.
type Trust struct {
	SystemRoots bool     `key:"system_roots" default:"true" doc:"Whether the authorities of the operating system are trusted."`
	CAFiles     []string `key:"ca_files" is:"path" example:"/etc/matchseal/litware-ca.pem" doc:"Files with more authorities, such as that of your own domain: PEM with one or many, DER, or .p7b."`

	Pins        map[string]string `key:"pins" is:"pin" example:"exch01.contoso.test:443=/etc/matchseal/exch01.pem" doc:"TLS certificates of single servers that are believed although no authority vouches for them, by host[:port]: the SHA-256 that matchseal cert inspect https://host prints, or a file with the certificate, or with the old and the new one. Name and dates are still checked. A pin only adds trust: the same server may show a certificate of a trusted authority. It takes the place of -TrustAnySSLCertificate."`
	PinsAnyName []string          `key:"pins_any_name" is:"pinned" example:"exch01.contoso.test:443" doc:"Those hosts of pins whose pinned certificate is made out to another name and is to be believed all the same."`
}

// Outbound says how other servers are reached.
type Outbound struct {
	Resolver      string            `key:"resolver" is:"address" example:"192.0.2.53:53" doc:"DNS server to ask, host:port. Default: that of the operating system."`
	Connect       map[string]string `key:"connect" is:"address" example:"mail.contoso.test:443=192.0.2.7:443" doc:"Where to connect instead, for names that DNS does not (yet) know; certificates are still checked for the name."`
	AllowLoopback bool              `key:"allow_loopback" default:"false" doc:"Whether connections to this machine itself are allowed; for labs."`
	Timeout       time.Duration     `key:"timeout" default:"30s" doc:"How long one request may take, from 1s to 10m."`
}

// Management says where the management interface listens.
type Management struct {
	Listen  string `key:"listen" is:"listen" example:"127.0.0.1:8480" doc:"TCP address, host:port. Default: none, only the socket."`
	Socket  string `key:"socket" is:"path" example:"/var/lib/matchseal/admin.sock" doc:"Unix socket. Default: admin.sock in the data directory."`
	TLSCert string `key:"tls_cert" is:"path" example:"/etc/matchseal/admin.pem" doc:"Certificate chain (PEM) of the TCP address; needed with it. Renewed files are shown within half a minute, without a restart."`
	TLSKey  string `key:"tls_key" is:"path" example:"/etc/matchseal/admin.key" doc:"Private key (PEM) of that certificate."`
}

// Names of server roles.
const (
	Exchange = "exchange"
	Skype    = "skype"
	STS      = "sts"
)

// Role is one server role of the node. An example of a role has one value for
// each role, separated by " || ".
type Role struct {
	Role         string   `key:"role" is:"exchange|skype|sts" must:"true" example:"exchange || skype || sts" doc:"exchange, skype, or sts: the cloud directory, whose token server other roles may trust."`
	Database     string   `key:"database" is:"dsn" example:"sqlite:/var/lib/matchseal/exchange.db || postgres://matchseal:secret@db.litware.test/skype || sqlite:/var/lib/matchseal/sts.db" doc:"Database of this role alone. Default: <role>.db in the data directory. Several nodes may share a PostgreSQL database."`
	Listen       []string `key:"listen" is:"listen" must:"true" example:"192.0.2.10:443 || 192.0.2.20:443, 192.0.2.20:4443 || 192.0.2.30:443" doc:"Addresses to listen on with HTTPS, host:port."`
	TLSCert      string   `key:"tls_cert" is:"path" must:"true" example:"/etc/matchseal/mail.pem || /etc/matchseal/lync.pem || /etc/matchseal/accounts.pem" doc:"Certificate chain (PEM) that covers all hosts of this role. It is not the certificate that signs tokens; Set-AuthConfig and Set-CsCertificate choose that one. Renewed files are shown within half a minute, without a restart."`
	TLSKey       string   `key:"tls_key" is:"path" must:"true" example:"/etc/matchseal/mail.key || /etc/matchseal/lync.key || /etc/matchseal/accounts.key" doc:"Private key (PEM) of that certificate."`
	FQDN         string   `key:"fqdn" is:"fqdn" must:"true" example:"mail.litware.test || lync.litware.test || accounts.litware.test" doc:"Full name of this server, or of its pool."`
	Hosts        []string `key:"hosts" is:"host" example:"mail.litware.test, autodiscover.litware.test || lync.litware.test, lyncweb.litware.test || accounts.litware.test" doc:"Names under which the role is published, with the port if it is not 443; tokens for other names are refused. Default: the fqdn."`
	Domains      []string `key:"domains" is:"fqdn" must:"true" example:"litware.test, litware.example || litware.test || litware.test, litware.example" doc:"Accepted domains (exchange), SIP domains (skype) or verified domains (sts); the first is the default one."`
	Realm        string   `key:"realm" is:"fqdn" example:"litware.test || litware.test || litware.test" doc:"Realm of the tokens this role issues. Default: the default domain; an sts always uses its tenant's id."`
	Organisation string   `key:"organisation" is:"text" example:"litware.test || litware.test || litware.test" doc:"Organisation whose users this role serves. Default: the default domain."`
	Renewal      string   `key:"renewal" is:"off|announce|do" default:"announce" doc:"What happens when the certificate that signs tokens nears its end: off announces the end in the event log; announce says there too what should take over, and when; do makes a successor 60 days before the end and stages it, so that every partner knows it before it signs. TLS certificates are announced only. Default: announce."`
	HandOver     string   `key:"hand_over" is:"path" example:"/srv/matchseal/hand-over || /srv/matchseal/hand-over || /srv/matchseal/hand-over" doc:"Folder, for example on a file share, from which others take the certificates that sign this role's tokens: partners that hold them by hand and read no metadata document. It is kept up to date as they are staged, take over and go: <role>-current.cer, <role>-next.cer and <role>-previous.cer, Base-64 encoded X.509, and <role>-all.pem with every one that is published. Certificates only, never keys. The folder must be there; roles and nodes of one deployment may share it. Default: none."`
	Site         string   `key:"site" is:"text" example:"Redmond || Redmond || Redmond" doc:"Site to which this server belongs, as cmdlets show it."`
}

// Role returns the configuration of a role, if this node plays it.
func (c Config) Role(name string) (Role, bool) {
	for _, r := range c.Roles {
		if r.Role == name {
			return r, true
		}
	}
	return Role{}, false
}
