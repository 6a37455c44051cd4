#include shared/tunnels.awk

# Candidates are ranked: tunnels last (their bytes are in the uplink below them too), IPv4 before IPv6, then by the lowest metric.
function candidate(device, tunnel, v6, metric,   rank) {
  rank = tunnel * 2e10 + v6 * 1e10 + metric
  if (device != "" && (best == "" || rank < bestrank)) { best = device; bestrank = rank }
}
function unquote(text) { gsub(/^"|"$/, "", text); return text }

# netifd prints JSON. Read token by token, it may be indented or not.
function json(text,   token) {
  while (match(text, /"([^"\\]|\\.)*"|[][{}:,]|[^][{}:,"[:space:]]+/)) {
    token = substr(text, RSTART, RLENGTH)
    text = substr(text, RSTART + RLENGTH)
    if (token == "{" || token == "[") {
      name[++depth] = key
      key = ""
      if (depth == 3) { up = tunnel = default4 = default6 = metric = 0; device = logical = "" }
      if (depth == 5) { target = mask = routemetric = "" }
    } else if (token == "}" || token == "]") {
      if (depth == 5 && name[4] == "route" && mask == "0") {
        if (target == "0.0.0.0") { default4 = 1; metric4 = routemetric }
        if (target == "::") { default6 = 1; metric6 = routemetric }
      }
      if (depth == 3 && up && logical != "lan") {
        if (default4) candidate(device, tunnel, 0, metric4 == "" ? metric : metric4)
        else if (default6) candidate(device, tunnel, 1, metric6 == "" ? metric : metric6)
      }
      if (--depth == 0) complete = 1
      key = ""
    } else if (token == ":") key = last
    else if (token == ",") key = ""
    else {
      last = unquote(token)
      if (key == "") continue
      if (depth == 5 && name[4] == "route") {
        if (key == "target") target = last
        if (key == "mask") mask = last
        if (key == "metric") routemetric = last
      }
      if (depth == 3) {
        if (key == "interface") logical = last
        if (key == "up") up = last == "true"
        if (key == "l3_device") device = last
        if (key == "metric") metric = last
        if (key == "proto") tunnel = istunnel(last)
      }
    }
  }
}

/^(netifd|routes4|routes6|devices|failed)$/ { part = $1; if (part == "netifd" || part == "failed") netifd = part; next }
part == "netifd" { json($0) }
part == "routes4" && $2 == "00000000" && $8 == "00000000" { candidate($1, 0, 0, $7) }
part == "routes6" && $1 ~ /^0+$/ && $2 == "00" && $10 != "lo" { candidate($10, 0, 1, 0) }
part == "devices" { sub(/:/, " "); rx[$1] = $2; tx[$1] = $10 }
END {
  if (netifd == "failed" || (netifd && !complete)) { print "netifd did not answer \"ubus call network.interface dump\""; exit 1 }
  if (best == "" && !netifd && "wan" in rx) best = "wan"
  if (best == "") { print "no uplink is up: no interface has a default route"; exit 1 }
  if (rx[best] !~ /^[0-9]+$/ || tx[best] !~ /^[0-9]+$/) { print "the uplink " best " is not in /proc/net/dev"; exit 1 }
  print "wan: " rx[best] " " tx[best]
}
