# Completion of cec for zsh: cec --install-completion writes this file.
_cec() {
    local -a whole begun
    local line value
    for line in "${(@f)$(_CEC_COMPLETE=".${(Q)words[CURRENT]}" ${words[1]} "${(@Q)words[2,CURRENT-1]}" 2>/dev/null)}"; do
        [[ -z $line ]] && continue
        value=${line%%$'\t'*}
        if [[ $value == *[=:] ]]; then
            begun+=("${value//:/\\:}:${line#*$'\t'}")
        else
            whole+=("${value//:/\\:}:${line#*$'\t'}")
        fi
    done
    (( $#begun )) && _describe -t values value begun -S ''
    (( $#whole )) && _describe -t values value whole
    (( $#begun + $#whole )) || _files
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef _cec cec
