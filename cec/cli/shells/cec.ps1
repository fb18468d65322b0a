# Completion of cec for PowerShell: cec --install-completion writes this file.
Register-ArgumentCompleter -Native -CommandName cec -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object {
        if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text }
    })
    $command, $before = $words
    $env:_CEC_COMPLETE = '.' + $wordToComplete.Trim("'", '"')
    try {
        & $command @before 2>$null | ForEach-Object {
            $value, $help = $_ -split "`t", 2
            $typed = if ($value -match '\s') { "'$value'" } else { $value }
            $shown = if ($help) { $help } else { $value }
            [System.Management.Automation.CompletionResult]::new($typed, $value, 'ParameterValue', $shown)
        }
    } finally {
        Remove-Item Env:_CEC_COMPLETE
    }
}
