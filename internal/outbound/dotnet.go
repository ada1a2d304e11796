package outbound

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/problem"
)

// TrustText is what .NET says to a certificate that is not trusted, misnamed
// or out of date alike (checklist 002-33, 002-35).
const TrustText = "The underlying connection was closed: Could not establish trust relationship for the SSL/TLS secure channel."

// DotNetText gives the sentence that .NET, and so a cmdlet of the products,
// prints for a failed call. Administrators search the web for it, so it is
// kept to the letter; Explain says what it means. Where .NET has no words, as
// for a document that is not what it should be, it is the title of the
// failure. It is "" for nil.
func DotNetText(err error) string {
	f := Explain(err)
	if f == nil {
		return ""
	}
	if f.CmdletText != "" {
		return f.CmdletText
	}
	return cmp.Or(dotNet(f), f.Entry().Title+".")
}

// dotNet fills the gaps of the row's text with what the call met.
func dotNet(f *problem.Failure) string {
	var (
		status *StatusError
		fetch  *authmeta.FetchError
	)
	switch {
	case errors.As(f, &status):
		return StatusText(status.Status)
	case errors.As(f, &fetch) && fetch.Status != 0 && fetch.Status != http.StatusOK:
		return StatusText(fetch.Status)
	case f.Code == problem.NetRedirect:
		return StatusText(http.StatusFound)
	case f.Code == problem.NetDNS, f.Code == problem.NetDNSFailed:
		return strings.ReplaceAll(f.Entry().CmdletText, "<host>", hostOf(f))
	}
	return f.CmdletWords()
}

// StatusText is .NET's sentence for an HTTP status, for example
// "The remote server returned an error: (404) Not Found."
func StatusText(status int) string {
	return fmt.Sprintf("The remote server returned an error: (%d) %s.", status, http.StatusText(status))
}

// ExchangeMetadataText is the error of the Exchange side when it cannot get a
// partner's metadata (checklist 002-35). The two full stops at the end are
// the product's.
func ExchangeMetadataText(url string, err error) string {
	return fmt.Sprintf("Cannot acquire auth metadata document from '%s'. Error: %s.", url, DotNetText(err))
}

// SkypeMetadataText is the error of the Skype side in the same case
// (checklist 002-33).
func SkypeMetadataText(err error) string {
	return `Cannot bind parameter 'MetadataUrl' to the target. Exception setting "MetadataUrl": ` +
		`"The metadata document could not be downloaded from the URL in the MetadataUrl parameter or ` +
		`downloaded data is not a valid metadata document, error: ` + DotNetText(err) + `"`
}

// ExchangeMetadataFailure is err in the words of the Exchange side, if it is a
// failure to get or read a metadata document; any other stays as it is.
func ExchangeMetadataFailure(url string, err error) error {
	return worded(err, func() string { return ExchangeMetadataText(url, err) })
}

// SkypeMetadataFailure is ExchangeMetadataFailure for the Skype side.
func SkypeMetadataFailure(err error) error {
	return worded(err, func() string { return SkypeMetadataText(err) })
}

func worded(err error, text func() string) error {
	f := problem.Of(err)
	if f == nil {
		return nil
	}
	switch f.Code.Area() {
	case "metadata", "tls", "net":
		return f.WithCmdletText(text())
	}
	return err
}
