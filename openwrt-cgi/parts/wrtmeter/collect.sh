# One awk reads what all tools print. A mark begins each part: \001, which no tool prints at the start of a line, then words. It begins with a
# line end, because the output before it may lack one.
mark() { printf '\n\001%s %s\n' "$1" "${2:-}"; }

collect() {
  mark time "$(date +%s)"
  mark machine "$(uname -m)"

  mark uci
  uci -q show firewall
  [ -n "$only" ] || uci -q show dhcp

  if command -v ubus >/dev/null; then
    mark netifd
    ubus call network.interface dump || mark failed "wan \"ubus call network.interface dump\" ended with $?"
  fi

  [ -n "$only" ] || { mark layers; device_layers; }
  [ -n "$only" ] || collect_devices
  [ -n "$only" ] || collect_peers
  collect_hosts

  mark end
} 2>/dev/null
