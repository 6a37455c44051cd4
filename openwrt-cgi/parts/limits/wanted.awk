# The wanted state, line by line. Everything in it is checked: names, numbers and addresses go into commands.
# limits, id[i], pauses[i], rate["down", i], rate["up", i] ("-" for none), member[set] and members[set, n] by the name of a set; asked
# addresses, which become members when their interface is known.
function bad(why) {
  if (problem == "") problem = "Line " NR ": " why
}
function wanted(   i) {
  if (/[^ -~]/ || length($0) > 100) bad("it is not plain text of at most 100 characters")
  else if (NR == 1) { if ($0 != "wrtmeter-limits 1") bad("it is not \"wrtmeter-limits 1\"") }
  else if (ended) bad("there is something after \"end\"")
  else if (/^ / || / $/ || /  /) bad("words are separated by one space")
  else if ($0 == "end") { if (expire == "") bad("\"expire\" is missing"); ended = 1 }
  else if ($1 == "expire") {
    if (NF != 2 || expire != "" || !is_count($2) || length($2) > 6 || $2 < 60 || $2 > 604800) bad("expire is a number of seconds from 60 to 604800, given once")
    expire = $2
  } else if ($1 == "while-paused") {
    if (reach != "") bad("while-paused is given once")
    reach = "-"
    for (i = 2; i <= NF; i++) {
      if ($i != "dns" && $i != "router") bad("while-paused is followed by dns and router, or one of them, or nothing")
      may[$i] = 1
    }
  } else if ($1 == "limit") wanted_limit()
  else if ($1 == "mac" || $1 == "ip") wanted_member()
  else bad("it does not begin with expire, while-paused, limit, mac, ip or end")
}
function wanted_limit() {
  if ($2 !~ /^[a-z0-9_]+$/ || length($2) > 32) bad("the name of a limit has 1 to 32 of the characters a-z, 0-9 and _")
  else if ($2 in number) bad("the limit " $2 " is given twice")
  else if (++limits > 256) bad("there are more than 256 limits")
  number[$2] = limits
  id[limits] = $2
  if ($3 == "pause" && NF == 3) pauses[limits] = 1
  else if ($3 == "slow" && NF == 5 && is_rate($4) && is_rate($5) && $4 $5 != "--") { rate["down", limits] = $4; rate["up", limits] = $5 }
  else bad("a limit is \"slow DOWN UP\", in bytes a second or \"-\", or \"pause\"")
}
function is_count(text) { return text ~ /^[1-9][0-9]*$/ }
# With its burst, more would not fit into the 64 bits that the kernel computes with.
function is_rate(text) { return text == "-" || (is_count(text) && length(text) <= 10) }
function wanted_member() {
  if (NF != 3 && !($1 == "ip" && NF == 4)) bad("a member is \"mac ID MAC\", \"ip ID ADDRESS\" or \"ip ID ADDRESS INTERFACE\"")
  else if (!($2 in number)) bad("no limit of that name is above it")
  else if (++all > 4096) bad("there are more than 4096 members")
  else if ($1 == "mac") { if (is_mac($3)) add("mac_" $2, $3); else bad("it is not a MAC such as 02:00:00:00:00:01") }
  else if (NF == 4 && !is_interface($4)) bad("it is not an interface such as br-lan")
  else if (is_ipv4($3)) ask_for(4, $2, $3)
  else if (expand6($3) != "") ask_for(6, $2, colons(expand6($3)))
  else bad("it is not an IPv4 or IPv6 address")
}
function ask_for(family, limit, address) {
  asked_family[++asked] = family
  asked_for[asked] = limit
  asked_address[asked] = address
  asked_as[asked] = $3
  asked_on[asked] = $4
}
function is_mac(text,   part, i) {
  if (length(text) != 17 || split(text, part, ":") != 6) return 0
  for (i = 1; i <= 6; i++) if (part[i] !~ /^[0-9a-f][0-9a-f]$/) return 0
  return 1
}
function is_ipv4(text,   part, i) {
  if (length(text) > 15 || split(text, part, ".") != 4) return 0
  for (i = 1; i <= 4; i++) if (part[i] !~ /^(0|[1-9][0-9]?[0-9]?)$/ || part[i] > 255) return 0
  return 1
}
function colons(long,   i, text) {
  for (i = 1; i <= 29; i += 4) text = text (i > 1 ? ":" : "") substr(long, i, 4)
  return text
}
# One more element of a set, once.
function add(set, text) {
  if ((set, text) in is_member) return
  is_member[set, text] = 1
  members[set, ++member[set]] = text
}
