# Neighbours, from "ip neigh show".
function neighbour(   i, device, lladdr, state) {
  for (i = 2; i <= NF; i++) {
    if ($i == "dev") device = $(i + 1)
    if ($i == "lladdr") lladdr = tolower($(i + 1))
    if ($i ~ /^[A-Z]+$/) state = $i
  }
  if (isaddress($1) && ismac(lladdr) && state != "NOARP") neighbours[++neighbourcount] = "neighbour " $1 " " word(device) " " lladdr " " word(state)
}
function print_neighbours(   i) {
  if (!block("neighbours")) return
  for (i = 1; i <= neighbourcount; i++) print neighbours[i]
  print "end neighbours"
}
