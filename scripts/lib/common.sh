# shellcheck shell=bash
# Sourced by the scripts beside it: messages, usage, and looking for what is needed.

# Prints the comment at the head of a script, which is its help.
show_help() {
  sed -n '2,/^[^#]/{/^[^#]/!s/^# \{0,1\}//p;}' "$1"
}

# Ends a script that was called wrongly.
refuse() { # message
  echo "$(basename -- "$0"): $1 (see --help)" >&2
  exit 2
}

say() { echo "$(basename -- "$0"): $*" >&2; }

die() {
  say "$@"
  exit 1
}

need() { # program...
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null 2>&1 || die "$program is not installed"
  done
}

# Whether somebody accepts connections on a port of this machine.
is_listening() { # port
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}
