# Nothing that is called here may take longer than this, nor the input: half-sent connections must not pile up. Where "read" knows a time, as
# busybox's does, calls are watched; servers with another shell have "timeout".
seconds=${WRTMETER_SECONDS:-20}
begin_bounded() { # FUNCTION
  limit=$seconds
  # shellcheck disable=SC3045
  read -r -t 1 _ </dev/null 2>/dev/null
  case $? in
    1) watched=yes && { "$1" 3>&1 >&4 4>&- | watch_calls 4>&-; } 4>&1 ;;
    *) watched=no && "$1" ;;
  esac
  return 0
}
# It does not hold the lock.
bounded() { bounded_with "$@" 9>&- </dev/null; }
# The same for what reads its input and may hold the lock.
bounded_with() { # COMMAND...
  if [ "$watched" = yes ]; then
    {
      "$@" <&5 3>&- 5<&- &
      echo "$!" >&3
      wait "$!"
      set -- "$?"
      echo >&3
      return "$1"
    } 5<&0
  elif has timeout; then
    timeout -s KILL "$limit" "$@"
  else
    "$@"
  fi
}
