#compdef rafka
# zsh completion for rafka. In ~/.zshrc: source <(rafka completion zsh)
_rafka() {
  local -a candidates
  local line name
  while IFS= read -r line; do
    # _describe wants a colon between a name and what it means.
    name="${${line%%$'\t'*}//:/\\:}"
    if [[ $line == *$'\t'* ]]; then
      candidates+=("$name:${line#*$'\t'}")
    else
      candidates+=("$name")
    fi
  done < <(rafka __complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)
  if (( ${#candidates} )); then
    _describe rafka candidates
  else
    # Where rafka has nothing to say, files are completed.
    _files
  fi
}
if ! (( $+functions[compdef] )); then
  autoload -Uz compinit
  compinit -D
fi
compdef _rafka rafka
