# Completion of cec for fish: cec --install-completion writes this file.
function __cec_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct | string unescape)
    set -l lines (env _CEC_COMPLETE=".$current" $words 2>/dev/null)
    if set -q lines[1]
        printf '%s\n' $lines
    else
        __fish_complete_path "$current"
    end
end
complete -c cec -f -a '(__cec_complete)'
