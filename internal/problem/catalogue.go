package problem

import (
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Internal stands for every failure that nobody foresaw.
const Internal Code = "internal"

// catalogue gathers the rows of all areas.
func catalogue() [][]Entry {
	return [][]Entry{
		generalRows(),
		autodiscoverRows(),
		certsRows(),
		configRows(),
		directoryRows(),
		ewsRows(),
		keyringRows(),
		labRows(),
		mailboxRows(),
		manageRows(),
		meetingsRows(),
		metadataRows(),
		netRows(),
		nodeRows(),
		oauthRows(),
		partnerRows(),
		rbacRows(),
		renewalRows(),
		settingsRows(),
		shellRows(),
		storageRows(),
		storeRows(),
		tenantRows(),
		tlsRows(),
		tokenRows(),
		topologyRows(),
	}
}

// byCode is the catalogue as it is looked up, put together at the first need.
var byCode = sync.OnceValue(func() map[Code]Entry {
	all := map[Code]Entry{}
	for _, rows := range catalogue() {
		for _, e := range rows {
			all[e.Code] = e.withDefaults()
		}
	}
	return all
})

// Lookup finds a row by its code.
func Lookup(c Code) (Entry, bool) {
	e, ok := byCode()[c]
	return e, ok
}

// All returns every row, sorted by code.
func All() []Entry {
	var all []Entry
	for _, rows := range catalogue() {
		for _, e := range rows {
			all = append(all, e.withDefaults())
		}
	}
	slices.SortFunc(all, func(a, b Entry) int { return strings.Compare(string(a.Code), string(b.Code)) })
	return all
}

func (e Entry) withDefaults() Entry {
	if e.Severity == "" {
		e.Severity = Error
	}
	if e.Retry == "" {
		e.Retry = Never
	}
	if e.HTTPStatus == 0 {
		e.HTTPStatus = http.StatusInternalServerError
	}
	return e
}

func generalRows() []Entry {
	return []Entry{{
		Code:       Internal,
		Title:      "unexpected failure",
		Cause:      "Something failed that matchseal has no better word for.",
		Remedy:     "Look up the request id in the node's log and report what you find there.",
		HTTPStatus: http.StatusInternalServerError,
		EWS:        "ErrorInternalServerError",
		Retry:      Later,
	}}
}
