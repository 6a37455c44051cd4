# Stations, neighbours and hosts files.
collect_devices() {
  mark radios
  set +f
  set -- "$root"/sys/class/ieee80211/*
  set -f
  if command -v iw >/dev/null; then
    radios=$(call iw dev)
    status=$?
    # It also fails on a router without radios, which has no stations.
    [ "$status" = 0 ] || [ ! -e "$1" ] || mark_failed stations "$status" 'iw dev'
    printf '%s\n' "$radios"
    IFS=$newline
    for line in $radios; do
      line=${line#"${line%%[![:space:]]*}"}
      case $line in Interface\ *) ;; *) continue ;; esac
      mark dump "${line#Interface }"
      call iw dev "${line#Interface }" station dump || {
        mark_failed stations "$?" "iw dev ${line#Interface } station dump"
        break
      }
    done
    IFS=$blanks
  elif [ -e "$1" ]; then
    mark failed 'stations iw is not installed; install it with "opkg install iw" or "apk add iw"'
  fi

  mark neighbours
  call ip neigh show || mark_failed neighbours "$?" 'ip neigh show'

  set +f
  for file in "$root"/etc/hosts "$root"/tmp/hosts/*; do
    mark hosts "$file"
  done
  set -f
}
