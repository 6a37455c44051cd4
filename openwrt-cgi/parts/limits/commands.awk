# What nft must do, as one transaction. Everything is made again in every run, so nothing that somebody changed can stay; but limits, counters
# and sets that are as wanted stay, with their budgets, with what they counted and with the addresses that were learned.
function commands(   i, n, word, thing) {
  if (is_outdated()) { print "delete table inet wrtmeter_limits"; things["before"] = 0 }
  for (i = 1; i <= things["before"]; i++) stays[thing_of["before", i]] = 1
  # Without flags, it wakes up a table that is dormant.
  print "table inet wrtmeter_limits { }"
  # Chains first: they hold on to all others.
  for (thing in stays) if (thing ~ /^chain /) print on("flush", thing)
  for (n = 1; n <= 2; n++) for (thing in stays)
    if ((thing ~ /^chain /) == (n == 1) && (!(thing in wants) || is_other("before", thing))) { print on("delete", thing); gone[thing] = 1 }
  for (thing in gone) delete stays[thing]
  for (i = 1; i <= wanted_things; i++) {
    # Adding a chain with a hook again sets its policy.
    if (!(order[i] in stays) || (order[i] ~ /^chain / && wants[order[i]] != "")) print on("add", order[i]) " { " wants[order[i]] " }"
    split(order[i], word, " ")
    if (word[1] == "set" && is_given(word[2])) fill(word[2])
  }
  for (i = 1; i <= limits; i++) if (lost_mac(i)) forget_addresses(i)
  for (i = 1; i <= wanted_things; i++) {
    split(order[i], word, " ")
    if (word[1] == "chain") for (n = 1; n <= ruled[word[2]]; n++) print on("add", "rule " word[2]), rules[word[2], n]
  }
}
# A table of an older form, or one with things in it that are not ours.
function is_outdated() { return table && (strange["before"] || !(("before", "chain layout_2") in body)) }
function on(verb, thing,   word) {
  split(thing, word, " ")
  return verb " " word[1] " inet wrtmeter_limits " word[2]
}
function fill(set,   n, list, text) {
  if (("set " set) in stays) print on("flush", "set " set)
  if (!member[set]) return
  for (n = 1; n <= member[set]; n++) {
    text = members[set, n]
    # The name of an interface can be a word of nft.
    if (set == "home") text = "\"" text "\""
    else if (set ~ /^(ip|given)/) text = "\"" substr(text, 1, index(text, " ") - 1) "\"" substr(text, index(text, " "))
    list = list (n > 1 ? ", " : "") text
  }
  print on("add", "element " set), "{ " list " }"
}
# When a device leaves a limit, the limit forgets its addresses.
function lost_mac(i,   n, set) {
  set = "mac_" id[i]
  for (n = 1; n <= elements["before", set]; n++) if (!((set, element_of["before", set, n]) in is_member)) return 1
  return 0
}
function forget_addresses(i,   f) {
  for (f = 4; f <= 6; f += 2) if (("set seen" f "_" id[i]) in stays && ("set seen" f "_" id[i]) in wants) print on("flush", "set seen" f "_" id[i])
}
# The time until all of it ends by itself begins again. Who asks can always reach the router, so nobody shuts himself out.
function refresh(   f, is) {
  print on("flush", "set alive")
  print on("add", "element alive"), "{ ipv4 timeout " expire "s, ipv6 timeout " expire "s }"
  sub(/%.*/, "", asker)
  sub(/^::ffff:/, "", asker)
  for (f = 4; f <= 6; f += 2) {
    print on("flush", "set asker" f)
    is = f == 4 ? is_ipv4(asker) : expand6(asker) != ""
    if (is) print on("add", "element asker" f), "{ " asker " timeout " expire "s }"
  }
}
