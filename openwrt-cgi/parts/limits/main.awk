# Only the wanted state is checked in "check", whatever it looks like.
question != "check" && /^\001/ { part_is = substr($1, 2); next }
part_is ~ /^routes/ { route(substr(part_is, 7)); next }
part_is != "" { if (/^table /) { if (part_is == "before") table = 1 } else standing(part_is); next }
{ wanted() }
END {
  if (!ended) bad("it has no line \"end\": it was cut short")
  if (question == "check") { if (problem != "") print problem; exit }
  if (problem != "") exit 1
  place_addresses()
  build()
  if (question == "plan") plan()
  else answer()
}
function plan() {
  if (!limits) { print table ? "delete table inet wrtmeter_limits" : "# nothing"; return }
  commands()
  refresh()
}
function answer(   i, found) {
  changed = 0
  if (!limits) {
    if (things["now"]) exit 1
    print table ? "changed" : "unchanged"
    print "found 0"
    return
  }
  if (!is_right("now")) exit 1
  find_changes()
  for (i = 1; i <= limits; i++) found += stood(i)
  print changed ? "changed" : "unchanged"
  print "found " found + 0
  for (i = 1; i <= limits; i++)
    print "limit", id[i], i in refused ? "refused None of its addresses is of a network of this router" : "active " count("down", i) " " count("up", i)
  if (left_out) print "note Nobody is limited by what is of no network of this router, or of another one than where it was seen: " left (left_out > 3 ? " and " left_out - 3 " more" : "")
}
function count(direction, i,   name) {
  name = "dropped_" direction "_" name_of(i)
  return name in dropped ? dropped[name] : "0"
}
