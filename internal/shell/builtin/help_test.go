package builtin_test

import "testing"

func TestCommandsAndHelp(t *testing.T) {
	check(t, []row{
		{`Get-Command Get-Thing`, `
CommandType     Name                                               Version    Source
-----------     ----                                               -------    ------
Cmdlet          Get-Thing                                          3.0.0.0    Test`},
		{`gcm *-Date`, `
CommandType     Name                                               Version    Source
-----------     ----                                               -------    ------
Cmdlet          Get-Date                                           3.0.0.0    Microsoft.PowerShell.Utility`},
		{`Get-Command -Noun Date, TimeSpan`, `
CommandType     Name                                               Version    Source
-----------     ----                                               -------    ------
Cmdlet          Get-Date                                           3.0.0.0    Microsoft.PowerShell.Utility
Cmdlet          New-TimeSpan                                       3.0.0.0    Microsoft.PowerShell.Utility`},
		{`gcm -Module Test`, `
CommandType     Name                                               Version    Source
-----------     ----                                               -------    ------
Cmdlet          Get-Thing                                          3.0.0.0    Test`},
		{`gcm No-Such`, `
Get-Command : The term 'No-Such' is not recognized as the name of a cmdlet, function, script file, or operable
program. Check the spelling of the name, or if a path was included, verify that the path is correct and try again.
At line:1 char:1
+ gcm No-Such
+ ~~~~~~~~~~~
    + CategoryInfo          : ObjectNotFound: (No-Such:String) [], CommandNotFoundException
    + FullyQualifiedErrorId : CommandNotFoundException,Microsoft.PowerShell.Commands.GetCommandCommand`},
		{`gcm fl`, `
CommandType     Name                                               Version    Source
-----------     ----                                               -------    ------
Alias           fl -> Format-List                                             Microsoft.PowerShell.Utility`},
		{`gcm Get-Thing -Syntax`, `Get-Thing [[-Identity] <String>] [<CommonParameters>]`},
		{`(gcm Get-D*).Name`, `Get-Date`},
		{`Get-Help Get-Thing`, `
NAME
    Get-Thing

SYNOPSIS
    Shows things.

SYNTAX
    Get-Thing [[-Identity] <String>] [<CommonParameters>]

REMARKS
    To see the examples, type: "get-help Get-Thing -examples".
    For more information, type: "get-help Get-Thing -detailed".
    For technical information, type: "get-help Get-Thing -full".`},
		{`help New-TimeSpan -Full`, `
NAME
    New-TimeSpan

SYNOPSIS
    Makes a span of time, or the one between two dates.

SYNTAX
    New-TimeSpan [[-Start] <DateTime>] [[-End] <DateTime>] [<CommonParameters>]

    New-TimeSpan [-Days <Int32>] [-Hours <Int32>] [-Minutes <Int32>] [-Seconds <Int32>] [<CommonParameters>]

PARAMETERS
    -Start <DateTime>
        the first date

        Required?                    false
        Position?                    1
        Default value
        Accept pipeline input?       true (ByValue, ByPropertyName)
        Accept wildcard characters?  false
        Aliases                      LastWriteTime

    -End <DateTime>
        the second date

        Required?                    false
        Position?                    2
        Default value
        Accept pipeline input?       true (ByPropertyName)
        Accept wildcard characters?  false
        Aliases                      none

    -Days <Int32>
        days

        Required?                    false
        Position?                    named
        Default value
        Accept pipeline input?       false
        Accept wildcard characters?  false
        Aliases                      none

    -Hours <Int32>
        hours

        Required?                    false
        Position?                    named
        Default value
        Accept pipeline input?       false
        Accept wildcard characters?  false
        Aliases                      none

    -Minutes <Int32>
        minutes

        Required?                    false
        Position?                    named
        Default value
        Accept pipeline input?       false
        Accept wildcard characters?  false
        Aliases                      none

    -Seconds <Int32>
        seconds

        Required?                    false
        Position?                    named
        Default value
        Accept pipeline input?       false
        Accept wildcard characters?  false
        Aliases                      none

    <CommonParameters>
        This cmdlet supports the common parameters: Verbose, Debug, ErrorAction, ErrorVariable, WarningAction,
        WarningVariable, InformationAction, InformationVariable, OutBuffer, PipelineVariable and OutVariable.

INPUTS
    DateTime

OUTPUTS
    Days Int32
    Hours Int32
    Minutes Int32
    Seconds Int32
    Milliseconds Int32
    Ticks Int64
    TotalDays Double
    TotalHours Double
    TotalMinutes Double
    TotalSeconds Double
    TotalMilliseconds Double

EXAMPLES
    The runbooks in docs/howto of the distribution use the commands together, from the first to the last step.`},
		{`Get-Help Get-Date -Parameter Da*`, `
-Date <DateTime>
    the date

    Required?                    false
    Position?                    1
    Default value                now
    Accept pipeline input?       true (ByValue, ByPropertyName)
    Accept wildcard characters?  false
    Aliases                      LastWriteTime

-Day <Int32>
    its day

    Required?                    false
    Position?                    named
    Default value
    Accept pipeline input?       false
    Accept wildcard characters?  false
    Aliases                      none`},
		{`Get-Help Get-Thing -Examples`, `
NAME
    Get-Thing

SYNOPSIS
    Shows things.

EXAMPLES
    The runbooks in docs/howto of the distribution use the commands together, from the first to the last step.`},
		{`Get-Help *-Thing`, `
NAME
    Get-Thing

SYNOPSIS
    Shows things.

SYNTAX
    Get-Thing [[-Identity] <String>] [<CommonParameters>]

REMARKS
    To see the examples, type: "get-help Get-Thing -examples".
    For more information, type: "get-help Get-Thing -detailed".
    For technical information, type: "get-help Get-Thing -full".`},
		{`Get-Help nosuchtopic`, `
Get-Help : Get-Help could not find nosuchtopic in a help file in this session. To download updated help topics type:
"Update-Help". To get help online, search for the help topic in the TechNet library at
http://go.microsoft.com/fwlink/?LinkID=107116.
At line:1 char:1
+ Get-Help nosuchtopic
+ ~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : ResourceUnavailable: (:) [Get-Help], HelpNotFoundException
    + FullyQualifiedErrorId : HelpNotFound,Microsoft.PowerShell.Commands.GetHelpCommand`},
		{`Get-Help *-Csv`, `
Name                               Category  Module                    Synopsis
----                               --------  ------                    --------
ConvertFrom-Csv                    Cmdlet    Microsoft.PowerShell.U... Makes objects from lines of comma-separated va...
ConvertTo-Csv                      Cmdlet    Microsoft.PowerShell.U... Writes objects as lines of comma-separated val...
Export-Csv                         Cmdlet    Microsoft.PowerShell.U... Writes objects to a file of comma-separated va...
Import-Csv                         Cmdlet    Microsoft.PowerShell.U... Makes objects from a file of comma-separated v...`},
		{`Get-Help Get-Date -Parameter zzz`, `
Get-Help : No parameter matches criteria zzz.
At line:1 char:1
+ Get-Help Get-Date -Parameter zzz
+ ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : ResourceUnavailable: (:) [Get-Help], HelpNotFoundException
    + FullyQualifiedErrorId : NoMatchingParameter,Microsoft.PowerShell.Commands.GetHelpCommand`},
		{`Get-Alias fl`, `
CommandType     Name                                               Version    Source
-----------     ----                                               -------    ------
Alias           fl -> Format-List                                             Microsoft.PowerShell.Utility`},
		{`Get-Alias -Definition Get-ChildItem`, `
CommandType     Name                                               Version    Source
-----------     ----                                               -------    ------
Alias           dir -> Get-ChildItem                                          Microsoft.PowerShell.Management
Alias           gci -> Get-ChildItem                                          Microsoft.PowerShell.Management
Alias           ls -> Get-ChildItem                                           Microsoft.PowerShell.Management`},
		{`Get-Alias nosuch`, `
Get-Alias : This command cannot find a matching alias because an alias with the name 'nosuch' does not exist.
At line:1 char:1
+ Get-Alias nosuch
+ ~~~~~~~~~~~~~~~~
    + CategoryInfo          : ObjectNotFound: (nosuch:String) [Get-Alias], ItemNotFoundException
    + FullyQualifiedErrorId : ItemNotFoundException,Microsoft.PowerShell.Commands.GetAliasCommand`},
		{`Set-Alias gt Get-Thing; gt | % Name; gal gt`, `
OAuth
tls
web
later

CommandType     Name                                               Version    Source
-----------     ----                                               -------    ------
Alias           gt -> Get-Thing                                               Test`},
		{`New-Alias fl Get-Thing`, `
New-Alias : The alias is not allowed, because an alias with the name 'fl' already exists.
At line:1 char:1
+ New-Alias fl Get-Thing
+ ~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : ResourceExists: (fl:String) [New-Alias], SessionStateException
    + FullyQualifiedErrorId : AliasAlreadyExists,Microsoft.PowerShell.Commands.NewAliasCommand`},
		{`(Get-Command Get-Thing).Source`, `Test`},
		{`gcm -Verb Sort | % Name`, `Sort-Object`},
		{`gcm *thing*, get-date | % Name`, `
Get-Thing
Get-Date`},
		{`Get-Command -CommandType Function | % Name`, `Clear-Host`},
		{`gcm -TotalCount 2 Get-* | % Name`, `
Get-Alias
Get-ChildItem`},
		{`Get-Help`, `
TOPIC
    The management shell

    Get-Command                 shows the commands there are
    Get-Command -Noun *Auth*    those that deal with something
    Get-Help <command>          explains a command; -Full shows its parameters
    Get-Help *part*             finds commands by a part of their names
    <command> | Get-Member      shows what a command's objects have`},
		{`help Thing | Out-String | % { $_.Contains("Shows things") }`, `True`},
	}, certificates())
}
