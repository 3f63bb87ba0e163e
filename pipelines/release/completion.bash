# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Completion of bash for the tools, by what their --help says, and for ebpf-performance, by its --list.
# bash-completion loads it by the name of the command.

_ebpf_performance() { # COMMAND WORD BEFORE
  local word=$2 name=''
  [ -n "${_ebpf_performance_words-}" ] || _ebpf_performance_words=$("$1" --list 2>/dev/null)
  # Of NAME=VALUE bash makes three words.
  if [ "$word" = = ]; then
    name=$3 word=''
  elif [ "$3" = = ]; then
    name=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  if [ -n "$name" ]; then
    # What was typed is text, no pattern: a Tab runs nothing.
    mapfile -t COMPREPLY < <(compgen -W "$(NAME=$name awk 'index($0, ENVIRON["NAME"] "=") == 1 {
      print substr($0, length(ENVIRON["NAME"]) + 2)
    }' <<<"$_ebpf_performance_words")" -- "$word")
    return
  fi
  mapfile -t COMPREPLY < <(compgen -W "$(grep -v =. <<<"$_ebpf_performance_words") --help --list --version" -- "$word" | sort -u)
  [[ ${COMPREPLY-} != *= ]] || compopt -o nospace 2>/dev/null
}
complete -o default -F _ebpf_performance ebpf-performance
complete -F _longopt bpf-bench bpf-compile-check bpf-run regress-detect stats-reduce
