# The peers of a configuration on standard input, whose text a change relies on. Variables: mode, key, open (see peers() in peer-access.sh).
#include wireguard/trim.awk
#include wireguard/grammar.awk
#include wireguard/addresses.awk

# The first comment that is a name, in lines a to b; 0 where there is none.
function name_in(a, b,   i) {
  for (i = a; i <= b; i++) if (kind[i] == "comment" && is_name(line[i])) return i
  return 0
}
# The lines of a block. Comments right above a head belong to its block where a blank line separates them from what is before. Where they are
# between two blocks, a name belongs to the first if that has none yet, else to the second; any other comment stays where it is.
function bounds(s,   h, t, e, n) {
  h = head[s]
  first[s] = h
  for (t = h; kind[t - 1] == "comment"; t--) continue
  if (t == 1 || kind[t - 1] == "blank") first[s] = t
  else if ((n = name_in(end[s - 1] + 1 > t ? end[s - 1] + 1 : t, h - 1)) > 0) first[s] = n
  for (e = last[s]; kind[e + 1] == "comment"; e++) continue
  if (kind[e + 1] == "head") {
    n = name_in(last[s] + 1, e)
    e = n == 0 ? last[s] : name_in(first[s], last[s]) ? n - 1 : n
  }
  # The empty lines behind it go with it, unless they separate its neighbours.
  if (first[s] == 1 || kind[first[s] - 1] == "blank") while (kind[e + 1] == "blank") e++
  end[s] = e
}
function show(i) {
  printf "%s%s", line[i], (i == NR && open != "" && mode != "take") ? "" : "\n"
}
BEGIN { strict = 1 }
{
  line[NR] = $0
  kind[NR] = kind_of($0)
  text = bare($0)
  if (kind[NR] == "head") {
    sections++
    head[sections] = last[sections] = NR
    ispeer[sections] = is_peer(text)
  } else if (kind[NR] == "option" && sections) {
    last[sections] = NR
    if (!ispeer[sections]) next
    value = value_of(text)
    if (is_option(text, "publickey")) {
      if (public[sections] != "" && public[sections] != value) mixed[sections] = 1
      if (value == key) found[sections] = 1
      public[sections] = value
    } else if (is_option(text, "allowedips")) {
      allowed[sections] = allowed[sections] (allowed[sections] == "" || value == "" ? "" : ",") value
    } else if (is_option(text, "presharedkey")) preshared[sections] = value
  }
}
END {
  for (s = 1; s <= sections; s++) {
    if (!ispeer[s]) continue
    bounds(s)
    if (found[s] && mixed[s]) exit 3
    if (found[s]) count++
    if (found[s] && s in preshared) shared = preshared[s]
    # Of a peer that is there twice, wg keeps the addresses of the last block.
    if (public[s] != "") { if (!(public[s] in of)) order[++known] = public[s]; of[public[s]] = allowed[s] }
    if (found[s]) for (i = first[s]; i <= end[s]; i++) mine[i] = 1
  }
  if (mode == "count") print count + 0
  else if (mode == "preshared") print shared
  else if (mode == "keep") { for (i = 1; i <= NR; i++) if (!mine[i]) show(i) }
  else if (mode == "take") {
    for (s = 1; s <= sections; s++) {
      if (!ispeer[s] || !found[s]) continue
      if (shown++) print ""
      for (e = end[s]; kind[e] == "blank"; e--) continue
      for (i = first[s]; i <= e; i++) show(i)
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
