package mailbox

import (
	"strconv"
	"strings"
)

// plan is a restriction prepared for a scan: what SQL decides, and the rest
// that is evaluated in Go on the items SQL lets through.
type plan struct {
	where string // condition on i, begun with the folder; never empty
	args  []any
	rest  Restriction // nil: SQL decides everything
}

// newPlan writes the condition for items of one folder. A restriction that is
// an And is split, so that one cheap part narrows what the others see.
func newPlan(mb Mailbox, folderRow int64, associated bool, r Restriction) plan {
	p := &plan{}
	folder, set := p.arg(folderRow), p.arg(bit(associated))
	var rest And
	prefix := ""
	for _, part := range conjuncts(r) {
		known := len(p.args)
		condition, ok := p.condition(mb, part)
		if !ok {
			p.args = p.args[:known]
			rest = append(rest, part)
			continue
		}
		p.where += " AND " + condition
		if isLookup(part) {
			// A unary plus keeps SQLite from reading the whole folder when
			// the property's index names the few items that matter.
			prefix = "+"
		}
	}
	p.where = prefix + "i.folder_id = " + folder + " AND " + prefix + "i.associated = " + set + p.where
	if len(rest) > 0 {
		p.rest = rest
	}
	return *p
}

// conjuncts are the conditions that all have to hold.
func conjuncts(r Restriction) []Restriction {
	if r == nil {
		return nil
	}
	parts, isAnd := r.(And)
	if !isAnd {
		return []Restriction{r}
	}
	var all []Restriction
	for _, part := range parts {
		all = append(all, conjuncts(part)...)
	}
	return all
}

// isLookup recognises the equality of an extended property with a constant.
// The condition written for it is the one of propertyRows.
func isLookup(r Restriction) bool {
	c, ok := r.(Compare)
	if !ok || c.Op != Equal || c.Other != nil {
		return false
	}
	_, native := columnOf(c.Key)
	return !native
}

// arg adds a parameter and returns its mark.
func (p *plan) arg(v any) string {
	p.args = append(p.args, v)
	return "$" + strconv.Itoa(len(p.args))
}

// condition writes a restriction in SQL that is true exactly when matches is,
// and never NULL. ok is false when it has to be evaluated in Go.
func (p *plan) condition(mb Mailbox, r Restriction) (sql string, ok bool) {
	switch r := r.(type) {
	case And:
		return p.joined(mb, r, " AND ", "1 = 1")
	case Or:
		return p.joined(mb, r, " OR ", "1 = 0")
	case Not:
		inner, ok := p.condition(mb, r.Restriction)
		return "NOT " + inner, ok
	case Exists:
		if c, ok := columnOf(r.Key); ok {
			return c.present(), true
		}
		return p.propertyRows(mb, r.Key, nil)
	case Excludes:
		c, ok := columnOf(r.Key)
		if !ok || c.kind != number {
			return "", false
		}
		return "(" + c.expression + " & " + p.arg(r.Mask) + ") = 0", true
	case Compare:
		return p.comparison(mb, r)
	case Contains:
		return p.pattern(r)
	}
	return "", false
}

// maxPattern keeps a pattern far below the limit SQLite has for one.
const maxPattern = 1000

// pattern writes a search in a text that ignores case, which both engines do
// alike on folded text.
func (p *plan) pattern(r Contains) (string, bool) {
	c, native := columnOf(r.Key)
	if !native || !r.IgnoreCase || r.IgnoreNonSpace || len(r.Text) > maxPattern {
		return "", false
	}
	escaped := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(fold(r.Text))
	switch r.Mode {
	case FullString:
	case Prefix:
		escaped += "%"
	case Substring:
		escaped = "%" + escaped + "%"
	default:
		return "", false
	}
	return "(" + c.present() + " AND " + c.expression + " LIKE " + p.arg(escaped) + ` ESCAPE '\')`, true
}

func (p *plan) joined(mb Mailbox, list []Restriction, word, empty string) (string, bool) {
	if len(list) == 0 {
		return empty, true
	}
	texts := make([]string, len(list))
	for i, part := range list {
		text, ok := p.condition(mb, part)
		if !ok {
			return "", false
		}
		texts[i] = text
	}
	return "(" + strings.Join(texts, word) + ")", true
}

func (p *plan) comparison(mb Mailbox, r Compare) (string, bool) {
	left, native := columnOf(r.Key)
	switch {
	case native && r.Other != nil:
		right, ok := columnOf(*r.Other)
		if !ok || right.kind != left.kind {
			return "", false
		}
		return "(" + left.present() + " AND " + right.present() + " AND " +
			left.expression + " " + string(r.Op) + " " + right.expression + ")", true
	case native && r.Constant.kind == left.kind:
		return "(" + left.present() + " AND " + left.expression + " " + string(r.Op) + " " + p.arg(r.Constant.parameter()) + ")", true
	case !native && r.Other == nil && r.Constant.indexed() && r.Op == Equal:
		return p.propertyRows(mb, r.Key, r.Constant.lookup(r.Key.typ))
	}
	return "", false
}

// propertyRows is true for the items that have an extended property, with a
// value of this digest unless it is nil. It is written as a list that the index
// gives rather than as a question to each item of the folder.
func (p *plan) propertyRows(mb Mailbox, k Key, lookup []byte) (string, bool) {
	_, _, native := itemAlias(k.property)
	if k.field != "" || native || k.typ.IsArray() || k.property.Set == InternetHeaders {
		return "", false
	}
	rows := "i.id IN (SELECT p.item_id FROM mailbox_properties p WHERE p.mailbox_id = " + p.arg(mb.row) +
		" AND p.name = " + p.arg(k.property.String()) + " AND p.type = " + p.arg(string(k.typ))
	if lookup != nil {
		rows += " AND p.lookup = " + p.arg(lookup)
	}
	return rows + ")", true
}

// column is a native field that SQL can see.
type column struct {
	expression string
	kind       kind
	optional   bool // a number of which 0 means absent
}

// columnOf finds the column of a key; native fields that live in the details
// of an item have none.
func columnOf(k Key) (column, bool) {
	field := k.field
	if field == "" {
		alias, typ, native := itemAlias(k.property)
		if !native || typ != k.typ {
			return column{}, false
		}
		field = alias
	}
	c, ok := columns[field]
	return c, ok
}

var columns = map[Field]column{
	FieldClass:          {expression: "i.class_key", kind: text},
	FieldSubject:        {expression: "i.subject_key", kind: text},
	FieldMessageID:      {expression: "i.message_id_key", kind: text},
	FieldFlags:          {expression: "i.flags", kind: number},
	FieldRead:           {expression: "(i.flags & 1)", kind: number},
	FieldDraft:          {expression: "((i.flags >> 3) & 1)", kind: number},
	FieldHasAttachments: {expression: "((i.flags >> 4) & 1)", kind: number},
	FieldAssociated:     {expression: "i.associated", kind: number},
	FieldImportance:     {expression: "i.importance", kind: number},
	FieldSensitivity:    {expression: "i.sensitivity", kind: number},
	FieldSize:           {expression: "i.size", kind: number},
	FieldArticle:        {expression: "i.article", kind: number},
	FieldSent:           {expression: "i.sent", kind: number, optional: true},
	FieldReceived:       {expression: "i.received", kind: number, optional: true},
	FieldCreated:        {expression: "i.created", kind: number, optional: true},
	FieldModified:       {expression: "i.modified", kind: number, optional: true},
}

// present is true when the field is there.
func (c column) present() string {
	switch {
	case c.kind == text:
		return c.expression + " <> ''"
	case c.optional:
		return c.expression + " <> 0"
	}
	return "1 = 1"
}

// parameter is the value as its column holds it.
func (v Value) parameter() any {
	if v.kind == text {
		return fold(v.text)
	}
	return v.number
}

// orderBy writes a sort order with the article of last resort, the row. ok is
// false when a key has no column.
func orderBy(keys []SortKey) (sql string, ok bool) {
	terms := make([]string, 0, len(keys)+1)
	for _, k := range keys {
		c, ok := columnOf(k.Key)
		if !ok {
			return "", false
		}
		terms = append(terms, c.expression+direction(k.Descending))
	}
	terms = append(terms, "i.id"+direction(keys[0].Descending))
	return " ORDER BY " + strings.Join(terms, ", "), true
}

func direction(descending bool) string {
	if descending {
		return " DESC"
	}
	return ""
}
