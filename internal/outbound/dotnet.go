package outbound

import (
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
// kept to the letter; Explain says what it means. It is "" for nil.
func DotNetText(err error) string {
	f := Explain(err)
	if f == nil {
		return ""
	}
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
	}
	text := f.Entry().CmdletText
	switch {
	case strings.Contains(text, "<host>"):
		return strings.ReplaceAll(text, "<host>", hostOf(f))
	case text == "":
		return f.Error()
	}
	return text
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
