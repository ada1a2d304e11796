package problem

import "net/http"

// Failures of the topology cmdlets of Skype for Business.
const (
	TopologyUnknown   Code = "topology.unknown"
	TopologyExists    Code = "topology.exists"
	TopologyName      Code = "topology.name"
	TopologyPort      Code = "topology.port"
	TopologySite      Code = "topology.site"
	TopologyRegistrar Code = "topology.registrar"
	TopologyInUse     Code = "topology.in-use"
	TopologyConfirm   Code = "topology.confirm"
)

func topologyRows() []Entry {
	return append(topologyNameRows(), []Entry{{
		Code:       TopologyUnknown,
		Title:      "the topology has no such pool or application",
		Cause:      "A trusted application lives on a trusted application pool, which has to be made first; or the name is written differently.",
		Remedy:     "List what is there with `Get-CsTrustedApplicationPool` or `Get-CsTrustedApplication`; make a pool with New-CsTrustedApplicationPool -Identity <fqdn> -Registrar <pool> -Site <site>, then its applications.",
		HTTPStatus: http.StatusNotFound,
		Public:     true,
	}, {
		Code:       TopologyExists,
		Title:      "the topology has this pool or application already",
		Cause:      "A pool has one entry, and an application one on each pool.",
		Remedy:     "Look at it with `Get-CsTrustedApplicationPool` or `Get-CsTrustedApplication`; remove it first if it is to be made anew.",
		HTTPStatus: http.StatusConflict,
		Public:     true,
	}, {
		Code:       TopologyInUse,
		Title:      "the trusted application pool still has applications",
		Cause:      "Applications name their pool, so a pool goes after them.",
		Remedy:     "Get-CsTrustedApplication -TrustedApplicationPoolFqdn <fqdn> | Remove-CsTrustedApplication, then remove the pool.",
		HTTPStatus: http.StatusConflict,
		Public:     true,
	}, {
		Code:       TopologyConfirm,
		Title:      "this change of the topology wants to be confirmed",
		Cause:      "The command found something that is not wrong but rarely meant.",
		Remedy:     "Answer the question, or repeat the command with -Force.",
		HTTPStatus: http.StatusConflict,
		Severity:   Warning,
		Public:     true,
	}}...)
}

// topologyNameRows are about what was typed.
func topologyNameRows() []Entry {
	return []Entry{{
		Code:       TopologyName,
		Title:      "this cannot name a pool or an application",
		Cause:      "A pool is named by its fully qualified domain name, an application by a word without spaces.",
		Remedy:     "Use names such as exch.litware.test and OutlookWebAccess.",
		HTTPStatus: http.StatusBadRequest,
		Public:     true,
	}, {
		Code:       TopologyPort,
		Title:      "the application cannot have this port",
		Cause:      "A port is a number from 1 to 65535, and no two applications of one pool share one.",
		Remedy:     "Choose a port that no line of `Get-CsTrustedApplication` has for this pool.",
		HTTPStatus: http.StatusConflict,
		Public:     true,
	}, {
		Code:       TopologySite,
		Title:      "the topology has no such site",
		Cause:      "-Site takes the SiteId of a site, neither its Identity nor \"site:\" before it, and a new pool needs one.",
		Remedy:     "Use the SiteId that `Get-CsSite` shows.",
		HTTPStatus: http.StatusBadRequest,
		Public:     true,
	}, {
		Code:       TopologyRegistrar,
		Title:      "no pool of the topology runs this registrar",
		Cause:      "-Registrar takes the name of a pool that runs the service Registrar, or Registrar:<pool>.",
		Remedy:     "Use the Fqdn of a pool that `Get-CsPool` shows with the service Registrar.",
		HTTPStatus: http.StatusBadRequest,
		Public:     true,
	}}
}
