# One change at a time. The kernel releases the lock when this shell ends, so none is ever left behind.
lock() {
  has flock || fail lock '"flock" is not installed on this server: install util-linux or busybox with it'
  place=${directory:-/} tries=0
  while [ ! -d "$place" ]; do place=${place%/*} place=${place:-/}; done
  [ -r "$place" ] || fail lock "Cannot read \"$place\": this needs root there"
  exec 9<"$place"
  while flock -n -x 9 2>/dev/null; got=$?; [ "$got" != 0 ]; do
    [ "$got" = 1 ] || fail lock '"flock" does not work on this server: install util-linux or busybox with it'
    [ "$tries" -lt 75 ] || fail lock 'Another change has been running for 15 seconds'
    # Not every busybox can sleep for less than a second.
    if quiet sleep 0.2; then tries=$((tries + 1)); else sleep 1 && tries=$((tries + 5)); fi
    # A caller that gave up has reported that nothing was done: the closed pipe then ends this shell.
    say waiting
  done
  say begin
  # From here on it runs to its end, even if nobody listens any longer.
  trap '' HUP INT TERM PIPE
}
