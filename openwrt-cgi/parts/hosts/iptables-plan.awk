function key(text) { return family == 4 ? key4(text) : key6(tolower(text)) }
function key4(text,   part, i) {
  if (length(text) > 15 || split(text, part, ".") != 4) return ""
  for (i = 1; i <= 4; i++) if (part[i] !~ /^(0|[1-9][0-9]?[0-9]?)$/ || part[i] > 255) return ""
  if (part[1] == 0 || part[1] == 127 || part[1] >= 224 || (part[1] == 169 && part[2] == 254)) return ""
  return text
}
#include shared/expand6.awk
function key6(text,   long) {
  long = expand6(text)
  # Not ::, loopback, IPv4 in IPv6, link-local, multicast.
  return long ~ /^(0000|fe[89ab]|ff)/ ? "" : long
}

# An address is a host here if the route to it leads through a counted device. TEXT is an address, so it is safe in a command.
function routed(address,   command, line, part, n, i) {
  command = "ip -" family " route get " address " 2>/dev/null"
  command | getline line
  close(command)
  n = split(line, part, " ")
  if (part[1] ~ /^[a-z]+$/) return 0 # local, broadcast, unreachable …
  for (i = 2; i < n; i++) if (part[i] == "dev") return part[i + 1] in counted
  return 0
}

# "sure": it is known to be on a counted device. "present": it still exists, though it may not be counting at the moment.
function candidate(text, sure, present,   k) {
  k = key(text)
  if (k == "" || (!(k in textof) && listed >= 2 * size)) return
  if (!(k in textof)) textof[k] = family == 4 ? text : tolower(text)
  if (present) standing[k] = 1
  if (k in listed_as) {
    if (sure) certain[k] = 1
    return
  }
  list[++listed] = k
  listed_as[k] = listed
  certain[k] = sure
}
# Merely naming an element would create it.
function count(counters, k) { return k in counters ? counters[k] : "0" }
function rule(chain, k) { return chain " " (chain == "wrtmeter_upload" ? "-s " : "-d ") textof[k] " -j RETURN" }
function drop(k) {
  if (k in up) todo = todo "-D " rule("wrtmeter_upload", k) "\n"
  if (k in down) todo = todo "-D " rule("wrtmeter_download", k) "\n"
  delete up[k]
  delete down[k]
  delete last[k]
  hosts--
}
function make_room(   k, silent) {
  if (unsure) return 0
  silent = ""
  for (k in last)
    if (((k in up) || (k in down)) && !(k in standing) && now - last[k] >= hour && (silent == "" || last[k] < last[silent])) silent = k
  if (silent == "") return 0
  drop(silent)
  return 1
}

BEGIN { getline line < uptime; split(line, part, "."); now = part[1] + 0; hosts = listed = 0 }
/^\001/ {
  part_is = substr($0, 2)
  if (part_is == "unsure") unsure = 1
  if (part_is == "asked" && !whole) for (device in standing_devices) counted[device] = 1
  next
}

part_is == "rules" && $1 ~ /^:/ { chain[substr($1, 2)] = 1; torn = 1; next }
part_is == "rules" && $1 == "COMMIT" { torn = 0; whole_table = 1 }
part_is == "rules" && $2 == "-A" {
  text = substr($0, length($1) + 2)
  split(substr($1, 2, length($1) - 2), counter, ":")
  if (text == "-A FORWARD -j wrtmeter") jumps++
  else if ($3 == "wrtmeter" || $3 == "wrtmeter_from_home") { have[$3] = have[$3] text "\n"; if ($4 == "-i") standing_devices[$5] = 1 }
  else if ($3 == "wrtmeter_upload" || $3 == "wrtmeter_download") {
    if (NF == 5 && $5 == "RETURN") { tail[$3] = 1; next }
    sub(/\/(32|128)$/, "", $5)
    k = key($5)
    if (NF != 7 || $7 != "RETURN" || k == "") next
    textof[k] = $5
    if (!(k in up) && !(k in down)) hosts++
    if ($3 == "wrtmeter_upload" && $4 == "-s" && !(k in up)) up[k] = counter[2]
    if ($3 == "wrtmeter_download" && $4 == "-d" && !(k in down)) down[k] = counter[2]
  }
  next
}
part_is == "wanted" && $1 == "network" { devices[++device_count] = $3; counted[$3] = 1; next }
part_is == "asked" { candidate($1, 0, 1); next }
part_is == "neighbours" && / lladdr / && !/ (FAILED|INCOMPLETE|NOARP)/ {
  for (i = 2; i < NF; i++) if ($i == "dev" && $(i + 1) in counted) candidate($1, 1, 1)
  next
}
# A route to a single address: a peer of a tunnel.
part_is == "routes" && !/ via / { for (i = 2; i < NF; i++) if ($i == "dev" && $(i + 1) in counted) candidate($1, 1, 1); next }
part_is == "peers" { for (i = 3; i <= NF; i++) if (sub(/\/(32|128)$/, "", $i)) candidate($i, 0, 1); next }
# When only one address is added, these only show who is present; the whole pass asks where they are.
part_is == "leases" { if (whole || key($3) in textof) candidate($3, 0, 1); next }
part_is == "configured" { for (i = 1; i <= NF; i++) if (whole || key($i) in textof) candidate($i, 0, 1); next }
part_is == "static" && $1 != same { same = $1; if (whole || key($1) in textof) candidate($1, 0, 1); next }
part_is == "remembered" {
  k = key($1)
  if (k == "" || $2 !~ /^[0-9]+$/) next
  then[k] = $2
  before[k] = $3 " " $4
  if (whole && now - $2 < day) candidate($1, 0, 0)
}

END {
  if (part_is != "end" || torn || (whole && !whole_table)) exit 1
  if (whole) {
    for (i = 1; i <= device_count; i++) {
      in_rules = in_rules "-A wrtmeter -i " devices[i] " -g wrtmeter_from_home\n"
      out_rules = out_rules "-A wrtmeter -o " devices[i] " -g wrtmeter_download\n"
      from_home = from_home "-A wrtmeter_from_home -o " devices[i] " -j RETURN\n"
    }
    from_home = from_home "-A wrtmeter_from_home -g wrtmeter_upload\n"
    # These are never emptied, and creating one that exists would fail everything.
    if (!("wrtmeter_upload" in chain)) head = head "-N wrtmeter_upload\n"
    if (!("wrtmeter_download" in chain)) head = head "-N wrtmeter_download\n"
    # A chain written in this form is emptied if it exists.
    if (have["wrtmeter"] have["wrtmeter_from_home"] != in_rules out_rules from_home) {
      head = head ":wrtmeter - [0:0]\n:wrtmeter_from_home - [0:0]\n"
      todo = in_rules out_rules from_home
    }
    if (!jumps) todo = todo "-I FORWARD 1 -j wrtmeter\n"
    for (; jumps > 1; jumps--) todo = todo "-D FORWARD -j wrtmeter\n"
    if (!tail["wrtmeter_upload"]) todo = todo "-A wrtmeter_upload -j RETURN\n"
    if (!tail["wrtmeter_download"]) todo = todo "-A wrtmeter_download -j RETURN\n"
  } else if (!jumps || !tail["wrtmeter_upload"] || !tail["wrtmeter_download"]) exit # nothing is counted just now

  for (k in textof)
    if (k in up || k in down) last[k] = !(k in then) || then[k] > now || before[k] != count(up, k) " " count(down, k) ? now : then[k]
  if (!unsure) for (k in last) if (!(k in standing) && now - last[k] >= day) drop(k)
  for (i = 1; i <= listed; i++) {
    k = list[i]
    if (k in up && k in down) continue
    if (!(k in last)) {
      if (!certain[k] && !routed(textof[k])) continue
      if (hosts >= size && !make_room()) continue
      hosts++
    }
    if (!(k in up)) todo = todo "-I " rule("wrtmeter_upload", k) "\n"
    if (!(k in down)) todo = todo "-I " rule("wrtmeter_download", k) "\n"
    last[k] = now
  }
  if (head todo != "") printf "*mangle\n%s%sCOMMIT\n", head, todo
  printf "" >memory
  for (k in last) print textof[k], last[k], count(up, k), count(down, k) >memory
}
