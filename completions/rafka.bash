# bash completion for rafka. In ~/.bashrc: source <(rafka completion bash)
_rafka() {
  local line="${COMP_LINE:0:COMP_POINT}" words candidate typed prefix
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  typed="${words[${#words[@]}-1]}"
  # readline takes words apart at = and : too, and wants only what follows them.
  prefix="${typed%"${typed##*[=:]}"}"
  COMPREPLY=()
  while IFS=$'\t' read -r candidate _; do
    COMPREPLY+=("${candidate#"$prefix"}")
  done < <(rafka __complete -- "${words[@]:1}" 2>/dev/null)
  if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
    compopt -o nospace 2>/dev/null
  fi
  return 0
}
# Where rafka has nothing to say, files are completed.
complete -o default -F _rafka rafka
