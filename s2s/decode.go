package s2s

import "errors"

// Decoded is a token taken apart, unverified.
type Decoded struct{ Layers []Layer }

// Layer is one of a token's one or two layers.
type Layer struct {
	Name           string // "outer" or "actor"
	Header, Claims []Member
}

// Member is one header field or claim.
type Member struct{ Name, Value, Meaning string }

// Decode takes a token apart for people.
func Decode(token string) (*Decoded, error) { return nil, errors.ErrUnsupported }
