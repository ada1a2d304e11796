package object

import "strings"

// listMethods have collections that grow: ArrayList, List[T],
// MultiValuedProperty. They change the list itself.
var listMethods = []method{
	{"Add", "void Add(System.Object item)", 1, 1, func(c *call) (Value, error) { return c.addItem() }},
	{"AddRange", "void AddRange(System.Collections.IEnumerable items)", 1, 1, func(c *call) (Value, error) {
		list, more := c.list(), Items(c.args[0])
		if len(list.Items)+len(more) > maxItems {
			return nil, tooLarge("collection")
		}
		list.Items = append(list.Items, more...)
		return nil, nil
	}},
	{"Clear", "void Clear()", 0, 0, func(c *call) (Value, error) {
		c.list().Items = nil
		return nil, nil
	}},
	{"Insert", "void Insert(int index, System.Object item)", 2, 2, func(c *call) (Value, error) {
		list := c.list()
		at, err := c.position(len(list.Items) + 1)
		if err != nil {
			return nil, err
		}
		items := append([]Value{}, list.Items[:at]...)
		list.Items = append(append(items, c.args[1]), list.Items[at:]...)
		return nil, nil
	}},
	{"Remove", "bool Remove(System.Object item)", 1, 1, func(c *call) (Value, error) {
		at := indexOf(c.list().Items, c.args[0])
		if at >= 0 {
			c.list().removeAt(at)
		}
		if strings.EqualFold(c.list().Type, "ArrayList") {
			return nil, nil
		}
		return at >= 0, nil
	}},
	{"RemoveAt", "void RemoveAt(int index)", 1, 1, func(c *call) (Value, error) {
		at, err := c.position(len(c.list().Items))
		if err == nil {
			c.list().removeAt(at)
		}
		return nil, err
	}},
	{"ToArray", "System.Object[] ToArray()", 0, 1, func(c *call) (Value, error) {
		return &List{Items: append([]Value{}, c.list().Items...)}, nil
	}},
}

// arrayMethods have all collections. Those that would change an array say that
// it cannot.
var arrayMethods = []method{
	{"Add", "int Add(System.Object value)", 1, 1, func(c *call) (Value, error) { return c.fixedSize() }},
	{"Clone", "System.Object Clone()", 0, 0, func(c *call) (Value, error) {
		if b, ok := c.recv.(Bytes); ok {
			return append(Bytes{}, b...), nil
		}
		return &List{Type: c.list().Type, Items: append([]Value{}, c.list().Items...)}, nil
	}},
	{"Contains", "bool Contains(System.Object value)", 1, 1, func(c *call) (Value, error) {
		return indexOf(Items(c.recv), c.args[0]) >= 0, nil
	}},
	{"GetLength", "int GetLength(int dimension)", 1, 1, func(c *call) (Value, error) { return int32(len(Items(c.recv))), nil }},
	{"GetUpperBound", "int GetUpperBound(int dimension)", 1, 1, func(c *call) (Value, error) { return int32(len(Items(c.recv)) - 1), nil }},
	{"IndexOf", "int IndexOf(System.Object value)", 1, 1, func(c *call) (Value, error) {
		return int32(indexOf(Items(c.recv), c.args[0])), nil
	}},
	{"Insert", "void Insert(int index, System.Object value)", 2, 2, func(c *call) (Value, error) { return c.fixedSize() }},
	{"Remove", "void Remove(System.Object value)", 1, 1, func(c *call) (Value, error) { return c.fixedSize() }},
	{"RemoveAt", "void RemoveAt(int index)", 1, 1, func(c *call) (Value, error) { return c.fixedSize() }},
	{"Clear", "void Clear()", 0, 0, func(c *call) (Value, error) {
		if list, ok := c.recv.(*List); ok {
			clear(list.Items)
		}
		return nil, nil
	}},
}

func (c *call) list() *List {
	list, ok := c.recv.(*List)
	if !ok {
		return &List{Items: Items(c.recv)}
	}
	return list
}

func (c *call) fixedSize() (Value, error) {
	return nil, c.raise("NotSupportedException", "Collection was of a fixed size.")
}

// addItem gives the place of the new item for an ArrayList, as that class
// does, and nothing for the others.
func (c *call) addItem() (Value, error) {
	list := c.list()
	if len(list.Items) >= maxItems {
		return nil, tooLarge("collection")
	}
	item := c.args[0]
	if s := spell(list.Type); s.list {
		converted, err := c.convert(0, s.name)
		if err != nil {
			return nil, err
		}
		item = converted
	}
	list.Items = append(list.Items, item)
	if full := fullOr(list.Type, list.Type); full == "System.Collections.ArrayList" {
		return int32(len(list.Items) - 1), nil
	}
	return nil, nil
}

// position is the first argument as an index below limit.
func (c *call) position(limit int) (int, error) {
	n, err := c.int(0)
	if err != nil {
		return 0, err
	}
	if n < 0 || n >= limit {
		return 0, c.raise("ArgumentOutOfRangeException",
			"Index was out of range. Must be non-negative and less than the size of the collection.\nParameter name: index")
	}
	return n, nil
}

func (l *List) removeAt(i int) {
	l.Items = append(l.Items[:i:i], l.Items[i+1:]...)
}

// indexOf finds an item; texts count case, as .NET's Equals does, except in
// what compares without it.
func indexOf(items []Value, wanted Value) int {
	for i, item := range items {
		_, text := item.(string)
		if equal(item, wanted, text) {
			return i
		}
	}
	return -1
}

var hashMethods = []method{
	{"Add", "void Add(System.Object key, System.Object value)", 2, 2, func(c *call) (Value, error) {
		h := c.hash()
		key := c.args[0]
		if key == nil {
			return nil, c.raise("ArgumentNullException", "Key cannot be null.\nParameter name: key")
		}
		if _, found := h.Get(key); found {
			return nil, c.raise("ArgumentException", "Item has already been added. Key in dictionary: '"+Text(key)+"'  Key being added: '"+Text(key)+"'")
		}
		h.Set(key, c.args[1])
		return nil, nil
	}},
	{"Clear", "void Clear()", 0, 0, func(c *call) (Value, error) {
		*c.hash() = Hash{}
		return nil, nil
	}},
	{"Clone", "System.Object Clone()", 0, 0, func(c *call) (Value, error) {
		h := c.hash()
		return &Hash{Keys: append([]Value{}, h.Keys...), Values: append([]Value{}, h.Values...)}, nil
	}},
	{"Contains", "bool Contains(System.Object key)", 1, 1, func(c *call) (Value, error) { return c.hash().find(c.args[0]) >= 0, nil }},
	{"ContainsKey", "bool ContainsKey(System.Object key)", 1, 1, func(c *call) (Value, error) { return c.hash().find(c.args[0]) >= 0, nil }},
	{"ContainsValue", "bool ContainsValue(System.Object value)", 1, 1, func(c *call) (Value, error) {
		return indexOf(c.hash().Values, c.args[0]) >= 0, nil
	}},
	{"GetEnumerator", "System.Collections.IDictionaryEnumerator GetEnumerator()", 0, 0, func(c *call) (Value, error) {
		return &List{Items: c.hash().Entries()}, nil
	}},
	{"Remove", "void Remove(System.Object key)", 1, 1, func(c *call) (Value, error) {
		c.hash().Delete(c.args[0])
		return nil, nil
	}},
}

func (c *call) hash() *Hash { h, _ := c.recv.(*Hash); return h }

// Entries are the hashtable's members one by one, as GetEnumerator and the
// table that shows a hashtable have them: objects with Name, Key and Value.
func (h *Hash) Entries() []Value {
	entries := make([]Value, len(h.Keys))
	for i, key := range h.Keys {
		entries[i] = &Object{
			Types: []string{"System.Collections.DictionaryEntry"},
			Properties: []Property{
				{Name: "Name", Value: key},
				{Name: "Key", Value: key, Hidden: true},
				{Name: "Value", Value: h.Values[i]},
			},
		}
	}
	return entries
}
