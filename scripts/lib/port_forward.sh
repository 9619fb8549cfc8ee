# shellcheck shell=bash
# Sourced: port-forwards of kubectl that outlive the terminal. Each has a name, and keeps its number and its messages in
# $SFM_FORWARD_DIR/port-forward-NAME.pid and .log. Needs common.sh.
forward_dir="${SFM_FORWARD_DIR:-/tmp}"

forward_pid_file() { echo "$forward_dir/port-forward-$1.pid"; }
forward_log_file() { echo "$forward_dir/port-forward-$1.log"; }

# The number of the running forward of that name; fails when there is none. A number that another program has got since is
# not taken for it.
forward_pid() { # name
  local file pid
  file="$(forward_pid_file "$1")"
  [ -f "$file" ] || return 1
  pid="$(cat "$file")"
  [[ "$pid" =~ ^[0-9]+$ ]] || return 1
  ps -o args= -p "$pid" 2>/dev/null | grep -q 'kubectl.*port-forward' || return 1
  echo "$pid"
}

forward_start() { # name namespace target local-port remote-port
  local name="$1" namespace="$2" target="$3" from="$4" to="$5" pid log
  if pid="$(forward_pid "$name")"; then
    say "$name: already forwarded (pid $pid)"
    return 0
  fi
  is_listening "$from" && die "$name: port $from of this machine is in use by another program"
  log="$(forward_log_file "$name")"
  nohup kubectl --namespace "$namespace" port-forward "$target" "$from:$to" >"$log" 2>&1 </dev/null &
  pid=$!
  echo "$pid" >"$(forward_pid_file "$name")"
  local deadline=$((SECONDS + ${SFM_FORWARD_TIMEOUT_SECONDS:-30}))
  until is_listening "$from"; do
    if ! kill -0 "$pid" 2>/dev/null || ((SECONDS >= deadline)); then
      say "$name: $target in namespace $namespace cannot be forwarded to port $from:"
      tail -n 5 "$log" >&2
      forward_stop "$name"
      return 1
    fi
    sleep 0.2
  done
  say "$name: 127.0.0.1:$from is port $to of $target (pid $pid)"
}

forward_stop() { # name
  local pid
  if pid="$(forward_pid "$1")"; then
    kill "$pid" 2>/dev/null || true
    say "$1: stopped"
  else
    say "$1: not running"
  fi
  rm -f "$(forward_pid_file "$1")"
}
