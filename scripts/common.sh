# Sourced by the other scripts: the repository's root as current directory, and how to become root.
# shellcheck shell=bash

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

# Runs a command as root: directly, or by sudo.
as_root() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  else
    sudo "$@"
  fi
}

# Whether as_root works without asking anything.
can_be_root() {
  [[ $EUID -eq 0 ]] || sudo -n true 2>/dev/null
}

say() { printf '==> %s\n' "$*"; }
