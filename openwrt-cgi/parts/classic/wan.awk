#include shared/tunnels.awk
#include shared/netifd.awk
#include shared/layers.awk

# Candidates are ranked: tunnels last (their bytes are in the uplink below them too), IPv4 before IPv6, then by the lowest metric.
function candidate(device, order, metric,   rank) {
  rank = order * 1e10 + metric
  if (device == "") return
  if (order < 2) routed[device] = 1
  if (best == "" || rank < bestrank) { best = device; bestrank = rank }
}
# Where only a tunnel has a default route, the wan that it runs over is the uplink: what it carries is counted outside the tunnel.
function choose(   i, logical, proto, device, lower) {
  for (i = 1; i <= interfaces; i++) {
    logical = field[i, "interface"]
    proto = field[i, "proto"]
    device = field[i, "l3_device"]
    if (field[i, "up"] != "true" || logical == "lan") continue
    if (istunnel(proto)) {
      if (!field[i, "default"]) continue
      tunnels = 1
      candidate(device, field[i, "default4"] ? 4 : 5, metric_of(i))
    } else if (field[i, "default"]) candidate(device, field[i, "default4"] ? 0 : 1, metric_of(i))
    else if (logical ~ /^w?wan/) named[proto ~ /^(dhcpv6|6)/ ? 3 : 2] = device
  }
  if (tunnels) for (i = 3; i >= 2; i--) if (i in named) candidate(named[i], i, 0)
  # An uplink that lies on another one is inside it: the lower one has the bytes of both.
  netifd_layers()
  for (i = 1; i <= 50; i++) {
    lower = ""
    for (device in routed) if (best in routed && lies_on(best, device)) lower = device
    if (lower == "") break
    best = lower
  }
}
function metric_of(i,   metric) {
  metric = field[i, "default4"] ? field[i, "metric4"] : field[i, "metric6"]
  return metric == "" ? field[i, "metric"] : metric
}

/^(netifd|routes4|routes6|layers|devices|failed)$/ { part = $1; if (part == "netifd" || part == "failed") netifd = part; next }
part == "netifd" { json($0) }
part == "routes4" && $2 == "00000000" && $8 == "00000000" { candidate($1, 0, $7) }
part == "routes6" && $1 ~ /^0+$/ && $2 == "00" && $10 != "lo" { candidate($10, 1, 0) }
part == "layers" { kernel_layer($0) }
part == "devices" { sub(/:/, " "); rx[$1] = $2; tx[$1] = $10 }
END {
  if (netifd == "failed" || (netifd && !complete)) { print "netifd did not answer \"ubus call network.interface dump\""; exit 1 }
  if (netifd) choose()
  if (best == "" && !netifd && "wan" in rx) best = "wan"
  if (best == "") { print "no uplink is up: no interface has a default route"; exit 1 }
  if (rx[best] !~ /^[0-9]+$/ || tx[best] !~ /^[0-9]+$/) { print "the uplink " best " is not in /proc/net/dev"; exit 1 }
  print "wan: " rx[best] " " tx[best]
}
