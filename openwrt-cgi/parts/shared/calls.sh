# Limits for calls that can hang: a stuck daemon must not take the other sections with it. OpenWrt's busybox has no "timeout", so one
# process hears of each "call COMMAND" on descriptor 3, and kills one that takes too long with all that it started. Use:
#   { FUNCTION 3>&1 >&4 4>&- | watch_calls 4>&-; } 4>&1
limit=4
call() {
  "$@" 3>&- &
  echo "$!" >&3
  wait "$!"
  set -- "$?"
  echo >&3
  return "$1"
}
watch_calls() {
  exec >/dev/null 2>&1
  set +f
  IFS=' '
  while read -r called; do
    [ -n "$called" ] || continue
    # shellcheck disable=SC3045 # busybox's knows -t
    read -r -t "$limit" _
    case $? in
      0) ;;
      # It takes too long, or who called was killed. Others that hang have less time: the answer must still be in time.
      1 | 1??) kill_tree "$called" && limit=2 ;;
      *) return ;; # this shell's "read" knows no time
    esac
  done
}
kill_tree() { # PID
  kill -STOP "$1"
  for stat in /proc/[0-9]*/stat; do
    read -r line <"$stat" || continue
    # After the name in parentheses: the state, the parent.
    # shellcheck disable=SC2086
    set -- "$1" ${line##*) }
    [ "$3" != "$1" ] || (kill_tree "${line%% *}")
  done
  kill -KILL "$1"
}
