# The table as "nft list table" prints it, at two times: "before" this run, and "now". thing_of[time, n] and body[time, kind " " name] for each
# chain, set, limit and counter, with what it says but for counts and elements; body[time, "table"] is what it says of itself. For chains their
# lines; for sets of given things their elements, in one form; what each counter counted.
function standing(time) {
  if (inside == "") {
    if (!NF || $1 == "table" || /^}/) return
    if (NF == 3 && $3 == "{" && $1 ~ /^(chain|set|limit|counter)$/) {
      inside = $1
      object = $2
      body[time, inside " " object] = ""
      thing_of[time, ++things[time]] = inside " " object
    } else if ($NF == "{") strange[time] = 1
    else body[time, "table"] = body[time, "table"] $0 "\n"
    return
  }
  if ($0 ~ /^\t}$/) { inside = ""; return }
  if (inside == "counter") { if ($1 == "packets") dropped[object] = $4; return }
  if (inside == "set") {
    if (sub(/^.*elements = \{/, "")) { listing = ""; within = 1 }
    if (within) {
      listing = listing $0
      if (sub(/\}.*$/, "", listing)) { have_elements(time, object, listing); within = 0 }
      return
    }
    # Newer versions print how many elements there are.
    sub(/[ \t]*#.*/, "")
  }
  $1 = $1
  if ($0 == "") return
  body[time, inside " " object] = body[time, inside " " object] $0 "\n"
  if (inside != "chain") return
  line_of[time, object, ++lines[time, object]] = $0
  has_line[time, object, $0] = 1
}
function have_elements(time, set, text,   n, i, part, word, key) {
  if (set ~ /^(seen|learned)[46]/) return
  n = split(text, part, ",")
  for (i = 1; i <= n; i++) {
    split(part[i], word, " ")
    key = word[1]
    gsub(/"/, "", key)
    if (set ~ /^(ip|given)/) key = key " . " (set ~ /^(ip|given)6/ ? colons(expand6(word[3])) : word[3])
    has_element[time, set, key] = 1
    element_of[time, set, ++elements[time, set]] = key
  }
}
