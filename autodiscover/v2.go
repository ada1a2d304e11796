package autodiscover

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// V2Request is a request of the JSON form, made of a URL alone.
type V2Request struct {
	Email    string
	Protocol string // as the client wrote it, for example "Ews"
}

// V2Answer is a successful reply of the JSON form.
type V2Answer struct {
	Protocol string `json:"Protocol"`
	URL      string `json:"Url"`
}

// V2Error is an unsuccessful reply of the JSON form.
type V2Error struct {
	Code    string `json:"ErrorCode"`
	Message string `json:"ErrorMessage"`
}

// The error codes of the JSON form.
const (
	V2MandatoryParameterMissing = "MandatoryParameterMissing"
	V2MissingProtocol           = "MissingProtocol"
	V2InvalidProtocol           = "InvalidProtocol"
	V2ProtocolNotSupported      = "ProtocolNotSupported"
	V2InvalidUserID             = "InvalidUserId"
)

func (e *V2Error) Error() string {
	return fmt.Sprintf("autodiscover: V2 error %s: %s", e.Code, e.Message)
}

// v2Protocols are the protocols that clients ask for, with a space on both sides.
const v2Protocols = " Actions ActiveSync AutodiscoverV1 CompliancePolicyService Connectors ConnectorsProcessors" +
	" ConnectorsWebhook Ews NotesClient OutlookCloudSettingsService OutlookLocationsService" +
	" OutlookMeetingScheduler OutlookPay OutlookTailoredExperiences OwaPoweredExperience" +
	" OwaPoweredExperienceV2 Rest SpeechAndLanguagePersonalization Speedway Substrate" +
	" SubstrateNotificationService SubstrateSearchService SubstrateSignalService ToDo Weve "

// V2Protocol returns a protocol's proper spelling. Names compare without case.
func V2Protocol(name string) (string, bool) {
	for _, known := range strings.Fields(v2Protocols) {
		if strings.EqualFold(known, name) {
			return known, true
		}
	}
	return "", false
}

// v2PathPrefix precedes the address in the second form of the URL.
const v2PathPrefix = PathJSON + "/v1.0/"

// DecodeV2Request reads both forms of the URL, …/autodiscover.json?Email=…
// and …/autodiscover.json/v1.0/<email>?…, with parameter names in any case.
// The error is a *V2Error.
func DecodeV2Request(u *url.URL) (*V2Request, error) {
	r := &V2Request{}
	for name, values := range u.Query() {
		switch strings.ToLower(name) {
		case "email":
			r.Email = values[0]
		case "protocol":
			r.Protocol = values[0]
		}
	}
	if len(u.Path) > len(v2PathPrefix) && strings.EqualFold(u.Path[:len(v2PathPrefix)], v2PathPrefix) {
		r.Email = strings.TrimSuffix(u.Path[len(v2PathPrefix):], "/")
	}
	switch {
	case r.Email == "":
		return nil, &V2Error{V2MandatoryParameterMissing, "A valid value must be provided for the query parameter 'Email'."}
	case DomainOf(r.Email) == "":
		return nil, &V2Error{V2InvalidUserID, "The value of 'Email' is not an e-mail address."}
	case r.Protocol == "":
		return nil, &V2Error{V2MissingProtocol, "A valid value must be provided for the query parameter 'Protocol'."}
	}
	if _, ok := V2Protocol(r.Protocol); !ok {
		return nil, &V2Error{V2InvalidProtocol, fmt.Sprintf("The protocol '%s' is not a protocol of this service.", clip(r.Protocol))}
	}
	return r, nil
}

// URL builds the request's URL on a host, which may carry a port.
func (r V2Request) URL(host string) string {
	q := url.Values{"Email": {r.Email}, "Protocol": {r.Protocol}}
	return "https://" + host + PathJSON + "?" + q.Encode()
}

// DecodeV2Answer reads a reply. The error is a *V2Error when the reply carries
// one, otherwise a *DecodeError.
func DecodeV2Answer(data []byte) (*V2Answer, error) {
	if len(data) > MaxRequest {
		return nil, &DecodeError{Reason: TooLarge, Detail: fmt.Sprintf("the reply has %d bytes, the limit is %d", len(data), MaxRequest)}
	}
	if looksLikeHTML(data) {
		return nil, &DecodeError{Reason: IsHTML, Detail: "this is an HTML page, not an Autodiscover reply"}
	}
	var reply struct {
		V2Answer
		V2Error
	}
	if err := json.Unmarshal(data, &reply); err != nil {
		return nil, &DecodeError{Reason: NotAutodiscover, Detail: "this is not the JSON of an Autodiscover reply", Err: err}
	}
	switch {
	case reply.Code != "":
		return nil, &reply.V2Error
	case reply.URL == "":
		return nil, &DecodeError{Reason: Incomplete, Detail: "the reply has no Url"}
	}
	return &reply.V2Answer, nil
}
