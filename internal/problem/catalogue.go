package problem

import "net/http"

// Internal stands for every failure that nobody foresaw.
const Internal Code = "internal"

// catalogue gathers the rows of all areas.
func catalogue() [][]Entry {
	return [][]Entry{
		generalRows(),
		accessRows(),
		autodiscoverRows(),
		configRows(),
		directoryRows(),
		ewsRows(),
		keyringRows(),
		labRows(),
		mailboxRows(),
		manageRows(),
		metadataRows(),
		nodeRows(),
		partnerRows(),
		storageRows(),
		storeRows(),
		tlsRows(),
		tokenRows(),
	}
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
