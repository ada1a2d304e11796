package outbound

import (
	"errors"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/problem"
)

// explainMetadata gives the failures of authmeta their codes. They bring
// their own sentences, so no detail is added. What the wire did to a fetch is
// left to the rest of Explain: it knows more about it than authmeta can, and
// continues with the error below.
func explainMetadata(err error) (f *problem.Failure, below error) {
	var (
		fetch  *authmeta.FetchError
		parsed *authmeta.ParseError
	)
	switch {
	case errors.As(err, &fetch) && onTheWire(fetch.Reason):
		if fetch.Err != nil {
			return nil, fetch.Err
		}
	case errors.As(err, &fetch):
		return &problem.Failure{Code: metadataCode(fetch.Reason), Err: err}, nil
	case errors.As(err, &parsed):
		return &problem.Failure{Code: metadataCode(parsed.Reason), Err: err}, nil
	}
	return nil, err
}

func onTheWire(r authmeta.Reason) bool {
	switch r {
	case authmeta.TLS, authmeta.DNS, authmeta.Connect, authmeta.Timeout, authmeta.Stopped:
		return true
	}
	return false
}

func metadataCode(r authmeta.Reason) problem.Code {
	switch r {
	case authmeta.Redirect:
		return problem.NetRedirect
	case authmeta.BadURL:
		return problem.MetadataURL
	case authmeta.NotFound:
		return problem.MetadataNotFound
	case authmeta.Status:
		return problem.MetadataStatus
	case authmeta.HTML:
		return problem.MetadataPage
	case authmeta.WrongProduct, authmeta.OwnIdentity:
		return problem.MetadataWrongProduct
	case authmeta.WrongRealm, authmeta.WildcardRealm:
		return problem.MetadataWrongRealm
	case authmeta.IdentityChanged:
		return problem.MetadataIdentityChanged
	case authmeta.ExpiredKey:
		return problem.MetadataExpiredKey
	case authmeta.NoKey, authmeta.WeakKey, authmeta.WrongKey:
		return problem.MetadataNoKey
	case authmeta.NoTokenEndpoint:
		return problem.MetadataNoTokenEndpoint
	}
	return problem.MetadataInvalid
}
