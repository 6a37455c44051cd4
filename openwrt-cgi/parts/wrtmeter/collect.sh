# One awk reads what all tools print. A mark begins each part: \001, which no tool prints at the start of a line, then words. It begins with a
# line end, because the output before it may lack one.
mark() { printf '\n\001%s %s\n' "$1" "${2:-}"; }
#include shared/why.sh
mark_failed() { mark failed "$1 $(why "$2" "$3")"; } # SECTION STATUS COMMAND

# The number of each device before its counters are read, without a process.
device_ifindexes() {
  set +f
  for path in "$root"/sys/class/net/*/ifindex; do
    read -r ifindex <"$path" || continue
    path=${path%/ifindex}
    printf '%s %s\n' "${path##*/}" "$ifindex"
  done
  set -f
}

collect() {
  mark time "$(date +%s)"
  mark machine "$(uname -m)"

  mark uci
  uci_show firewall || {
    mark failed "zones $(uci_failed firewall)"
    mark failed "wan $(uci_failed firewall)"
  }
  [ -n "$only" ] || {
    mark uci
    uci_show dhcp || mark failed "leases $(uci_failed dhcp)"
  }

  if command -v ubus >/dev/null; then
    mark netifd
    call ubus call network.interface dump || mark_failed wan "$?" 'ubus call network.interface dump'
  fi

  [ -n "$only" ] || { mark layers; device_layers; }
  [ -n "$only" ] || { mark ifindexes; device_ifindexes; }
  [ -n "$only" ] || collect_devices
  [ -n "$only" ] || collect_peers
  collect_hosts
  [ -n "$only" ] || collect_limits

  mark end
} 2>/dev/null
