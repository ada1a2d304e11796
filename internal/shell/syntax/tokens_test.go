package syntax

import (
	"strings"
	"testing"
)

func TestTokens(t *testing.T) {
	for source, want := range map[string]string{
		"a -b: c, 'd' | % { $_.e }":         "command:a parameter:-b: word:c operator:, string:'d' pipe:| command:% open:{ variable:$_ operator:. member:e close:}",
		"$x = [int]5 + (get-date).Year":     "variable:$x operator:= type:[int] number:5 operator:+ open:( command:get-date close:) operator:. member:Year",
		"if ($a) { b } # c":                 "keyword:if open:( variable:$a close:) open:{ command:b close:} comment:# c",
		"a \"b $(c 'd') e\" f'g'":           "command:a string:\"b $(c 'd') e\" word:f'g'",
		"a; b\nc":                           "command:a separator:; command:b separator:\n command:c",
		"@{ k = 1 }":                        "open:@{ key:k operator:= number:1 close:}",
		"a -b (c -d":                        "command:a parameter:-b open:( command:c parameter:-d",
		"a \"b":                             "command:a string:\"b…",
		"a b'c":                             "command:a word:b'c…",
		"a \"$(b 'c":                        "command:a string:\"$(b 'c…",
		"a @'\nb":                           "command:a string:@'\nb…",
		"a ) b":                             "command:a close:) command:b",
		"'a' 'b'":                           "string:'a' string:'b'",
		"[Syst":                             "type:[Syst",
		"$x.":                               "variable:$x operator:.",
		"a | ":                              "command:a pipe:|",
		"a && b":                            "command:a unknown:& operator:& command:b",
		"foreach ($i in a":                  "keyword:foreach open:( variable:$i keyword:in command:a",
		"\"$(1 2)\" c":                      "string:\"$(1 2)\" command:c",
		"a –AuthUrlhttps://x′ –b Lync\"":    "command:a parameter:–AuthUrlhttps: word://x′ parameter:–b word:Lync\"…",
		"":                                  "",
		"\u00a0 ":                           "",
		"[CmdletBinding()] param($a = 1) b": "open:[ type:CmdletBinding open:( close:) close:] keyword:param open:( variable:$a operator:= number:1 close:) command:b",
	} {
		checkTokens(t, source)
		var got []string
		for _, token := range Tokens(source) {
			text := string(token.Kind) + ":" + token.Text
			if token.Open {
				text += "…"
			}
			got = append(got, text)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s\n got %s\nwant %s", source, strings.Join(got, " "), want)
		}
	}
}
