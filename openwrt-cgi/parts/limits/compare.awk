# Whether the table of that time is what is wanted, as far as that can be known without nft: the form in which it prints a rule is its own.
function is_right(time,   i) {
  if (body[time, "table"] ~ /dormant/ || elements[time, "alive"] != 2) return 0
  for (i = 1; i <= wanted_things; i++) if (!is_same(time, order[i])) return 0
  for (i = 1; i <= things[time]; i++) if (!(thing_of[time, i] in wants)) return 0
  return 1
}
function is_same(time, thing,   word, n, text) {
  if (!((time, thing) in body)) return 0
  split(thing, word, " ")
  text = body[time, thing]
  if (word[1] == "chain") {
    # The first line of a chain with a hook says so.
    if (wants[thing] != "" && text !~ / policy accept;\n/) return 0
    return lines[time, word[2]] + 0 == ruled[word[2]] + (wants[thing] != "")
  }
  return !is_other(time, thing) && (word[1] != "set" || !is_given(word[2]) || same_elements(time, word[2]))
}
# Whether a set or limit of that name is another one than what is wanted.
function is_other(time, thing,   text, i, n, word, number) {
  text = body[time, thing]
  if (thing ~ /^limit /) {
    # "rate over 250 kbytes/second burst 128 kbytes"
    n = split(text, word, " ")
    for (i = 3; i < n; i++) if (word[i + 1] ~ /^[km]?bytes/) number = number " " word[i] * (word[i + 1] ~ /^k/ ? 1024 : word[i + 1] ~ /^m/ ? 1048576 : 1)
    return number != "" && number != wanted_numbers(wants[thing])
  }
  return thing ~ /^set / && plain(text) != plain(wants[thing])
}
function wanted_numbers(text,   word) {
  split(text, word, " ")
  return " " word[3] + 0 " " word[6] + 0
}
function plain(text) {
  gsub(/[ ;\n]/, "", text)
  return text
}
# Whether the elements of a set are those of the wanted state.
function is_given(set) { return set ~ /^(mac_|ip[46]_|macs$|given[46]$)/ || (set == "home" && home != "keep") }
function same_elements(time, set,   n) {
  if (elements[time, set] + 0 != member[set] + 0) return 0
  for (n = 1; n <= member[set]; n++) if (!((time, set, members[set, n]) in has_element)) return 0
  return 1
}

# What this run has changed, from what nft printed before and prints now: whether anything, and in broken[i] which limits did not stand.
# What all limits rely on is broken[0].
function find_changes(   i, k, part, chain, word) {
  split("by_mac by_ip to_ip to_seen clear input", part, " ")
  for (k in part) shared["chain " part[k]] = part[k]
  if (!is_right("before")) changed = 1
  if (body["before", "table"] != body["now", "table"] || elements["before", "alive"] != 2) broken[0] = 1
  for (i = 1; i <= wanted_things; i++) {
    if (order[i] in shared) compare_lines(shared[order[i]])
    else if (body["before", order[i]] != body["now", order[i]] || !(("before", order[i]) in body)) broken[owner_of[order[i]]] = 1
    split(order[i], word, " ")
    if (owner_of[order[i]] && word[1] == "set" && is_given(word[2]) && !same_elements("before", word[2])) broken[owner_of[order[i]]] = 1
  }
  for (i in broken) changed = 1
}
# The order of limits means nothing. A rule that belongs to none of them breaks all; in "input" it breaks none.
function compare_lines(chain,   n) {
  if (lines["before", chain] != lines["now", chain]) changed = 1
  for (n = 1; n <= lines["now", chain]; n++)
    if (!(("before", chain, line_of["now", chain, n]) in has_line)) breaks(chain, line_of["now", chain, n])
  for (n = 1; n <= lines["before", chain]; n++)
    if (!(("now", chain, line_of["before", chain, n]) in has_line)) breaks(chain, line_of["before", chain, n])
}
function breaks(chain, line,   n, i, word) {
  changed = 1
  n = split(line, word, " ")
  for (i = 1; i <= n; i++) if (word[i] in limit_named) { broken[limit_named[word[i]]] = 1; return }
  # A limit that is wanted no longer.
  if (line ~ /(jump (up|down)|@(mac|ip[46]|seen[46]))_/) return
  if (chain != "input") broken[0] = 1
}
# Whether a limit stood: its own things were right, every rule led to it, and its members passed the first question.
function stood(i,   n, f, set) {
  if (broken[0] || broken[i] || (i in refused)) return 0
  for (n = 1; n <= member["mac_" id[i]]; n++) if (!(("before", "macs", members["mac_" id[i], n]) in has_element)) return 0
  for (f = 4; f <= 6; f += 2) {
    set = "ip" f "_" id[i]
    for (n = 1; n <= member[set]; n++) if (!(("before", "given" f, members[set, n]) in has_element)) return 0
  }
  return 1
}
