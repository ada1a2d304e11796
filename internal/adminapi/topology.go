package adminapi

// The topology of the skype role, and its archiving settings.
var (
	GetCsPool = Call[Identity, []Pool]{"skype/pool/get"}
	GetCsSite = Call[Identity, []Site]{"skype/site/get"}

	GetCsTrustedApplicationPool    = Call[Identity, []TrustedApplicationPool]{"skype/trusted-application-pool/get"}
	NewCsTrustedApplicationPool    = Call[NewTrustedApplicationPool, TrustedApplicationPool]{"skype/trusted-application-pool/new"}
	RemoveCsTrustedApplicationPool = Call[Identity, Changed]{"skype/trusted-application-pool/remove"}

	GetCsTrustedApplication    = Call[Identity, []TrustedApplication]{"skype/trusted-application/get"}
	NewCsTrustedApplication    = Call[NewTrustedApplicationRequest, TrustedApplication]{"skype/trusted-application/new"}
	RemoveCsTrustedApplication = Call[Identity, Changed]{"skype/trusted-application/remove"}

	// EnableCsTopology makes what was added and removed count.
	EnableCsTopology = Call[Empty, EnabledTopology]{"skype/topology/enable"}

	GetCsArchivingConfiguration = Call[Identity, []ArchivingConfiguration]{"skype/archiving-configuration/get"}
	SetCsArchivingConfiguration = Call[ArchivingSettings, Changed]{"skype/archiving-configuration/set"}
)

// Pool is a group of servers that runs services together.
type Pool struct {
	Identity  string   `json:"identity"`
	Fqdn      string   `json:"fqdn"`
	Site      string   `json:"site"` // its SiteId
	Services  []string `json:"services"`
	Computers []string `json:"computers"`
}

// Site is a place of the topology.
type Site struct {
	Identity    string   `json:"identity"` // "Site:" and the SiteId
	SiteID      string   `json:"siteId"`
	DisplayName string   `json:"displayName"`
	SiteType    string   `json:"siteType"`
	Services    []string `json:"services"`
	Pools       []string `json:"pools"`
}

// TrustedApplicationPool is a pool of servers of somebody else that may speak
// to this role.
type TrustedApplicationPool struct {
	PoolFqdn             string   `json:"poolFqdn"`
	Registrar            string   `json:"registrar,omitempty"`
	Site                 string   `json:"site"` // its SiteId
	ServiceID            string   `json:"serviceId"`
	Computers            []string `json:"computers"`
	Applications         []string `json:"applications"`
	ThrottleAsServer     bool     `json:"throttleAsServer"`
	TreatAsAuthenticated bool     `json:"treatAsAuthenticated"`
	OutboundOnly         bool     `json:"outboundOnly"`
	RequiresReplication  bool     `json:"requiresReplication"`
	Ports                Ports    `json:"ports"`
	// Pending says that Enable-CsTopology must still be run.
	Pending  bool     `json:"pending,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
}

// Ports are the ranges of ports of a trusted application pool.
type Ports struct {
	AudioStart      int `json:"audioStart,omitempty"`
	AudioCount      int `json:"audioCount,omitempty"`
	AppSharingStart int `json:"appSharingStart,omitempty"`
	AppSharingCount int `json:"appSharingCount,omitempty"`
	VideoStart      int `json:"videoStart,omitempty"`
	VideoCount      int `json:"videoCount,omitempty"`
}

// NewTrustedApplicationPool makes one. A nil field takes the default.
type NewTrustedApplicationPool struct {
	Identity             string `json:"identity"` // FQDN
	ComputerFqdn         string `json:"computerFqdn,omitempty"`
	Registrar            string `json:"registrar,omitempty"`
	Site                 string `json:"site,omitempty"` // SiteId
	ThrottleAsServer     *bool  `json:"throttleAsServer,omitempty"`
	TreatAsAuthenticated *bool  `json:"treatAsAuthenticated,omitempty"`
	OutboundOnly         *bool  `json:"outboundOnly,omitempty"`
	RequiresReplication  *bool  `json:"requiresReplication,omitempty"`
	Ports                Ports  `json:"ports"`
	// Force does without the question about a computer that the directory does
	// not have.
	Force bool `json:"force,omitempty"`
}

// TrustedApplication is an application on a trusted application pool.
type TrustedApplication struct {
	Identity              string         `json:"identity"`      // <pool>/urn:application:<id>
	ApplicationID         string         `json:"applicationId"` // urn:application:<id>
	Pool                  string         `json:"pool"`
	Port                  int            `json:"port"`
	Protocol              string         `json:"protocol"` // Mtls or Tcp
	LegacyApplicationName string         `json:"legacyApplicationName"`
	ServiceGruu           string         `json:"serviceGruu,omitempty"` // from Enable-CsTopology on
	ComputerGruus         []ComputerGruu `json:"computerGruus,omitempty"`
	Pending               bool           `json:"pending,omitempty"`
	Warnings              []string       `json:"warnings,omitempty"`
}

// ComputerGruu is the address of an application on one computer.
type ComputerGruu struct {
	Fqdn string `json:"fqdn"`
	Gruu string `json:"gruu"`
}

// NewTrustedApplicationRequest makes one: by pool and id, or by Identity, which
// is both with a slash between.
type NewTrustedApplicationRequest struct {
	Identity              string `json:"identity,omitempty"`
	ApplicationID         string `json:"applicationId,omitempty"`
	Pool                  string `json:"pool,omitempty"`
	Port                  int    `json:"port"`
	EnableTCP             bool   `json:"enableTcp,omitempty"`
	LegacyApplicationName string `json:"legacyApplicationName,omitempty"`
	Force                 bool   `json:"force,omitempty"`
}

// EnabledTopology says what Enable-CsTopology made count, line by line.
type EnabledTopology struct {
	Lines    []string `json:"lines"`
	Warnings []string `json:"warnings,omitempty"`
}

// ArchivingConfiguration is the skype role's archiving settings.
type ArchivingConfiguration struct {
	Identity                  string `json:"identity"`
	EnableArchiving           string `json:"enableArchiving"` // None, ImOnly, ImAndWebConf
	EnablePurging             bool   `json:"enablePurging"`
	PurgeExportedArchivesOnly bool   `json:"purgeExportedArchivesOnly"`
	BlockOnArchiveFailure     bool   `json:"blockOnArchiveFailure"`
	KeepArchivingDataForDays  int    `json:"keepArchivingDataForDays"`
	PurgeHourOfDay            int    `json:"purgeHourOfDay"`
	ArchiveDuplicateMessages  bool   `json:"archiveDuplicateMessages"`
	CachePurgingInterval      int    `json:"cachePurgingInterval"` // hours
	EnableExchangeArchiving   bool   `json:"enableExchangeArchiving"`
}

// ArchivingSettings changes them; a nil field keeps what is there.
type ArchivingSettings struct {
	Identity                  string  `json:"identity,omitempty"` // Global
	EnableArchiving           *string `json:"enableArchiving,omitempty"`
	EnablePurging             *bool   `json:"enablePurging,omitempty"`
	PurgeExportedArchivesOnly *bool   `json:"purgeExportedArchivesOnly,omitempty"`
	BlockOnArchiveFailure     *bool   `json:"blockOnArchiveFailure,omitempty"`
	KeepArchivingDataForDays  *int    `json:"keepArchivingDataForDays,omitempty"`
	PurgeHourOfDay            *int    `json:"purgeHourOfDay,omitempty"`
	ArchiveDuplicateMessages  *bool   `json:"archiveDuplicateMessages,omitempty"`
	CachePurgingInterval      *int    `json:"cachePurgingInterval,omitempty"`
	EnableExchangeArchiving   *bool   `json:"enableExchangeArchiving,omitempty"`
}
