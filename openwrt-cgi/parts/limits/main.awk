# Only the wanted state is checked in "check", whatever it looks like.
question != "check" && /^\001/ { part_is = substr($1, 2); next }
part_is ~ /^routes/ { route(substr(part_is, 7)); next }
part_is == "table" { if (/^table /) table = 1; else standing(); next }
{ wanted() }
END {
  if (!ended) bad("it has no line \"end\": it was cut short")
  if (question == "check") { if (problem != "") print problem; exit }
  if (problem != "") exit 1
  outdated = table && limits && (strange || !("chain layout_2" in have))
  if (outdated) forget_table()
  place_addresses()
  build()
  compare()
  found = 0
  for (i = 1; i <= limits; i++) if (!(i in refused)) found += stands(i)
  if (question == "plan") plan()
  else if (limits ? differs : table) exit 1
  else {
    for (i = 1; i <= limits; i++)
      print "limit", id[i], i in refused ? "refused None of its addresses is of a network of this router" : "active " count("down", i) " " count("up", i)
    if (left_out) print "note Nobody is limited by what is of no network of this router: " left (left_out > 3 ? " and " left_out - 3 " more" : "")
  }
}
function plan() {
  print found
  if (!limits) { print table ? "changed\ndelete table inet wrtmeter_limits" : "unchanged\n# nothing"; return }
  print differs ? "changed" : "unchanged"
  if (outdated) print "delete table inet wrtmeter_limits"
  if (differs) commands()
  refresh()
}
# A table of an older form, or one with things in it that are not ours.
function forget_table(   k) {
  split("", have)
  split("", things)
  split("", elements)
  split("", has_element)
  split("", have_rules)
  split("", have_jumps)
  thingcount = 0
}
function count(direction, i,   name) {
  name = "dropped_" direction "_" name_of(i)
  return name in dropped ? dropped[name] : "0"
}
