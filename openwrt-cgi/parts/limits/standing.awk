# The table as "nft list table" prints it: things[n] and have[kind " " name] for each chain, set, limit and counter; for chains how many rules
# each has and how often each jumps where; for sets of given things their elements, in one form; what each counter counted.
function standing(   kind) {
  if (inside == "") {
    if (NF == 3 && $3 == "{" && $1 ~ /^(chain|set|limit|counter)$/) {
      inside = $1
      object = $2
      have[inside " " object] = 1
      things[++thingcount] = inside " " object
    } else if (NF > 2 && $NF == "{" && $1 != "table") strange = 1
    return
  }
  if ($0 ~ /^\t}$/) { inside = ""; return }
  if (inside == "chain" && $1 != "type") {
    have_rules[object]++
    if ($(NF - 1) == "jump") have_jumps[object, $NF]++
  } else if (inside == "counter" && $1 == "packets") dropped[object] = $4
  else if (inside == "set" && object !~ /^(seen|learned)[46]/) {
    if (sub(/^.*elements = \{/, "")) { listing = ""; within = 1 }
    if (!within) return
    listing = listing $0
    if (sub(/\}.*$/, "", listing)) { have_elements(object, listing); within = 0 }
  }
}
function have_elements(set, text,   n, i, part, word, key) {
  n = split(text, part, ",")
  for (i = 1; i <= n; i++) {
    split(part[i], word, " ")
    key = word[1]
    gsub(/"/, "", key)
    if (set ~ /^(ip|given)/) key = key " . " (set ~ /^(ip|given)6/ ? colons(expand6(word[3])) : word[3])
    has_element[set, key] = 1
    element_of[set, ++elements[set]] = key
  }
}
