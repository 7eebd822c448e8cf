import { FILES, FOLDERS, type SHELLS } from './shells';

/** What a shell runs to ask `dcs` itself: the words may be what they like, so none is ever read as a command. */
export const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], string>> = {
  bash: `# Completion of dcs for bash:  source <(dcs completion bash)
_dcs() {
  local IFS=$'\\n' lines line
  COMPREPLY=()
  lines=$("\${COMP_WORDS[0]}" completion candidates -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) || return 0
  case $lines in
    ${FILES}) compopt -o default; return 0 ;;
    ${FOLDERS}) compopt -o dirnames; return 0 ;;
  esac
  for line in $lines; do COMPREPLY+=("\${line%%$'\\t'*}"); done
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *: ]] && compopt -o nospace
  return 0
}
complete -F _dcs dcs
`,
  zsh: `#compdef dcs
# Completion of dcs for zsh, behind compinit:  source <(dcs completion zsh)
_dcs() {
  local -a lines described
  lines=("\${(@f)$("\${words[1]}" completion candidates -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  case $lines[1] in
    ${FILES}) _files; return ;;
    ${FOLDERS}) _files -/; return ;;
  esac
  local line
  for line in $lines; do
    described+=("\${\${line%%$'\\t'*}//:/\\\\:}\${\${(M)line:#*$'\\t'*}:+:\${line#*$'\\t'}}")
  done
  _describe -o dcs described
}
compdef _dcs dcs
`,
  fish: `# Completion of dcs for fish:  dcs completion fish | source
function __dcs_candidates
  set -l words (commandline -opc)
  set -l lines ($words[1] completion candidates -- $words[2..-1] (commandline -ct) 2>/dev/null)
  switch "$lines[1]"
    case '${FILES}'
      __fish_complete_path (commandline -ct)
    case '${FOLDERS}'
      __fish_complete_directories (commandline -ct)
    case '*'
      printf '%s\\n' $lines
  end
end
complete -c dcs -f -a '(__dcs_candidates)'
`,
};
