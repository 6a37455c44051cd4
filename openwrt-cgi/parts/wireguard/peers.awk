# The peers of a configuration on standard input, whose text a change relies on. Variables: mode, key, open (see peers() in peer-access.sh),
# record: a file, for the modes that find the place of a peer.
#include wireguard/trim.awk
#include wireguard/grammar.awk
#include wireguard/names.awk
#include wireguard/structure.awk
#include wireguard/addresses.awk
#include wireguard/place.awk

function show(i) {
  printf "%s%s", row[i], (i == NR && open != "" && mode == "keep") ? "" : "\n"
}
# The block without the blank lines behind it; only its own settings where they are for wg.
function show_block(s, settings,   i, e) {
  for (e = to[s]; kind[e] == "blank"; e--) continue
  for (i = from[s]; i <= e; i++) if (owner[i] == s && (!settings || kind[i] == "head" || kind[i] == "option")) print row[i]
}
BEGIN { LETTERS = "[]#ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=" }
{ row[NR] = $0 }
END {
  structure(NR)
  for (s = 1; s <= sections; s++) {
    if (!peer[s] || hidden[s]) continue
    found[s] = ((s, key) in keys)
    if (found[s]) {
      if (mixed[s]) exit 3
      if (tangled[s]) exit 4
      count++
      if (psk[s] != "") shared = psk[s]
    }
    # Of a peer that is there twice, wg keeps the addresses of the last block.
    if (public[s] != "") { if (!(public[s] in of)) order[++known] = public[s]; of[public[s]] = allowed[s] }
  }
  if (mode == "count") print count + 0
  else if (mode == "preshared") print shared
  else if (mode == "keep") { for (i = 1; i <= NR; i++) if (!found[owner[i]]) show(i) }
  else if (mode == "entry") entry()
  else if (mode == "exact" || mode == "near") insert(mode == "exact")
  else if (mode == "warning") {
    for (i = 1; i <= NR && !(peer[at[i]] && !hidden[at[i]]); i++) if (kind[i] == "comment" && is_warning(said_in(row[i]))) { print "yes"; exit }
  } else if (mode == "take" || mode == "settings") {
    for (s = 1; s <= sections; s++) {
      if (!found[s]) continue
      if (shown++) print ""
      show_block(s, mode == "settings")
    }
  } else if (mode == "list" || mode == "addresses") {
    for (i = 1; i <= known; i++) {
      n = split(of[order[i]], list, ",")
      written = ""
      for (j = 1; j <= n; j++) {
        if (list[j] !~ /^[+]?[0-9A-Fa-f:.]+(\/[0-9]+)?$/) continue
        if (mode == "addresses") print order[i] "\t" canonical(list[j]) "\t" list[j]
        written = written (written == "" ? "" : ",") list[j]
      }
      if (mode == "list") print order[i] "\t" (written == "" ? "-" : written)
      else if (written == "") print order[i] "\t-\t-"
    }
  }
}
