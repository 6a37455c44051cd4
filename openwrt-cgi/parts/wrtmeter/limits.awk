# The limits that stand, from "nft list table": their names and rates are in the names of the counters of what was dropped, and all of them
# end when the element of the set "alive" does.
function limit(   name, direction) {
  if (/^}/) limits_whole = 1
  if (NF == 3 && $3 == "{") { limits_object = $1 " " $2; return }
  # Such a table is there, but its chains are asked nothing.
  if (limits_object == "" && $1 == "flags" && /dormant/) limits_dormant = 1
  if (limits_object == "set alive" && match($0, /expires [0-9a-z]+/)) limits_end = substr($0, RSTART + 8, RLENGTH - 8)
  if ($1 != "packets" || limits_object !~ /^counter dropped_(down|up)_[a-z0-9_]+_(P|D[0-9N]+_U[0-9N]+)$/) return
  name = substr(limits_object, length("counter dropped_") + 1)
  direction = name ~ /^down_/ ? "down" : "up"
  name = substr(name, length(direction) + 2)
  if (!(name in limit_number)) { limit_number[name] = ++limit_count; limit_name[limit_count] = name }
  limit_dropped[direction, name] = $4
}
# "1d2h3m4s5ms" in whole seconds.
function seconds_in(text,   sum, unit) {
  while (match(text, /^[0-9]+[a-z]+/)) {
    unit = substr(text, 1, RLENGTH)
    gsub(/[0-9]/, "", unit)
    sum += substr(text, 1, RLENGTH) * (unit == "d" ? 86400 : unit == "h" ? 3600 : unit == "m" ? 60 : unit == "s")
    sub(/^[0-9]+[a-z]+/, "", text)
  }
  return sum + 0
}
function print_limits(   i, name, rates) {
  if ("limits" in value && limits_object != "" && !limits_whole && !("limits" in failed)) failed["limits"] = "nft was cut short"
  if (!("limits" in failed) && (limits_end == "" || !limit_count || limits_dormant)) return
  if (!block("limits")) return
  for (i = 1; i <= limit_count; i++) {
    name = limit_name[i]
    rates = "pause - -"
    if (match(name, /_D[0-9N]+_U[0-9N]+$/)) {
      rates = substr(name, RSTART + 2)
      sub(/_U/, " ", rates)
      gsub(/N/, "-", rates)
      rates = "slow " rates
      name = substr(name, 1, RSTART - 1)
    } else name = substr(name, 1, length(name) - 2)
    print "limit", name, rates, seconds_in(limits_end), limit_bytes("down", i), limit_bytes("up", i)
  }
  print "end limits"
}
function limit_bytes(direction, i) { return (direction, limit_name[i]) in limit_dropped ? number(limit_dropped[direction, limit_name[i]]) : "0" }
