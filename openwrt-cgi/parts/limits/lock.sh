# One run at a time. The kernel releases the lock when this shell ends, so none is ever left behind. The folder is root's alone: nobody else can
# hold the lock. It is also what tells wrtmeter.cgi that there may be limits since the last boot.
lock() {
  step lock
  [ "$(id -u)" = 0 ] || fail lock 'This needs root'
  has flock || fail lock '"flock" is not installed here: install util-linux or busybox with it'
  place=$root/var/run/wrtmeter-limits tries=0
  [ -d "$place" ] || mkdir -p "$place" 2>/dev/null || fail lock "Cannot create \"$place\""
  exec 9<"$place"
  while flock -n -x 9 2>/dev/null; got=$?; [ "$got" != 0 ]; do
    [ "$got" = 1 ] || fail lock '"flock" does not work here: install util-linux or busybox with it'
    [ "$tries" -lt 10 ] || fail lock 'Another run has been at work for 10 seconds'
    sleep 1
    tries=$((tries + 1))
  done
  # From here on it runs to its end, even if nobody listens any longer.
  trap '' HUP INT TERM PIPE
}
