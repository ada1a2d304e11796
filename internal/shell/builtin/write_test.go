package builtin_test

import "testing"

func TestWrite(t *testing.T) {
	check(t, []row{
		{`Write-Output 1 2 "x"`, `
1
2
x`},
		{`echo a,b`, `
a
b`},
		{`"x" | Write-Output`, `x`},
		{`Write-Host a b c`, `a b c`},
		{`Write-Host "a" -NoNewline; Write-Host b -ForegroundColor Red`, `ab`},
		{`Write-Host 1,2,3 -Separator ", "`, `1, 2, 3`},
		{`Write-Verbose hidden; Write-Verbose shown -Verbose`, `VERBOSE: shown`},
		{`Write-Warning careful`, `WARNING: careful`},
		{`Write-Debug hidden`, ""},
		{`Write-Error "it failed"`, `
Write-Error : it failed
At line:1 char:1
+ Write-Error "it failed"
+ ~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : NotSpecified: (:) [Write-Error], WriteErrorException
    + FullyQualifiedErrorId : Microsoft.PowerShell.Commands.WriteErrorException`},
		{`Write-Error "it failed" -Category InvalidData -ErrorId My -TargetObject 5`, `
Write-Error : it failed
At line:1 char:1
+ Write-Error "it failed" -Category InvalidData -ErrorId My -TargetObject 5
+ ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : InvalidData: (5:Int32) [Write-Error], WriteErrorException
    + FullyQualifiedErrorId : My`},
		{`try { Write-Error x -ErrorAction Stop } catch { "caught $_" }`, `caught x`},
		{`try { throw "a" } catch { Write-Error -ErrorRecord $_ }`, `
Write-Error : a
At line:1 char:7
+ try { throw "a" } catch { Write-Error -ErrorRecord $_ }
+       ~~~~~~~~~
    + CategoryInfo          : OperationStopped: (a:String) [Write-Error], RuntimeException
    + FullyQualifiedErrorId : a`},
		{`try { throw "a" } catch { Write-Error -Exception $_.Exception }`, `
Write-Error : a
At line:1 char:27
+ try { throw "a" } catch { Write-Error -Exception $_.Exception }
+                           ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : NotSpecified: (:) [Write-Error], WriteErrorException
    + FullyQualifiedErrorId : Microsoft.PowerShell.Commands.WriteErrorException`},
		{`Read-Host`, `
Read-Host : Windows PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.
At line:1 char:1
+ Read-Host
+ ~~~~~~~~~
    + CategoryInfo          : InvalidOperation: (:) [Read-Host], PSInvalidOperationException
    + FullyQualifiedErrorId : InvalidOperation,Microsoft.PowerShell.Commands.ReadHostCommand`},
	}, certificates())
}
