# What of the wanted table stands as it should, by the names of things: their rates and their form are in the names.
function compare(   k, part, i) {
  for (k in jumps) if (have_jumps[k] + 0 != jumps[k]) { split(k, part, SUBSEP); missed[part[2]] = 1; differs = 1 }
  for (k in have_jumps) if (!(k in jumps)) { split(k, part, SUBSEP); missed[part[2]] = 1; differs = 1 }
  for (i = 1; i <= wanted_things; i++) if (!same(order[i])) differs = broken[owner_of[order[i]]] = 1
  for (i = 1; i <= thingcount; i++) if (!(things[i] in wants)) differs = 1
  alive = elements["alive"] == 2
  if (!alive) differs = 1
}
function same(thing,   word) {
  split(thing, word, " ")
  if (!(thing in have)) return 0
  if (word[1] == "chain") return have_rules[word[2]] + 0 == ruled[word[2]] + 0
  return word[1] != "set" || !is_given(word[2]) || same_elements(word[2])
}
# Whether the elements of a set are those of the wanted state.
function is_given(set) { return set ~ /^(mac_|ip[46]_|macs$|given[46]$)/ || (set == "home" && home != "keep") }
function same_elements(set,   n) {
  if (elements[set] + 0 != member[set] + 0) return 0
  for (n = 1; n <= member[set]; n++) if (!((set, members[set, n]) in has_element)) return 0
  return 1
}
# Whether a limit holds: its own things are right, every rule leads to it, and its members pass the first question.
function stands(i,   n, f, set) {
  if (!alive || (i in broken) || (("up_" id[i]) in missed) || (("down_" id[i]) in missed) || !same("chain forward")) return 0
  for (n = 1; n <= member["mac_" id[i]]; n++) if (!(("macs", members["mac_" id[i], n]) in has_element)) return 0
  for (f = 4; f <= 6; f += 2) {
    set = "ip" f "_" id[i]
    for (n = 1; n <= member[set]; n++) if (!(("given" f, members[set, n]) in has_element)) return 0
  }
  return 1
}
