package problem

import "net/http"

// Failures of using a partner's resource with a token of this side
// (Test-OAuthConnectivity).
const (
	OAuthTestRefused Code = "oauth.refused"
	OAuthTestAnswer  Code = "oauth.answer"
)

func oauthRows() []Entry {
	return []Entry{{
		Code:       OAuthTestRefused,
		Title:      "the partner does not accept this side's token",
		Cause:      "The two halves of the pairing do not fit: the partner does not know this side, knows another key, or trusts it less than needed.",
		Remedy:     "On the partner: Get-CsPartnerApplication must show this side enabled, with trust level Full; its event log and audit trail hold the exact reason under the request id.",
		HTTPStatus: http.StatusBadGateway,
	}, {
		Code:       OAuthTestAnswer,
		Title:      "the partner's answer is not the expected one",
		Cause:      "The token was accepted, but the resource did not answer as the online-meeting service does.",
		Remedy:     "Check that the target is the partner's web services address and that the user is enabled for SIP there.",
		HTTPStatus: http.StatusBadGateway,
	}}
}
