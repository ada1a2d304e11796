package shell_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/matchseal/matchseal/internal/shell"
)

// What a command line binds: the set in brackets, then names with types and
// values.
func TestBinding(t *testing.T) {
	const url = "-AuthMetadataUrl u "
	for _, c := range []struct{ name, text, want string }{
		{"position and name", `New-Partner x -AuthMetadataUrl https://h/m/json/1`, "New-Partner [Metadata] Name=String([x]) AuthMetadataUrl=String([https://h/m/json/1])"},
		{"case and prefix", `new-partner X -applicationID i -re r`, "New-Partner [ACS] Name=String([X]) ApplicationIdentifier=String([i]) Realm=String([r])"},
		{"dashes of all kinds", `New-Partner x –AuthMetadataUrl u —Trust ―Enabled $true`, "New-Partner [Metadata] Name=String([x]) AuthMetadataUrl=String([u]) Enabled=Boolean([True]) Trust=Boolean([True])"},
		{"name and colon", `New-Partner -Name:x -Auth:u -Trust:$false`, "New-Partner [Metadata] Name=String([x]) AuthMetadataUrl=String([u]) Trust=Boolean([False])"},
		{"a switch takes no value", `New-Partner -Trust x ` + url, "New-Partner [Metadata] Name=String([x]) AuthMetadataUrl=String([u]) Trust=Boolean([True])"},
		{"a number stays a text", `New-Partner 9001 ` + url, "New-Partner [Metadata] Name=String([9001]) AuthMetadataUrl=String([u])"},
		{"leading zeros stay", `New-Partner 007 ` + url, "New-Partner [Metadata] Name=String([007]) AuthMetadataUrl=String([u])"},
		{"a GUID is a word", `New-Partner 00000004-0000-0ff1-ce00-000000000000 ` + url, "New-Partner [Metadata] Name=String([00000004-0000-0ff1-ce00-000000000000]) AuthMetadataUrl=String([u])"},
		{"numbers", `New-Partner x -Port 5199 ` + url, "New-Partner [Metadata] Name=String([x]) AuthMetadataUrl=String([u]) Port=Int32([5199])"},
		{"numbers in quotes", `New-Partner x -Port "5199" ` + url, "New-Partner [Metadata] Name=String([x]) AuthMetadataUrl=String([u]) Port=Int32([5199])"},
		{"dates are month first", `New-Partner x -Day 02/12/2015 ` + url, "New-Partner [Metadata] Name=String([x]) AuthMetadataUrl=String([u]) Day=DateTime([02/12/2015 00:00:00])"},
		{"enumeration", `New-Partner x -AccountType consumeraccount ` + url, "New-Partner [Metadata] Name=String([x]) AuthMetadataUrl=String([u]) AccountType=SupportedAccountType([ConsumerAccount])"},
		{"flags", `New-Partner x -AccountType ConsumerAccount, organizationalaccount ` + url, "New-Partner [Metadata] Name=String([x]) AuthMetadataUrl=String([u]) AccountType=SupportedAccountType([ConsumerAccount, OrganizationalAccount])"},
		{"Boolean from a number", `New-Partner x -Enabled 1 ` + url, "New-Partner [Metadata] Name=String([x]) AuthMetadataUrl=String([u]) Enabled=Boolean([True])"},
		{"list of one", `New-Partner x -Roles a ` + url, "New-Partner [Metadata] Name=String([x]) AuthMetadataUrl=String([u]) Roles=String[]([a])"},
		{"list", `New-Partner x -Roles a, 2 ,'c d' ` + url, "New-Partner [Metadata] Name=String([x]) AuthMetadataUrl=String([u]) Roles=String[]([a 2 c d])"},
		{"multivalued", `New-Partner x -DomainName a,b ` + url, "New-Partner [Metadata] Name=String([x]) AuthMetadataUrl=String([u]) DomainName=Microsoft.Exchange.Data.MultiValuedProperty([a b])"},
		{"a block as text", `New-Partner x -Filter {Name -eq "a"} ` + url, `New-Partner [Metadata] Name=String([x]) AuthMetadataUrl=String([u]) Filter=String([Name -eq "a"])`},
		{"an expression", `New-Partner ('a' + 1) ` + url, "New-Partner [Metadata] Name=String([a1]) AuthMetadataUrl=String([u])"},
		{"splatting", `$p = @{Name = 'x'; AuthMetadataUrl = 'u'; Trust = $true}; New-Partner @p -Port 1`, "New-Partner [Metadata] Name=String([x]) AuthMetadataUrl=String([u]) Trust=Boolean([True]) Port=Int32([1])"},
		{"default set", `Get-Log System 4, 5`, "Get-Log [Name] LogName=String([System]) InstanceId=Int64[]([4 5])"},
		{"another set and the rest", `Get-Log -List a b c`, "Get-Log [List] List=Boolean([True]) Rest=Object[]([a b c])"},
		{"script by path", `& 'C:\Program Files\Scripts\Configure-It.ps1' -AuthMetadataUrl u Lync`, "Configure-It.ps1 AuthMetadataUrl=String([u]) ApplicationType=String([Lync])"},
		{"pipeline by value", `'a' | Use-Identity`, "Use-Identity Identity=String([a])"},
		{"pipeline by property and alias", `Get-Partner | Use-Identity`, "Use-Identity Identity=String([litware.test/Lync]) Port=Int32([443])"},
		{"the command line goes first", `Get-Partner | Use-Identity -Port 1`, "Use-Identity Identity=String([litware.test/Lync]) Port=Int32([1])"},
		{"block for each object", `'a' | Use-Identity -Port { 40 + $_.Length }`, "Use-Identity Identity=String([a]) Port=Int32([41])"},
		{"block for the mandatory one", `Get-Partner | Use-Identity -Identity { $_.Name + '!' }`, "Use-Identity Identity=String([Lync!]) Port=Int32([443])"},
		{"hashtable", `New-Partner x ` + url + `-Table @{a=1} -Script {1}`, "New-Partner [Metadata] Name=String([x]) AuthMetadataUrl=String([u]) Script=Management.Automation.ScriptBlock([1]) Table=Collections.Hashtable([System.Collections.Hashtable])"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := start(t)
			f.run(t, c.text)
			if diff := cmp.Diff(c.want, strings.Join(f.calls.bound, "\n")); diff != "" {
				t.Errorf("(-want +got)\n%s\n%s", diff, f.host.text(shell.Errors))
			}
		})
	}
}

// The words of part C.8 of the reference.
func TestBindingErrors(t *testing.T) {
	const url = "-AuthMetadataUrl u "
	for _, c := range []struct{ name, text, message, id, category string }{
		{"missing argument", `New-Partner -Name -Trust`, "Missing an argument for parameter 'Name'. Specify a parameter of type 'System.String' and try again.", "MissingArgument", "InvalidArgument"},
		{"missing argument at the end", `Use-Identity x -Port`, "Missing an argument for parameter 'Port'. Specify a parameter of type 'System.Int32' and try again.", "MissingArgument", "InvalidArgument"},
		{"missing argument of a product's type", `Use-Identity -Identity`, "Missing an argument for parameter 'Identity'. Specify a parameter of type 'PartnerApplicationIdParameter' and try again.", "MissingArgument", "InvalidArgument"},
		{"unknown parameter", `New-Partner x -Nope 1`, "A parameter cannot be found that matches parameter name 'Nope'.", "NamedParameterNotFound", "InvalidArgument"},
		{"ambiguous", `New-Partner x -Domain y`, "Parameter cannot be processed because the parameter name 'Domain' is ambiguous. Possible matches include: -DomainController -DomainName.", "AmbiguousParameter", "InvalidArgument"},
		{"twice", `New-Partner x -Port 1 -Port 2`, `Cannot bind parameter because parameter 'Port' is specified more than once. To provide multiple values to parameters that can accept multiple values, use the array syntax. For example, "-parameter value1,value2,value3".`, "ParameterAlreadyBound", "InvalidArgument"},
		{"too many positions", `New-Partner x y ` + url, "A positional parameter cannot be found that accepts argument 'y'.", "PositionalParameterNotFound", "InvalidArgument"},
		{"stray backslash", `New-Partner “Lync”\ ` + url, `A positional parameter cannot be found that accepts argument '\'.`, "PositionalParameterNotFound", "InvalidArgument"},
		{"sets", `New-Partner x -Realm r ` + url, "Parameter set cannot be resolved using the specified named parameters.", "AmbiguousParameterSet", "InvalidArgument"},
		{"no set is complete", `New-Partner x`, "Parameter set cannot be resolved using the specified named parameters.", "AmbiguousParameterSet", "InvalidArgument"},
		{"nobody to ask", `Remove-Thing`, "Cannot process command because of one or more missing mandatory parameters: Identity.", "MissingMandatoryParameter", "InvalidArgument"},
		{"nobody to ask for several", `Ask-All -Flag $true`, "Cannot process command because of one or more missing mandatory parameters: Name Names Password.", "MissingMandatoryParameter", "InvalidArgument"},
		{"enumeration", `New-Partner x -AccountType Consumer ` + url, `Cannot bind parameter 'AccountType'. Cannot convert value "Consumer" to type "SupportedAccountType". Error: "Unable to match the identifier name Consumer to a valid enumerator name. Specify one of the following enumerator names and try again: OrganizationalAccount, ConsumerAccount"`, "CannotConvertArgumentNoMessage", "InvalidArgument"},
		{"empty text", `Set-Thing ""`, "Cannot bind argument to parameter 'Identity' because it is an empty string.", "ParameterArgumentValidationErrorEmptyStringNotAllowed", "InvalidData"},
		{"null", `Set-Thing $nothing`, "Cannot bind argument to parameter 'Identity' because it is null.", "ParameterArgumentValidationErrorNullNotAllowed", "InvalidData"},
		{"empty list", `Ask-All x -Names @() -Flag 1`, "Cannot bind argument to parameter 'Names' because it is an empty array.", "ParameterArgumentValidationErrorEmptyArrayNotAllowed", "InvalidData"},
		{"empty text in a list", `Ask-All x -Names a,'' -Flag 1`, "Cannot bind argument to parameter 'Names' because it is an empty string.", "ParameterArgumentValidationErrorEmptyStringNotAllowed", "InvalidData"},
		{"Boolean from a text", `New-Partner x -Enabled true ` + url, `Cannot bind parameter 'Enabled'. Cannot convert value "System.String" to type "System.Boolean". Boolean parameters accept only Boolean values and numbers, such as $True, $False, 1 or 0 instead.`, "CannotConvertArgumentNoMessage", "InvalidArgument"},
		{"number", `New-Partner x -Port abc ` + url, `Cannot bind parameter 'Port'. Cannot convert value "abc" to type "System.Int32". Error: "Input string was not in a correct format."`, "CannotConvertArgumentNoMessage", "InvalidArgument"},
		{"list for one", `New-Partner a,b ` + url, "Cannot convert 'System.Object[]' to the type 'System.String' required by parameter 'Name'. Specified method is not supported.", "CannotConvertArgument", "InvalidArgument"},
		{"text for a block", `New-Partner x -Script abc ` + url, `Cannot bind parameter 'Script'. Cannot convert the "abc" value of type "System.String" to type "System.Management.Automation.ScriptBlock".`, "CannotConvertArgumentNoMessage", "InvalidArgument"},
		{"pipeline not taken", `1 | Get-Number 2`, "The input object cannot be bound to any parameters for the command either because the command does not take pipeline input or the input and its properties do not match any of the parameters that take pipeline input.", "InputObjectNotBound", "InvalidArgument"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := start(t, func(c *shell.Config) { c.Host.(*host).nobody = true })
			if f.run(t, c.text) {
				t.Error("the command succeeded")
			}
			rec := f.newest(t)
			if diff := cmp.Diff(c.message, rec.Message); diff != "" {
				t.Errorf("message (-want +got)\n%s", diff)
			}
			id, class, _ := strings.Cut(rec.ID, ",")
			if id != c.id || class == "" {
				t.Errorf("id %q, want %q and a class", rec.ID, c.id)
			}
			if rec.Category != c.category || rec.Command == "" || rec.Line != 1 {
				t.Errorf("category %q, command %q, line %d", rec.Category, rec.Command, rec.Line)
			}
			if len(f.calls.bound) > 0 {
				t.Errorf("the command ran: %v", f.calls.bound)
			}
		})
	}
}

func TestFunctionsBindLikeCmdletsWhenAdvanced(t *testing.T) {
	const define = `function F { [CmdletBinding(SupportsShouldProcess)] param(
		[Parameter(Mandatory=$true, Position=0)][string]$Name,
		[Parameter(ValueFromPipelineByPropertyName=$true)][Alias('PortNumber')][int]$Port = 5,
		[ValidateSet('Full','None')]$Level = 'Full')
	process { "$Name $Port $Level"; if ($PSCmdlet.ShouldProcess($Name)) { 'done' } } }
	`
	for _, c := range []struct{ text, out, err string }{
		{`F a`, "a 5 Full\ndone", ""},
		{`F -N a -Level none -Port 7`, "a 7 None\ndone", ""},
		{`Get-Partner | F a`, "a 443 Full\ndone", ""},
		{`F a -WhatIf`, "a 5 Full\nWhat if: Performing the operation \"F\" on target \"a\".", ""},
		{`F a -Level x`, "", `Cannot validate argument on parameter 'Level'. The argument "x" does not belong to the set "Full,None" specified by the ValidateSet attribute. Supply an argument that is in the set and then try the command again.`},
		{`F a -Port x`, "", `Cannot process argument transformation on parameter 'Port'. Cannot convert value "x" to type "System.Int32". Error: "Input string was not in a correct format."`},
		{`F a b`, "", "A positional parameter cannot be found that accepts argument 'b'."},
		{`F a -Nope`, "", "A parameter cannot be found that matches parameter name 'Nope'."},
	} {
		f := start(t)
		f.run(t, define+c.text)
		if diff := cmp.Diff(sorted(c.out), sorted(lines(f.host.text(shell.Output)+"\n"+f.host.text(shell.Information)))); diff != "" {
			t.Errorf("%s (-want +got)\n%s\n%s", c.text, diff, f.host.text(shell.Errors))
		}
		if c.err != "" && f.newest(t).Message != c.err {
			t.Errorf("%s: %s", c.text, f.newest(t).Message)
		}
	}
}

// sorted ignores the order of lines: what would be done is said at once, what
// is put out is printed with its table.
func sorted(text string) map[string]int {
	counts := map[string]int{}
	for line := range strings.SplitSeq(text, "\n") {
		counts[line]++
	}
	return counts
}

func TestIgnoredParametersWarnOncePerUse(t *testing.T) {
	f := start(t)
	f.run(t, `New-Partner x -AuthMetadataUrl u -DomainController dc01`)
	if got := f.host.text(shell.Warnings); got != "WARNING: -DomainController means nothing here: there is one directory here." {
		t.Errorf("got %q", got)
	}
	f.run(t, `New-Partner x -AuthMetadataUrl u`)
	if n := strings.Count(f.host.out[shell.Warnings].String(), "\n"); n != 1 {
		t.Errorf("%d warnings", n)
	}
}

// The order of named parameters on the line changes nothing.
func TestBindingDoesNotDependOnOrder(t *testing.T) {
	all := []string{"-Name x", "-AuthMetadataUrl u", "-Port 1", "-Trust", "-Enabled $false", "-Roles a,b", "-AccountType ConsumerAccount", "-WhatIf:$false"}
	f := start(t)
	bound := func(args []string) string {
		f.calls.bound = nil
		f.run(t, "New-Partner "+strings.Join(args, " "))
		return strings.Join(f.calls.bound, "\n")
	}
	want := bound(all)
	if !strings.HasPrefix(want, "New-Partner [Metadata] Name=") {
		t.Fatalf("got %q", want)
	}
	rapid.Check(t, func(r *rapid.T) {
		if got := bound(rapid.Permutation(all).Draw(r, "arguments")); got != want {
			r.Fatalf("got %q, want %q", got, want)
		}
	})
}
