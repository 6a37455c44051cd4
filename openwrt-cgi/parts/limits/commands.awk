# What nft must do, as one transaction. Objects that are wanted stay, with what they counted and with the addresses that were learned; rules
# hold nothing of their own and are made again.
function commands(   i, n, word) {
  print "table inet wrtmeter_limits { }"
  for (i = 1; i <= thingcount; i++) if (things[i] ~ /^chain /) print on("flush", things[i])
  # Chains first: they hold on to all others.
  for (n = 1; n <= 2; n++) for (i = 1; i <= thingcount; i++)
    if (!(things[i] in wants) && (things[i] ~ /^chain /) == (n == 1)) print on("delete", things[i])
  for (i = 1; i <= wanted_things; i++) {
    split(order[i], word, " ")
    if (!(order[i] in have)) print on("add", order[i]) " { " wants[order[i]] " }"
    if (word[1] == "set" && is_given(word[2]) && !same_elements(word[2])) fill(word[2])
  }
  for (i = 1; i <= limits; i++) if (lost_mac(i)) forget_addresses(i)
  for (i = 1; i <= wanted_things; i++) {
    split(order[i], word, " ")
    if (word[1] == "chain") for (n = 1; n <= ruled[word[2]]; n++) print on("add", "rule " word[2]), rules[word[2], n]
  }
}
function on(verb, thing,   word) {
  split(thing, word, " ")
  return verb " " word[1] " inet wrtmeter_limits " word[2]
}
function fill(set,   n, list, text) {
  if (("set " set) in have) print on("flush", "set " set)
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
  for (n = 1; n <= elements[set]; n++) if (!((set, element_of[set, n]) in is_member)) return 1
  return 0
}
function forget_addresses(i,   f) {
  for (f = 4; f <= 6; f += 2) if (("set seen" f "_" id[i]) in have && ("set seen" f "_" id[i]) in wants) print on("flush", "set seen" f "_" id[i])
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
