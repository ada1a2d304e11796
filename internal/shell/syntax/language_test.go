package syntax

import (
	"errors"
	"strings"
	"testing"
)

func expect(t *testing.T, table [][2]string) {
	t.Helper()
	for _, row := range table {
		s, err := Parse(row[0])
		if err != nil {
			t.Errorf("%s: %v", row[0], err)
			continue
		}
		reprint(t, s)
		if got := sketch(s); got != row[1] {
			t.Errorf("%s\n got %s\nwant %s", row[0], got, row[1])
		}
	}
}

func TestModes(t *testing.T) {
	expect(t, [][2]string{
		// The first character decides.
		{"2+3", "(#2 + #3)"},
		{"'a'", "'a'"},
		{"[int]'5'", `(<int> '5')`},
		{"-5", "(- #5)"},
		{"-not $x", "(-not $x)"},
		{"!$x", "(! $x)"},
		{"7z.exe a b", "{7z.exe a b}"},
		{".5", "#0.5"},
		{"a+b", "{a+b}"},
		{"-x", "{-x}"},
		{"foo = 5", "{foo = #5}"},
		{"& 'a b' c", "{&'a b' c}"},
		{". .\\x.ps1", "{..\\x.ps1}"},
		{".\\x.ps1", "{.\\x.ps1}"},
		{"& $c x", "{&$c x}"},
		{"&{ 1 } 2", "{&<#1> #2}"},
		{"$a | % { $_ }", "$a | {% <$_>}"},
		// Words.
		{"a b#c #d", "{a b#c}"},
		{"a x/y:z=1", "{a x/y:z=1}"},
		{"a foo(1)", "{a foo (#1)}"},
		{"a b{1}", "{a b <#1>}"},
		{"a `$x `-y `#z x` y", "{a $x -y #z x y}"},
		{"a b`nc", "{a b\nc}"},
		{"a @b @(1) @{}", "{a @b @(#1) @{}}"},
		{"a user@example.com", "{a user@example.com}"},
		{"a \"b\"c", `{a "b" c}`},
		{"a 'b'.Length", `{a 'b'.Length}`},
		{"a b'c'\"d$e\"f", `{a w(b 'c' x("d" $e) f)}`},
		{"a $x\\y", `{a w($x \y)}`},
		{"a $x.y\\z", `{a $x.y \z}`},
		{"a $x[0].y z", `{a $x[#0].y z}`},
		{"a $x:y.z ${q r}", `{a $x:y.z $q r}`},
		{"a x$(1)y", `{a w(x $(#1) y)}`},
		{"a $ $- b$", `{a $ $- b$}`},
		{"a [int]5 *x* ?", `{a [int]5 *x* ?}`},
		// Numbers keep their text; what only looks like one is a word.
		{"a 5 -5 0x1F 1kb 1.5 1e3", "{a #5 #-5 #31 #1024 #1.5 #1000}"},
		{"a 1-2 1.2.3 5a 1..3 +5 02/12/2015", "{a 1-2 1.2.3 5a 1..3 +5 02/12/2015}"},
		// Parameters.
		{"a –b —c ―d", "{a -b -c -d}"},
		{"a -b:c -d: e -f:$true", "{a -b:c -d:e -f:$true}"},
		{"a -b:-c -d.e -f\"g\" -? - --", `{a -b:-c -d .e w(-f "g") -? - --}`},
		{"a -b c, d ,e", "{a -b [c, d, e]}"},
		{"a b,\n c", "{a [b, c]}"},
		// Redirections.
		{"a > b 2>$null", "{a 1>b 2>$null}"},
		{"a 2>&1 | b", "{a 2>&1} | {b}"},
		{"a b>c", "{a b 1>c}"},
		{"a *>> c.txt 3> d", "{a *>>c.txt 3>d}"},
		{"$x *> y", "$x *>y"},
	})
}

func TestTypography(t *testing.T) {
	expect(t, [][2]string{
		{"a “b” ‘c’", `{a "b" 'c'}`},
		{"a „b“ ‚c‛", `{a "b" 'c'}`},
		{"a “b\" ‘c'", `{a "b" 'c'}`},
		{"a “b””c” ‘d’’e’", `{a "b”c" 'd’e'}`},
		{"a b′ c″", "{a b′ c″}"},
		{"$a –eq –5", "($a -eq (- #5))"},
		{"a\u00a0b\u3000c\u2009d\u2028e", "{a b c d e}"},
		{"\u00a0a", "{a}"},
		{"$i––", "($i post--)"},
		{"5 – 3", "(#5 - #3)"},
	})
}

func TestStrings(t *testing.T) {
	expect(t, [][2]string{
		{`"a$b.c"`, `x("a" $b ".c")`},
		{`"${a b}c$env:d"`, `x($a b "c" $env:d)`},
		{`"$(1; "x")y"`, `x($(#1; "x") "y")`},
		{"\"`$a `\"b`\" `t\"", "\"$a \"b\" \t\""},
		{`"a""b"`, `"a"b"`},
		{`'a''b$c'`, `'a'b$c'`},
		{`"cost: 5$ $"`, `"cost: 5$ $"`},
		{`"$$ $? $^"`, `x($$ " " $? " " $^)`},
		{`"$a::b"`, `x($a "::b")`},
		{"\"a\nb\"", "\"a\nb\""},
		{"@'\na'b\n'@", "@'a'b@'"},
		{"@\"\na \"q\" \"\"$b\n\"@", `x("a "q" """ $b)`},
		{"@\"  \r\na\r\nb\r\n\"@", "@\"a\r\nb@\""},
		{"@'\n'@", "@'@'"},
		{"@'\n\n'@", "@'@'"},
		{"a @'\nx\n'@ b", "{a @'x@' b}"},
		{"a @'\nx\n '@\n'@", "{a @'x\n '@@'}"},
	})
}

func TestOperators(t *testing.T) {
	expect(t, [][2]string{
		{"1 + 2 * 3 - 4", "((#1 + (#2 * #3)) - #4)"},
		{"1 + 2 -eq 3 -and 4 -or 5", "((((#1 + #2) -eq #3) -and #4) -or #5)"},
		{"$a -band 1 -eq 1", "($a -band (#1 -eq #1))"},
		{"'{0}' -f 1, 2 + 'x'", "(('{0}' -f [#1, #2]) + 'x')"},
		{"1..3 + 4", "((#1 .. #3) + #4)"},
		{"1, 2 + 3", "([#1, #2] + #3)"},
		{", 1", "[#1]"},
		{"-1, 2", "[(- #1), #2]"},
		{"-join 1, 2", "[(-join #1), #2]"},
		{"!$a -and -not $b", "((! $a) -and (-not $b))"},
		{"- -1", "(- (- #1))"},
		{"5 --3", "(#5 - (- #3))"},
		{"$a -iEQ $b -ceq $c -inotlike $d", "((($a -eq $b) -ceq $c) -notlike $d)"},
		{"$a-eq$b", "($a -eq $b)"},
		{"$a -is [int] -and $b -isnot [string]", "(($a -is <int>) -and ($b -isnot <string>))"},
		{"$a -as [int]", "($a -as <int>)"},
		{"'a,b' -split ',' -join ';'", "(('a,b' -split ',') -join ';')"},
		{"-split 'a b'", "(-split 'a b')"},
		{"$a -in 1, 2", "($a -in [#1, #2])"},
		{"$i++; --$i; $a.b++", "($i post++); (-- $i); ($a.b post++)"},
		{"1 +\n2", "(#1 + #2)"},
		{"$a -and\n # why\n $b", "($a -and $b)"},
		{"[int]'5' + 1", "((<int> '5') + #1)"},
		{"[int][string]$x", "(<int> (<string> $x))"},
		{"[ordered]@{ a = 1 }", "(<ordered> @{a=#1;})"},
		{"[ System.Collections.Generic.List[ string ] ]::new()", "<System.Collections.Generic.List[string]>::new()"},
		{"[int[]]::x, [a[,]], [b[c,d[]]]", "[<int[]>::x, <a[,]>, <b[c,d[]]>]"},
		{"[int].Name", "<int>.Name"},
		{"$x.Where{ $_ }.Count", "$x.Where(<$_>).Count"},
		{"$x.'a b'.$y.(1).\"z$q\"", "$x.'a b'.$y.(#1).x(\"z\" $q)"},
		{"$x.f(1 + 2, (3, 4),\n'a')", "$x.f((#1 + #2), ([#3, #4]), 'a')"},
		{"$x[1, 2][-1]", "$x[[#1, #2]][(- #1)]"},
		{"1kb + 2MB; 0xff; 0xFFFFFFFF; 5l; 5d; 1e-2; 2gb.GetType()", "(#1024 + #2097152); #255; #-1; #5; #5; #0.01; #2147483648.GetType()"},
		{"9223372036854775807; 9223372036854775808; 9223372036854775807kb", "#9223372036854775807; #9.223372036854776e+18; #9.44473296573929e+21"},
		{"@(1, 2; 'c').Count", "@([#1, #2]; 'c').Count"},
		{"@{ a = 1; 'b c' = get-date | x\n $d = if (1) { 2 }; 5 = 6 }", "@{a=#1;'b c'={get-date} | {x};$d=if #1 <#2> else nil;#5=#6;}"},
	})
}

func TestStatements(t *testing.T) {
	expect(t, [][2]string{
		{"a; b\n\nc;", "{a}; {b}; {c}"},
		{"a |\n  b |\r\n c", "{a} | {b} | {c}"},
		{"a # b\n<# c\n d #> e", "{a}; {e}"},
		{"$x = $y += 5", "$x = $y += #5"},
		{"$a, $b = 1, 2", "[$a, $b] = [#1, #2]"},
		{"[int]$x –= 1", "(<int> $x) -= #1"},
		{"$x.a[0] *= 2; $x /= 3; $x %= 4", "$x.a[#0] *= #2; $x /= #3; $x %= #4"},
		{"$x = if ($a) { 1 } else { 2 }", "$x = if $a <#1> else <#2>"},
		{"($x = 5) + ($y = get-date).Year", "(($x = #5) + ($y = {get-date}).Year)"},
		{"If ($a) {1} ElseIf ($b) {2}\n\nelse\n{3} b", "if $a <#1> if $b <#2> else <#3>; {b}"},
		{"if ($a) {}; else {}", "if $a <> else nil; {else <>}"},
		{"foreach ($i in 1..3) { $i }", "each $i in (#1 .. #3) <$i>"},
		{"foreach ($i in get-x | sort) { }", "each $i in {get-x} | {sort} <>"},
		{"1 | foreach { $_ }", "#1 | {foreach <$_>}"},
		{"while ($a) { break }", "while nil; $a; nil <break nil>"},
		{"do { continue } until ($a)", "do-until nil; $a; nil <continue nil>"},
		{"do { $i++ }\nwhile ($i -lt 5)", "do-while nil; ($i -lt #5); nil <($i post++)>"},
		{"for ($i = 0; $i -lt 3; $i++) { $i }", "for $i = #0; ($i -lt #3); ($i post++) <$i>"},
		{"for (;;) { }", "for nil; nil; nil <>"},
		{"switch ($x) { 1 { 'a' } 'b' { } c* { } { $_ -gt 5 } { } Default { 'd' } }", "switch exactfalse $x #1<'a'> 'b'<> c*<> <($_ -gt #5)><> default <'d'>"},
		{"switch -Regex -casesensitive (a) { 'b' { } }", "switch regextrue {a} 'b'<> default nil"},
		{"try { a } catch [X.Y], [Z] { b }\ncatch { c } finally { d }", "try <{a}> catch X.Y,Z<{b}> catch <{c}> finally <{d}>"},
		{"function Get-X($a, [int]$b = 1 + 2) { $a }", "function Get-X<param  a false 0 nil, param int b false 0 (#1 + #2), $a>"},
		{"filter f { $_ }", "function f<process $_>"},
		{"function g { [CmdletBinding()] param([Parameter(Mandatory=$true)] [string[]] $a, [Parameter(Position=0)][ValidateSet('x', 'y')]$b)\nbegin { 1 } process { 2 } end { 3 } }",
			"function g<CmdletBinding param string[] a true 0 nil, param  b false 2 nil, begin <#1>process #2end <#3>>"},
		{"{ param($x) $x }.Invoke(1)", "<param  x false 0 nil, $x>.Invoke(#1)"},
		{"return", "return nil"},
		{"return 1, 2 | a", "return [#1, #2] | {a}"},
		{"throw \"x\"; exit 5", `throw "x"; exit #5`},
		{"param($a)\n$a", "$a"},
		{"process x; end", "{process x}; {end}"},
		{"", ""},
		{" ; \n;", ""},
	})
}

func TestMistakes(t *testing.T) {
	for _, row := range []struct {
		source, id, message, at string
		incomplete              bool
	}{
		{"a \"b", "TerminatorExpectedAtEndOfString", `The string is missing the terminator: ".`, `"b`, true},
		{"a 'b", "TerminatorExpectedAtEndOfString", "The string is missing the terminator: '.", "'b", true},
		{"a ‘b", "TerminatorExpectedAtEndOfString", "The string is missing the terminator: '.", "‘b", true},
		{"@'\nb", "TerminatorExpectedAtEndOfString", "The string is missing the terminator: '@.", "@'\nb", true},
		{"@\"\nb", "TerminatorExpectedAtEndOfString", `The string is missing the terminator: "@.`, "@\"\nb", true},
		{"@'b", "UnexpectedCharactersAfterHereStringHeader", "No characters are allowed after a here-string header but before the end of the line.", "b", false},
		{"if ($a) { b", "MissingEndCurlyBrace", "Missing closing '}' in statement block or type definition.", "{", true},
		{"? {", "MissingEndCurlyBrace", "Missing closing '}' in statement block or type definition.", "{", true},
		{"(a", "MissingEndParenthesisInExpression", "Missing closing ')' in expression.", "", true},
		{"(1 2)", "MissingEndParenthesisInExpression", "Missing closing ')' in expression.", "", false},
		{"$(a", "MissingEndParenthesisInSubexpression", "Missing closing ')' in subexpression.", "", true},
		{"()", "ExpectedExpression", "An expression was expected after '('.", "", false},
		{"1 +", "ExpectedValueExpression", "You must provide a value expression following the '+' operator.", "", true},
		{"$a -eq ", "ExpectedValueExpression", "You must provide a value expression following the '-eq' operator.", "", true},
		{"$a -eq )", "ExpectedValueExpression", "You must provide a value expression following the '-eq' operator.", "", false},
		{"$x = ", "ExpectedValueExpression", "You must provide a value expression following the '=' operator.", "", true},
		{"- ", "MissingExpressionAfterOperator", "Missing expression after unary operator '-'.", "", true},
		{"1, ", "MissingExpressionAfterToken", "Missing expression after ','.", "", true},
		{"'a' 'b'", "UnexpectedToken", "Unexpected token ''b'' in expression or statement.", "'b'", false},
		{"$a b-c d", "UnexpectedToken", "Unexpected token 'b-c' in expression or statement.", "b-c", false},
		{"$a –foo 5", "UnexpectedToken", "Unexpected token '–foo' in expression or statement.", "–foo", false},
		{"a )", "UnexpectedToken", "Unexpected token ')' in expression or statement.", ")", false},
		{"}", "UnexpectedToken", "Unexpected token '}' in expression or statement.", "}", false},
		{"a |", "EmptyPipeElement", "An empty pipe element is not allowed.", "", true},
		{"a | | b", "EmptyPipeElement", "An empty pipe element is not allowed.", "|", false},
		{"| a", "EmptyPipeElement", "An empty pipe element is not allowed.", "|", false},
		{"a | 'b'", "ExpressionsMustBeFirstInPipeline", "Expressions are only allowed as the first element of a pipeline.", "'b'", false},
		{"a & b", "AmpersandNotAllowed", `The ampersand (&) character is not allowed. The & operator is reserved for future use; wrap an ampersand in double quotation marks ("&") to pass it as part of a string.`, "&", false},
		{"a && b", "InvalidEndOfLine", "The token '&&' is not a valid statement separator in this version.", "&&", false},
		{"(a || b)", "InvalidEndOfLine", "The token '||' is not a valid statement separator in this version.", "||", false},
		{"a < b", "RedirectionNotSupported", "The '<' operator is reserved for future use.", "<", false},
		{"a 2>&3", "RedirectionNotSupported", "The '2>&' operator is reserved for future use.", "2>&", false},
		{"a >", "MissingFileSpecification", "Missing file specification after redirection operator.", "", true},
		{"a b,", "MissingArgument", "Missing argument in parameter list.", "", true},
		{"a b,,c", "MissingArgument", "Missing argument in parameter list.", "", false},
		{"a -b: ", "ParameterRequiresArgument", "Parameter '-b:' requires an argument.", "", true},
		{"5 = 6", "InvalidLeftHandSide", "The assignment expression is not valid. The input to an assignment operator must be an object that is able to accept assignments, such as a variable or a property.", "5", false},
		{"++5", "OperatorRequiresVariableOrProperty", "The '++' operator works only on variables or on properties.", "++", false},
		{"$a.", "MissingPropertyName", "Missing property name after reference operator.", "", true},
		{"$a[]", "MissingArrayIndexExpression", "Array index expression is missing or not valid.", "", false},
		{"$a.b(1", "MissingEndParenthesisInMethodCall", "Missing ')' in method call.", "", true},
		{"[]", "MissingTypename", "Missing type name after '['.", "", false},
		{"[a", "EndSquareBracketExpectedAtEndOfAttribute", "Missing ] at end of attribute or type literal.", "", true},
		{"if", "MissingOpenParenthesisInIfStatement", "Missing '(' after 'if' in if statement.", "", true},
		{"if ()", "IfStatementMissingCondition", "Missing condition in if statement after 'if ('.", "", false},
		{"if (1)", "MissingStatementBlock", "Missing statement block after 'if ( condition )'.", "", true},
		{"foreach ($a b) {}", "MissingInInForeach", "Missing 'in' after variable in foreach loop.", "", false},
		{"while 1", "MissingOpenParenthesisAfterKeyword", "Missing opening '(' after keyword 'while'.", "", false},
		{"do {}", "MissingWhileOrUntilInDoWhile", "Missing while or until keyword in do loop.", "", true},
		{"try {}", "MissingCatchOrFinally", "The Try statement is missing its Catch or Finally block.", "", true},
		{"function", "MissingNameAfterKeyword", "Missing name after function keyword.", "", true},
		{"function f", "MissingFunctionBody", "Missing function body in function declaration.", "", true},
		{"@{ a = 1; A = 2 }", "DuplicateKeyInHashLiteral", "Duplicate keys 'A' are not allowed in hash literals.", "A = 2", false},
		{"@{ a }", "MissingEqualsInHashLiteral", "Missing '=' operator after key in hash literal.", "", false},
		{"@{ a = 1", "IncompleteHashLiteral", "The hash literal was incomplete.", "", true},
		{"@x", "SplattingNotPermitted", "The splatting operator '@' cannot be used to reference variables in an expression. '@x' can be used only as an argument to a command. To reference variables in an expression use '$x'.", "@x", false},
		{"a @", "UnrecognizedToken", "Unrecognized token in source text.", "@", false},
		{`"$a: b"`, "InvalidVariableReferenceWithDrive", "Variable reference is not valid. ':' was not followed by a valid variable name character. Consider using ${} to delimit the name.", "$a:", false},
		{"<# a", "MissingTerminatorMultiLineComment", "The terminator '#>' is missing from the multiline comment.", "<# a", true},
		{"a `", "IncompleteInput", "A backtick at the end of a line says that the command goes on in the next one.", "`", true},
		{"trap { }", "ReservedKeywordNotAllowed", "The 'trap' keyword is not supported in this version of the language.", "trap", false},
		{"a --% b", "StopParsingNotSupported", "The stop-parsing token --% is not part of this shell's language. Put the arguments into quotation marks instead.", "--%", false},
		{"switch -file x { }", "InvalidSwitchFlag", "The switch statement has no flag '-file' here. Use -exact, -wildcard, -regex or -casesensitive.", "-file", false},
	} {
		_, err := Parse(row.source)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s: no error", row.source)
			continue
		}
		at := row.source[e.Span.Start.Offset:e.Span.End.Offset]
		if e.ID != row.id || e.Message != row.message || e.Incomplete != row.incomplete || at != row.at {
			t.Errorf("%s:\n got %s %q at %q, incomplete %v\nwant %s %q at %q, incomplete %v", row.source,
				e.ID, e.Message, at, e.Incomplete, row.id, row.message, row.at, row.incomplete)
		}
	}
}

func TestPlaces(t *testing.T) {
	s, err := Parse("a –b\r\n  'ü' + (c\td)\n")
	if err != nil {
		t.Fatal(err)
	}
	sum := s.Statements[1].(*Pipeline).Elements[0].(*ExpressionElement).Value.(*Binary)
	command := sum.Right.(*Paren).Value.(*Pipeline).Elements[0].(*Command)
	for name, row := range map[string]struct {
		got  Pos
		want Pos
	}{
		"parameter": {s.Statements[0].(*Pipeline).Elements[0].(*Command).Arguments[0].Span.End, Pos{6, 1, 5}},
		"string":    {sum.Left.At().Start, Pos{10, 2, 3}},
		"operator":  {sum.OpSpan.Start, Pos{15, 2, 7}},
		"argument":  {command.Arguments[0].Span.Start, Pos{20, 2, 12}},
		"paren":     {sum.Right.At().End, Pos{22, 2, 14}},
		"script":    {s.End, Pos{23, 3, 1}},
	} {
		if row.got != row.want {
			t.Errorf("%s: %+v, want %+v", name, row.got, row.want)
		}
	}
	_, err = Parse("a\nb |")
	if got, want := err.Error(), "line 2, character 4: An empty pipe element is not allowed."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestScriptBlockKeepsItsText(t *testing.T) {
	s, err := Parse("? { $_.a  -eq 1 }")
	if err != nil {
		t.Fatal(err)
	}
	b := s.Statements[0].(*Pipeline).Elements[0].(*Command).Arguments[0].Value.(*ScriptBlock)
	if b.Text != " $_.a  -eq 1 " {
		t.Errorf("%q", b.Text)
	}
}

func TestLimits(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("(", n) + "1" + strings.Repeat(")", n) }
	if _, err := Parse(deep(200)); err != nil {
		t.Error(err)
	}
	for name, source := range map[string]string{
		"brackets":    deep(201),
		"open":        strings.Repeat("{", 20_000),
		"strings":     strings.Repeat("\"$(", 20_000),
		"operators":   strings.Repeat("!", 20_000) + "1",
		"casts":       strings.Repeat("[a]", 20_000) + "1",
		"types":       strings.Repeat("[a", 20_000),
		"assignments": strings.Repeat("$a=", 20_000) + "1",
		"sum":         "1" + strings.Repeat("+1", 20_000),
		"members":     "$a" + strings.Repeat(".b", 20_000),
		"pipes":       "a" + strings.Repeat("|a", 20_000),
		"size":        strings.Repeat("a", maxSource+1),
	} {
		checkTokens(t, source[:min(len(source), maxSource)])
		_, err := Parse(source)
		var e *Error
		if !errors.As(err, &e) || e.ID != "ScriptTooComplicated" && e.ID != "ScriptTooLarge" || e.Incomplete {
			t.Errorf("%s: %v", name, err)
		}
	}
}
