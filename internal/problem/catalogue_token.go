package problem

import "net/http"

// TokenForm is a text that is no token at all.
const TokenForm Code = "token.form"

func tokenRows() []Entry {
	return []Entry{{
		Code:       TokenForm,
		Title:      "this is not a server-to-server token",
		Cause:      "The text does not have the form header.payload.signature, was cut off, or had characters added on its way.",
		Remedy:     "Copy the whole value behind `Authorization: Bearer`, without line breaks, and hand it over in a file or through a pipe.",
		HTTPStatus: http.StatusBadRequest,
		Public:     true,
	}}
}
