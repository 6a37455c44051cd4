# One change at a time, as long as this shell lives: the kernel lets go of the lock with it, so none is ever left behind.
lock() {
  has flock || fail lock '"flock" is not installed on this server: install util-linux or busybox with it'
  place=${directory:-/} tries=0
  while [ ! -d "$place" ]; do place=${place%/*} place=${place:-/}; done
  [ -r "$place" ] || fail lock "Cannot read \"$place\": this needs root there"
  exec 9<"$place"
  while flock -n -x 9 2>/dev/null; got=$?; [ "$got" != 0 ]; do
    [ "$got" = 1 ] || fail lock '"flock" does not work on this server: install util-linux or busybox with it'
    [ "$tries" -lt 75 ] || fail lock 'Another change has been under way for 15 seconds'
    # Not every busybox sleeps less than a second.
    if quiet sleep 0.2; then tries=$((tries + 1)); else sleep 1 && tries=$((tries + 5)); fi
    # Whoever has gone meanwhile has been told that nothing was done: then the closed pipe ends this.
    say waiting
  done
  say begin
  # From here on it goes to its end, also where nobody listens any more.
  trap '' HUP INT TERM PIPE
}
