package syntax

// Pos is a place in the source. Offset counts bytes from 0; Line and Column
// count from 1, the column in characters, as "At line:1 char:86" does.
type Pos struct{ Offset, Line, Column int }

// Span is a piece of the source, End exclusive.
type Span struct{ Start, End Pos }

// At gives the span itself; embedding it makes a type a Node.
func (s Span) At() Span { return s }

// Node is anything with a place in the source.
type Node interface{ At() Span }

// Statement and Expression mark what may stand where.
type (
	Statement interface {
		Node
		statement()
	}
	Expression interface {
		Node
		expression()
	}
)

// Script is a whole input. Params are those of a script file.
type Script struct {
	Span
	Source     string
	Attributes []Attribute
	Params     []Param
	Statements []Statement
}

// Block is statements in braces.
type Block struct {
	Span
	Statements []Statement
}

// Statements.
type (
	// Pipeline is elements joined by |; each is a *Command or, first only, an
	// *ExpressionElement.
	Pipeline struct {
		Span
		Elements []Element
	}
	// Assign is target op value; Op is "=", "+=", "-=", "*=", "/=" or "%=".
	// Targets are a *Variable, *Member, *Index, *Cast of one, or an *Array of them.
	Assign struct {
		Span
		Target Expression
		Op     string
		Value  Statement
	}
	// If is if/elseif/else.
	If struct {
		Span
		Clauses []Clause
		Else    *Block // nil without else
	}
	// ForEach is foreach ($v in pipeline) {}.
	ForEach struct {
		Span
		Variable *Variable
		In       Statement
		Body     *Block
	}
	// Loop is while, do-while, do-until or for.
	Loop struct {
		Span
		Kind            string // "while", "do-while", "do-until", "for"
		Init, Condition Statement
		Step            Statement // nil but for "for"
		Body            *Block
	}
	// Switch is switch (value) { pattern { } … default { } }.
	Switch struct {
		Span
		Mode          string // "exact", "wildcard", "regex"
		CaseSensitive bool
		Value         Statement
		Cases         []SwitchCase
		Default       *Block
	}
	// Try is try/catch/finally.
	Try struct {
		Span
		Body    *Block
		Catches []Catch
		Finally *Block
	}
	// Function is function Name { param(…) … }. A filter is one whose Body is a
	// process block.
	Function struct {
		Span
		Name string
		Body *ScriptBlock
	}
	// Flow is return, break, continue, throw or exit; Value is nil without one.
	Flow struct {
		Span
		Keyword string
		Value   Statement
	}
)

// Clause is one condition of an If and what it guards.
type Clause struct {
	Condition Statement
	Body      *Block
}

// SwitchCase is one arm of a Switch.
type SwitchCase struct {
	Pattern Expression
	Body    *Block
}

// Catch is one catch of a Try; without Types it catches everything.
type Catch struct {
	Types []string
	Body  *Block
}

// Element is a link of a pipeline.
type Element interface {
	Node
	element()
}

// ExpressionElement is an expression at the head of a pipeline.
type ExpressionElement struct {
	Span
	Value        Expression
	Redirections []Redirection
}

// Command is a command with its arguments in order.
type Command struct {
	Span
	Invoke       string     // "", "&" or "."
	Name         Expression // *Bareword or *String; after & or . anything
	Arguments    []Argument
	Redirections []Redirection
}

// Argument is a parameter name, a value, or both when a colon joins them.
type Argument struct {
	Span
	Parameter string     // as typed, without the dash; empty for a value alone
	Dash      string     // the dash as typed, needed when a native command gets it
	Colon     bool       // -Name:value
	Value     Expression // nil for a name alone
}

// Redirection is 2>$null, > file, >> file, 2>&1, *> file.
type Redirection struct {
	Span
	From   string // "1".."6" or "*"
	Append bool
	Merge  bool       // >&1
	Target Expression // nil when Merge
}

// Expressions.
type (
	// Bareword is an argument or command name without quotes. Parts holds its
	// pieces when it has quoted pieces or variables in it: *Bareword, *String,
	// *Expandable, *Variable and *SubExpression. Text is the word when Parts is
	// nil, with what backticks escape put in.
	Bareword struct {
		Span
		Text  string
		Parts []Expression
	}
	// String is a literal without anything to expand. Quote is the character
	// class: '\'' or '"'; Here is true for a here-string.
	String struct {
		Span
		Value string
		Quote byte
		Here  bool
	}
	// Expandable is a double-quoted string with something to expand; Parts are
	// *String, *Variable and *SubExpression.
	Expandable struct {
		Span
		Parts []Expression
		Here  bool
	}
	// Number keeps its text, because a String parameter gets the text (9001).
	// As an argument it may have a sign.
	Number struct {
		Span
		Text  string
		Value any // int64 or float64; suffixes kb, mb, gb applied
	}
	// Variable is $name, ${any name}, $scope:name, @name for splatting.
	Variable struct {
		Span
		Scope  string // "", "env", "global", "script", "local", …
		Name   string
		Braced bool
		Splat  bool
	}
	// Array is a, b, c.
	Array struct {
		Span
		Items []Expression
	}
	// ArrayExpression is @( … ).
	ArrayExpression struct {
		Span
		Statements []Statement
	}
	// Hash is @{ key = value; … }.
	Hash struct {
		Span
		Entries []HashEntry
	}
	// Paren is ( … ).
	Paren struct {
		Span
		Value Statement
	}
	// SubExpression is $( … ).
	SubExpression struct {
		Span
		Statements []Statement
	}
	// ScriptBlock is { param(…) … } as a value. Begin and End are nil unless
	// written; Body holds process{} or the plain statements. Attributes are
	// those before param, [CmdletBinding()] for one.
	ScriptBlock struct {
		Span
		Attributes []Attribute
		Params     []Param
		Begin, End *Block
		Process    bool // the body was written as process { }
		Body       []Statement
		Text       string // between the braces, as typed
	}
	// Unary is -x, +x, !x, -not x, -bnot x, -join x, -split x, ++x, --x.
	Unary struct {
		Span
		Op      string // lower case, a plain dash
		Operand Expression
		Postfix bool // x++ and x--
	}
	// Binary is left op right; Op is lower case with a plain dash ("-like",
	// "-ieq" becomes "-eq", "-ceq" stays), or "+", "-", "*", "/", "%", "..", "-f".
	Binary struct {
		Span
		Op          string
		OpSpan      Span
		Left, Right Expression
	}
	// Member is target.name or target::name; Arguments is non-nil for a call.
	Member struct {
		Span
		Target    Expression
		Name      Expression // *Bareword, or an expression for $x.$name
		Static    bool
		Call      bool
		Arguments []Expression
	}
	// Index is target[index].
	Index struct {
		Span
		Target, Index Expression
	}
	// Type is [name].
	Type struct {
		Span
		Name string
	}
	// Cast is [name]value.
	Cast struct {
		Span
		Type  *Type
		Value Expression
	}
)

// HashEntry is one entry of a Hash.
type HashEntry struct {
	Key   Expression
	Value Statement
}

// Param is one parameter of a script block or function.
type Param struct {
	Span
	Type       string // "" when none is written
	Name       string
	Mandatory  bool        // [Parameter(Mandatory=$true)]
	Attributes []Attribute // all others, in order
	Default    Expression
}

// Attribute is [Name(value, Name = value)] before a parameter or param block.
type Attribute struct {
	Span
	Name      string
	Arguments []Expression
	Named     []NamedArgument
}

// NamedArgument is Name = value in an attribute; Value is nil for a name
// alone, which means $true.
type NamedArgument struct {
	Name  string
	Value Expression
}

func (*Pipeline) statement() {}
func (*Assign) statement()   {}
func (*If) statement()       {}
func (*ForEach) statement()  {}
func (*Loop) statement()     {}
func (*Switch) statement()   {}
func (*Try) statement()      {}
func (*Function) statement() {}
func (*Flow) statement()     {}

func (*ExpressionElement) element() {}
func (*Command) element()           {}

func (*Bareword) expression()        {}
func (*String) expression()          {}
func (*Expandable) expression()      {}
func (*Number) expression()          {}
func (*Variable) expression()        {}
func (*Array) expression()           {}
func (*ArrayExpression) expression() {}
func (*Hash) expression()            {}
func (*Paren) expression()           {}
func (*SubExpression) expression()   {}
func (*ScriptBlock) expression()     {}
func (*Unary) expression()           {}
func (*Binary) expression()          {}
func (*Member) expression()          {}
func (*Index) expression()           {}
func (*Type) expression()            {}
func (*Cast) expression()            {}
