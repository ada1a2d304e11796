package object

import "strings"

// Items enumerates a list or Byte[]; nil is none and anything else is one. The
// result is the list's own for a list: do not change it.
func Items(v Value) []Value {
	switch v := v.(type) {
	case nil:
		return nil
	case *List:
		return v.Items
	case Bytes:
		items := make([]Value, len(v))
		for i, b := range v {
			items[i] = int32(b)
		}
		return items
	}
	return []Value{v}
}

// find gives the place of a key, -1 for none.
func (h *Hash) find(key Value) int {
	for i, k := range h.Keys {
		if sameKey(k, key) {
			return i
		}
	}
	return -1
}

// sameKey tells keys apart as a hashtable literal does: texts without case,
// and 1 is not "1".
func sameKey(a, b Value) bool {
	if x, ok := a.(string); ok {
		y, ok := b.(string)
		return ok && strings.EqualFold(x, y)
	}
	if c, ok := compareSameKind(a, b, false); ok {
		return c == 0
	}
	switch a.(type) {
	case TypedText, Enum, Type, *List, *Hash, *Object, *ErrorRecord:
		return a == b
	}
	return false
}

// Get finds a key, texts without case.
func (h *Hash) Get(key Value) (Value, bool) {
	if i := h.find(key); i >= 0 {
		return h.Values[i], true
	}
	return nil, false
}

// Set adds or replaces a key.
func (h *Hash) Set(key, value Value) {
	if i := h.find(key); i >= 0 {
		h.Values[i] = value
		return
	}
	h.Keys = append(h.Keys, key)
	h.Values = append(h.Values, value)
}

// Delete removes a key.
func (h *Hash) Delete(key Value) {
	if i := h.find(key); i >= 0 {
		h.Keys = append(h.Keys[:i:i], h.Keys[i+1:]...)
		h.Values = append(h.Values[:i:i], h.Values[i+1:]...)
	}
}

// Clone copies collections and objects all the way down; a value that holds
// itself stays shared below the depth that is followed.
func Clone(v Value) Value { return clone(v, 0) }

func clone(v Value, depth int) Value {
	if depth > maxDepth {
		return v
	}
	switch v := v.(type) {
	case Bytes:
		return append(Bytes{}, v...)
	case *List:
		return &List{Type: v.Type, Items: cloneAll(v.Items, depth)}
	case *Hash:
		return &Hash{Keys: cloneAll(v.Keys, depth), Values: cloneAll(v.Values, depth)}
	case *Object:
		o := *v
		o.Types = append([]string(nil), v.Types...)
		o.Properties = append([]Property(nil), v.Properties...)
		for i := range o.Properties {
			o.Properties[i].Value = clone(o.Properties[i].Value, depth+1)
		}
		return &o
	}
	return v
}

func cloneAll(items []Value, depth int) []Value {
	copies := make([]Value, len(items))
	for i, item := range items {
		copies[i] = clone(item, depth+1)
	}
	return copies
}

// Index is v[index]: by number, from the end when negative, by key in a
// hashtable, by property's name in an object, or by several of them at once. A
// place or key that does not exist gives nil. A single value is its own member
// 0.
func Index(v, index Value) (Value, error) {
	switch {
	case v == nil:
		return nil, failure("NullArray", invalidOperation, "Cannot index into a null array.")
	case index == nil:
		return nil, failure("NullArrayIndex", invalidOperation, "Index operation failed; the array index evaluated to null.")
	}
	if several, ok := index.(*List); ok {
		found := &List{}
		for _, one := range several.Items {
			if item, ok := member(v, one); ok {
				found.Items = append(found.Items, item)
			}
		}
		return found, nil
	}
	switch x := v.(type) {
	case *Hash:
		value, _ := x.Get(index)
		return value, nil
	case *Object:
		if name, ok := index.(string); ok {
			value, _ := Get(x, name)
			return value, nil
		}
	}
	n, err := Convert(index, "System.Int32", nil)
	if err != nil {
		if _, ok := collection(v); ok {
			return nil, err
		}
		return nil, failure("CannotIndex", invalidOperation, "Unable to index into an object of type %s.", TypeName(v))
	}
	if value, ok := member(v, n); ok {
		return value, nil
	}
	return nil, nil
}

// member is one place of v; ok is false when there is none.
func member(v, index Value) (Value, bool) {
	if h, ok := v.(*Hash); ok {
		value, found := h.Get(index)
		return value, found
	}
	converted, err := Convert(index, "System.Int32", nil)
	n, _ := toInt(converted)
	if err != nil {
		return nil, false
	}
	switch x := v.(type) {
	case Bytes:
		if i, ok := place(n, len(x)); ok {
			return int32(x[i]), true
		}
	case *List:
		if i, ok := place(n, len(x.Items)); ok {
			return x.Items[i], true
		}
	case string:
		runes := []rune(x)
		if i, ok := place(n, len(runes)); ok {
			return string(runes[i]), true
		}
	default:
		return v, n == 0 || n == -1
	}
	return nil, false
}

// place turns an index that may count from the end into one that is in range.
func place(n int64, length int) (int, bool) {
	if n < 0 {
		n += int64(length)
	}
	return int(n), n >= 0 && n < int64(length)
}

// SetIndex assigns v[index]. An array does not grow by it.
func SetIndex(v, index, value Value) error {
	switch x := v.(type) {
	case nil:
		return failure("NullArray", invalidOperation, "Cannot index into a null array.")
	case *Hash:
		if index == nil {
			return failure("NullArrayIndex", invalidOperation, "Index operation failed; the array index evaluated to null.")
		}
		x.Set(index, value)
		return nil
	case *List:
		n, err := Convert(index, "System.Int32", nil)
		if err != nil {
			return err
		}
		i, _ := toInt(n)
		at, ok := place(i, len(x.Items))
		if !ok {
			return failure("System.IndexOutOfRangeException", "OperationStopped", "Index was outside the bounds of the array.")
		}
		x.Items[at] = value
		return nil
	}
	return failure("CannotIndex", invalidOperation, "Unable to index into an object of type %s.", TypeName(v))
}
