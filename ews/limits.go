package ews

// Limits bounds what a document may cost before it is understood. A zero field
// stands for its default.
type Limits struct {
	// Bytes is the size of the (decompressed) document. Default 16 MiB, at
	// most 1 GiB.
	Bytes int64
	// Depth is how deep elements may nest. Default 100.
	Depth int
	// Elements is how many elements the document may hold. Default 250,000.
	Elements int
	// Attributes is how many attributes one element may carry, namespace
	// declarations included. Default 64. The whole document may hold at most
	// twice as many attributes as elements are allowed, and no more than 256
	// namespace declarations may be in force at one place.
	Attributes int
}

func (l Limits) withDefaults() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 16 << 20
	}
	l.Bytes = min(l.Bytes, 1<<30) // places in a document are kept in 32 bits
	if l.Depth <= 0 {
		l.Depth = 100
	}
	if l.Elements <= 0 {
		l.Elements = 250_000
	}
	if l.Attributes <= 0 {
		l.Attributes = 64
	}
	return l
}
