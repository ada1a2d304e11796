package object

import (
	"strings"
	"time"
)

// toList converts to a collection of a type: a list member by member, anything
// else as its only member. Nil stays nil. A hashtable given for a
// MultiValuedProperty stays one, because @{Add=…; Remove=…} changes the
// property instead of replacing it.
func toList(v Value, element, typ string, zone *time.Location) (Value, error) {
	switch x := v.(type) {
	case nil:
		return nil, nil
	case *List:
		if strings.EqualFold(x.Type, typ) || x.Type == "" && typ == "Object[]" {
			return v, nil
		}
	case *Hash:
		if strings.Contains(strings.ToLower(typ), "multivaluedproperty") {
			return v, nil
		}
	}
	items, ok := collection(v)
	if !ok {
		items = []Value{v}
	}
	list := &List{Type: typ, Items: make([]Value, len(items))}
	for i, item := range items {
		converted, err := Convert(item, element, zone)
		if err != nil {
			return nil, err
		}
		list.Items[i] = converted
	}
	return list, nil
}

func toBytes(v Value) (Value, error) {
	switch v := v.(type) {
	case nil, Bytes:
		return v, nil
	case string:
		return nil, castFailed("InvalidCastFromStringToInteger", v, "System.Byte", "Input string was not in a correct format.")
	}
	items := argumentsOf(v)
	b := make(Bytes, len(items))
	for i, item := range items {
		n, err := Convert(item, "System.Byte", nil)
		if err != nil {
			return nil, err
		}
		octet, _ := toInt(n)
		b[i] = byte(octet)
	}
	return b, nil
}

// guidOfBytes reads the order of bytes .NET has: the first three groups are
// little-endian.
func guidOfBytes(b Bytes) GUID {
	var g GUID
	for i, from := range [16]int{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15} {
		g[i] = b[from]
	}
	return g
}

func bytesOfGUID(g GUID) Bytes {
	swapped := guidOfBytes(g[:]) // swapping twice is no change
	return swapped[:]
}
