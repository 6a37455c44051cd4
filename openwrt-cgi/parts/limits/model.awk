# The table that the wanted state makes. Each limit has an object for each direction, whose name has the rate in it: nft keeps the old rate of
# an object that is added again. What the rules rely on:
# - Only what is routed comes through "forward"; what a bridge or an access point passes on does not. From home to home nothing is limited.
# - The chains run after the filter and before hosts are counted (filter + 50): what the filter drops uses up nothing, and what is dropped here
#   is not counted as somebody's bytes.
# - An address that was given counts on the interface that the router reaches it by, and nowhere else: anyone who claims an address of the
#   Internet, of an uplink or of another network gets no packets limited but those of his own network.
# - In "forward", "ether saddr" is the device on upload, but "ether daddr" is not on download. So a download is recognised by its address: one
#   that was given, or one that the device has sent from within ten minutes ("seen"). Seen addresses belong to the interface they were seen
#   on: a made-up sender address from outside the home gets nobody else's packets limited.
# - When a device without limits sends from an address, the address counts as its own.
# - If no room is left to remember a new address, nothing is let through from it: else its downloads would be free.
# - Everything is asked of small sets first; only packets of what is limited pass the rules of each limit, at most once each.
# - "alive" ends by itself. Without it, no packet gets past the first rule: then there are no limits.
function build(   i, n, part) {
  owner = 0
  n = split("layout_2 by_mac by_ip to_ip to_seen clear", part, " ")
  for (i = 1; i <= n; i++) want("chain " part[i], "")
  want("set alive", "type nf_proto; flags timeout;")
  want("set asker4", "type ipv4_addr; flags timeout;")
  want("set asker6", "type ipv6_addr; flags timeout;")
  want("set home", "type ifname;")
  want("set macs", "type ether_addr;")
  for (i = 4; i <= 6; i += 2) {
    want("set given" i, "type ifname . ipv" i "_addr;")
    want("set learned" i, seen(i, 131072))
  }
  router_chain()
  n = split(home, part, " ")
  if (home != "keep") for (i = 1; i <= n; i++) add("home", part[i])
  want("chain forward", "type filter hook forward priority filter + 10; policy accept;")
  rule("forward", "meta nfproto != @alive return")
  rule("forward", "iifname @home oifname @home return")
  rule("forward", "ether saddr @macs jump by_mac")
  rule("forward", "iifname . ip saddr @given4 jump by_ip")
  rule("forward", "iifname . ip6 saddr @given6 jump by_ip")
  rule("forward", "oifname . ip daddr @given4 jump to_ip")
  rule("forward", "oifname . ip6 daddr @given6 jump to_ip")
  rule("forward", "oifname . ip daddr @learned4 jump to_seen")
  rule("forward", "oifname . ip6 daddr @learned6 jump to_seen")
  rule("forward", "meta nfproto ipv4 ether saddr != @macs iifname . ip saddr @learned4 jump clear")
  rule("forward", "meta nfproto ipv6 ether saddr != @macs iifname . ip6 saddr @learned6 jump clear")
  want("chain input", "type filter hook input priority filter + 10; policy accept;")
  rule("input", "meta nfproto != @alive return")
  rule("input", "iifname lo return")
  rule("input", "ip saddr @asker4 return")
  rule("input", "ip6 saddr @asker6 return")
  for (i = 4; i <= 6; i += 2) rule("clear", "delete @learned" i " { iifname . " address(i) " saddr }")
  for (i = 1; i <= limits; i++) if (!(i in refused)) build_limit(i)
}
function want(thing, spec) {
  if (thing in wants) return
  wants[thing] = spec
  order[++wanted_things] = thing
  owner_of[thing] = owner
}
function rule(chain, text) {
  want("chain " chain, "")
  rules[chain, ++ruled[chain]] = text
}
function address(family) { return family == 4 ? "ip" : "ip6" }
function seen(family, size) { return "type ifname . ipv" family "_addr; size " size "; flags dynamic, timeout; timeout 10m;" }

# What a paused device may still reach of the router itself: always an address and its neighbours, and what is configured.
function router_chain(   dns) {
  if ("router" in may && "dns" in may) { router = ""; return }
  router = "router_" ("router" in may ? "pages" : "dns" in may ? "dns" : "nothing")
  dns = "meta l4proto { tcp, udp } th dport { 53, 853 } "
  rule(router, "udp sport 68 udp dport 67 return")
  rule(router, "udp dport 547 return")
  rule(router, "icmpv6 type { 130, 131, 132, 133, 135, 136, 143 } return")
  if ("dns" in may) rule(router, dns "return")
  rule(router, ("router" in may ? dns : "") "reject with icmpx admin-prohibited")
}

# "-" is not for names.
function name_of(i,   name) {
  name = id[i] "_" (i in pauses ? "P" : "D" rate["down", i] "_U" rate["up", i])
  gsub(/-/, "N", name)
  return name
}
function build_limit(i,   macs, f, n, set, down, up) {
  owner = i
  limit_named["up_" id[i]] = limit_named["down_" id[i]] = limit_named["@mac_" id[i]] = i
  for (f = 4; f <= 6; f += 2) limit_named["@ip" f "_" id[i]] = limit_named["@seen" f "_" id[i]] = i
  macs = member["mac_" id[i]] + 0
  if (macs) want("set mac_" id[i], "type ether_addr;")
  for (n = 1; n <= macs; n++) add("macs", members["mac_" id[i], n])
  for (f = 4; f <= 6; f += 2) {
    set = "ip" f "_" id[i]
    if (member[set]) want("set " set, "type ifname . ipv" f "_addr;")
    for (n = 1; n <= member[set]; n++) add("given" f, members[set, n])
  }
  down = verdict("down", i)
  up = verdict("up", i)
  if (down != "") {
    rule("down_" id[i], down)
    if (macs) for (f = 4; f <= 6; f += 2) learn(i, f, up)
  }
  if (up != "") rule("up_" id[i], up)
  if (macs && ruled["up_" id[i]]) lead("by_mac", "ether saddr @mac_" id[i], "up", i)
  for (f = 4; f <= 6; f += 2) {
    set = "ip" f "_" id[i]
    if (!member[set]) continue
    # With MACs among its members, an address that comes with a MAC says nothing of its own.
    if (up != "") lead("by_ip", (macs ? "meta nfproto ipv" f " meta iiftype != ether " : "") "iifname . " address(f) " saddr @" set, "up", i)
    if (down != "") lead("to_ip", "oifname . " address(f) " daddr @" set, "down", i)
  }
  owner = 0
}
function lead(chain, match_, direction, i) {
  rule(chain, match_ " jump " direction "_" id[i])
  if (direction == "up" && i in pauses && router != "") rule("input", match_ " jump " router)
}
# What a limit does with a packet in one direction, or "" if it lets all of them pass.
function verdict(direction, i,   counter, object) {
  if (rate[direction, i] == "-") return ""
  counter = "dropped_" direction "_" name_of(i)
  want("counter " counter, "")
  if (i in pauses) return "counter name " counter (direction == "up" ? " reject with icmpx admin-prohibited" : " drop")
  object = direction "_" name_of(i)
  want("limit " object, "rate over " rate[direction, i] " bytes/second burst " burst(rate[direction, i]) " bytes;")
  return "limit name " object " counter name " counter " drop"
}
# What may come at once: a quarter of a second, and never less than the largest packet, which is several that the kernel joined.
function burst(rate) { return rate / 4 < 131072 ? 131072 : int(rate / 4) }

# Learns the addresses that the devices of a limit send from.
function learn(i, f, up,   set, given, chain) {
  set = "seen" f "_" id[i]
  given = member["ip" f "_" id[i]] ? "ifname . " address(f) " addr != @ip" f "_" id[i] " " : ""
  chain = "up_" id[i]
  want("set " set, seen(f, 512))
  rule(chain, "meta nfproto ipv" f " meta iiftype ether update @" set " { iifname . " address(f) " saddr } update @learned" f " { iifname . " address(f) " saddr }")
  sub(/ifname/, "iifname", given)
  sub(/addr/, "saddr", given)
  rule(chain, "meta nfproto ipv" f " meta iiftype ether " given "iifname . " address(f) " saddr != @" set (up == "" ? "" : " counter name dropped_up_" name_of(i)) " drop")
  sub(/iifname/, "oifname", given)
  sub(/saddr/, "daddr", given)
  rule("to_seen", given "oifname . " address(f) " daddr @" set " jump down_" id[i])
  rule("clear", "delete @" set " { iifname . " address(f) " saddr }")
}
