package ews

// Operator is the name of a search expression.
type Operator string

// The operators of a restriction.
const (
	And                    Operator = "And"
	Or                     Operator = "Or"
	Not                    Operator = "Not"
	Exists                 Operator = "Exists"
	Excludes               Operator = "Excludes"
	Contains               Operator = "Contains"
	IsEqualTo              Operator = "IsEqualTo"
	IsNotEqualTo           Operator = "IsNotEqualTo"
	IsGreaterThan          Operator = "IsGreaterThan"
	IsGreaterThanOrEqualTo Operator = "IsGreaterThanOrEqualTo"
	IsLessThan             Operator = "IsLessThan"
	IsLessThanOrEqualTo    Operator = "IsLessThanOrEqualTo"
)

// Restriction is a search expression.
type Restriction struct {
	Op Operator
	// Operands belong to And and Or (one or more) and Not (one).
	Operands []Restriction
	// Field is the property tested by every other operator.
	Field FieldPath
	// Value is the constant it is compared with.
	Value string
	// Other is the property it is compared with instead of Value.
	Other *FieldPath
	// Bitmask belongs to Excludes: true when no bit of it is set.
	Bitmask uint32
	// Mode and Comparison belong to Contains.
	Mode       ContainmentMode
	Comparison ContainmentComparison
}

// ContainmentMode says where Contains looks.
type ContainmentMode string

// The containment modes. The schema's default is FullString.
const (
	FullString    ContainmentMode = "FullString"
	Prefixed      ContainmentMode = "Prefixed"
	Substring     ContainmentMode = "Substring"
	PrefixOnWords ContainmentMode = "PrefixOnWords"
	ExactPhrase   ContainmentMode = "ExactPhrase"
)

// ContainmentComparison says how Contains compares.
type ContainmentComparison string

// The comparisons. The schema's default is Exact.
const (
	Exact                               ContainmentComparison = "Exact"
	IgnoreCase                          ContainmentComparison = "IgnoreCase"
	IgnoreNonSpacingCharacters          ContainmentComparison = "IgnoreNonSpacingCharacters"
	Loose                               ContainmentComparison = "Loose"
	LooseAndIgnoreCase                  ContainmentComparison = "LooseAndIgnoreCase"
	LooseAndIgnoreNonSpace              ContainmentComparison = "LooseAndIgnoreNonSpace"
	LooseAndIgnoreCaseAndIgnoreNonSpace ContainmentComparison = "LooseAndIgnoreCaseAndIgnoreNonSpace"
	IgnoreCaseAndNonSpacingCharacters   ContainmentComparison = "IgnoreCaseAndNonSpacingCharacters"
)
