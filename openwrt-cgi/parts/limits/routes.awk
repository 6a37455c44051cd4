# The network that an address is of, by the routes of the kernel as "ip route show table all" lists them. An address counts on the
# interface that the router reaches it by, and only if that is inside: else who claims an address of the Internet would have it limited for
# everybody. A route of several ways has each on a line of its own.
function route(family,   i, n, word, type, device, table, part) {
  n = split($0, word, " ")
  for (i = 2; i < n; i++) {
    if (word[i] == "dev") device = word[i + 1]
    if (word[i] == "table") table = word[i + 1]
  }
  if (word[1] == "nexthop") {
    if (way == "default") outside[device] = 1
    else if (way != "") leads_to[way] = leads_to[way] " " device
    return
  }
  way = ""
  if (table != "" && table != "local") return
  if (word[1] ~ /^[a-z]+$/ && word[1] != "default") type = word[1]
  split(word[type == "" ? 1 : 2], part, "/")
  if (part[1] == "default") {
    if (table == "" && type == "") { way = "default"; outside[device] = 1 }
    return
  }
  part[1] = bits(part[1], family)
  if (part[2] == "") part[2] = length(part[1])
  if (part[1] == "" || part[2] == 0) return
  part[1] = substr(part[1], 1, part[2])
  prefixes[family, part[2] + 0] = 1
  if (table == "local") own[family, part[1]] = 1
  else if (!((family, part[1]) in leads_to)) {
    leads_to[family, part[1]] = type == "" ? device : ""
    if (type == "") way = family SUBSEP part[1]
  }
}
# Where the packets of an address come from and go to, with spaces between several; "" where they must not be limited by it.
function interfaces_of(address, family,   text, i) {
  text = bits(address, family)
  # What is nobody's: 0.0.0.0/8, loopback, link-local, multicast and broadcast; IPv4 within IPv6.
  if (family == 4 ? address ~ /^(0|127|169\.254|22[4-9]|2[345][0-9])\./ : text ~ /^(0000000000000000|1111111010|11111111)/) return ""
  for (i = length(text); i > 0; i--) if (((family, i) in prefixes) && ((family, substr(text, 1, i)) in own)) return ""
  for (i = length(text); i > 0; i--)
    if (((family, i) in prefixes) && ((family, substr(text, 1, i)) in leads_to)) return inside_only(leads_to[family, substr(text, 1, i)])
  return ""
}
# The interfaces, if all of them are inside.
function inside_only(devices,   n, i, device) {
  n = split(devices, device, " ")
  for (i = 1; i <= n; i++) if (!is_interface(device[i]) || device[i] == "lo" || is_outside(device[i])) return ""
  return devices
}
function is_interface(text) { return text ~ /^[A-Za-z0-9_.@][A-Za-z0-9_.@-]*$/ && length(text) <= 15 }
# Whether it is an uplink: it has a default route, or the firewall has it in a zone of uplinks. What is at home never is.
function is_outside(device) {
  if (index(" " home " ", " " device " ") || (home == "keep" && (("before", "home", device) in has_element))) return 0
  return (device in outside) || index(" " uplinks " ", " " device " ")
}
# An address as 32 or 128 binary digits, or "".
function bits(address, family,   part, i, text) {
  if (family == 6) {
    address = expand6(address)
    for (i = 1; i <= length(address); i++) text = text binary(index("0123456789abcdef", substr(address, i, 1)) - 1, 8)
    return text
  }
  if (!is_ipv4(address)) return ""
  split(address, part, ".")
  for (i = 1; i <= 4; i++) text = text binary(part[i], 128)
  return text
}
function binary(value, place,   text) {
  for (; place >= 1; place = int(place / 2)) {
    text = text (value >= place)
    if (value >= place) value -= place
  }
  return text
}
# The members that are addresses, each with its interface. A limit of which nothing is left is refused.
function place_addresses(   i, k, n, device, some) {
  for (i = 1; i <= asked; i++) {
    n = split(interfaces_of(asked_address[i], asked_family[i]), device, " ")
    some = 0
    for (k = 1; k <= n; k++)
      if (asked_on[i] == "" || asked_on[i] == device[k]) { add("ip" asked_family[i] "_" asked_for[i], device[k] " . " asked_address[i]); some = 1 }
    if (some) continue
    if (++left_out <= 3) left = left (left == "" ? "" : ", ") asked_for[i] " " asked_as[i]
    nothing[asked_for[i]] = 1
  }
  for (i = 1; i <= limits; i++)
    if ((id[i] in nothing) && !member["mac_" id[i]] && !member["ip4_" id[i]] && !member["ip6_" id[i]]) refused[i] = 1
}
