# Completion of cec for bash: cec --install-completion writes this file.
# bash splits words at = and :, cec does not: they are put together again.
_cec() {
    local IFS=$'\n' words=() word last joined=0 line
    for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
        if ((joined)) || [[ ${#words[@]} -gt 0 && ($word == = || $word == :) ]]; then
            last=$((${#words[@]} - 1))
            words[last]+=$word
        else
            words+=("$word")
        fi
        [[ $word == = || $word == : ]] && joined=1 || joined=0
    done
    last=$((${#words[@]} - 1))
    local typed=${words[last]#[\"\']} open=${words[last]%%[^\"\']*} current=${COMP_WORDS[COMP_CWORD]}
    [[ $current == = || $current == : ]] && current=
    local before=${typed%"${current#[\"\']}"}
    COMPREPLY=()
    while read -r line; do
        line=${line%%$'\t'*}
        [[ $line == *[=:] ]] && compopt -o nospace 2>/dev/null
        line=${line#"$before"}
        [[ -z $open ]] && printf -v line %q "$line"
        COMPREPLY+=("$line")
    done < <(_CEC_COMPLETE=".$typed" "${COMP_WORDS[0]}" "${words[@]:0:last}" 2>/dev/null)
}
complete -o default -F _cec cec
