# Sorts the lines of collect() by their marks, then prints the answer, section by section.
BEGIN {
  groups = interfaces = sections = radios = 0
  boot = firstline("/proc/sys/kernel/random/boot_id")
  split(firstline("/proc/uptime"), uptime, " ")
}
# Most lines belong to stations, and most of those are not needed: the first word decides, before anything else.
dumping && !($1 in first) && !/^\001/ { next }
/^\001/ {
  endstation()
  part = substr($1, 2)
  rest = substr($0, length($1) + 2)
  if (part == "failed") { reason = substr(rest, length($2) + 2); if (!($2 in failed)) failed[$2] = clean(reason) }
  else if (part == "hosts") hosts[++hostfiles] = rest
  else value[part] = rest
  if (part == "peers") tool = rest
  # Without waiting for a tool that still holds the pipe.
  if (part == "end") exit
  dumping = part == "dump"
  if (dumping) dump = rest
  next
}
dumping { station(); next }
part == "uci" { uci($0) }
part == "netifd" { json($0) }
part == "layers" { kernel_layer($0) }
part == "ifindexes" && NF == 2 { numbered[$1] = $2 }
part == "radios" { radio() }
part == "neighbours" { neighbour() }
part == "nftables" { nftables() }
part == "iptables" { iptables() }
part == "nlbwmon" { nlbwmon() }
part == "peers" { peer() }
part == "limits" { limit() }

END {
  if (part != "end") exit 1
  print "wrtmeter 1"
  print "script", version
  print_system()
  read_counters()
  if (!only) {
    print_wan()
    print_stations()
    print_leases()
    print_names()
    print_neighbours()
  }
  print_hosts()
  if (!only) print_peers()
  if (!only) print_limits()
  print "end wrtmeter"
}
