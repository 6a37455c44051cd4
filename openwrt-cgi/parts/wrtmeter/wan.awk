# Uplinks. wan and wan6 on one device are one uplink, and so is a modem interface with those that netifd makes for it (wwan: wwan_4, wwan_6).
function uplinks(   pass, i, g, owner, device, l3, base, up) {
  zones()
  netifd_layers()
  for (i = 1; i <= interfaces; i++) index_of[field[i, "interface"]] = i
  for (i = 1; i <= interfaces; i++) {
    owner = field[i, "interface"]
    if (field[i, "dynamic"] == "true" && sub(/_[^_]*$/, "", owner) && owner in index_of) {
      owner = index_of[owner]
      child[i] = 1
      if (isuplink(i) && field[i, "up"] == "true" && field[owner, "up"] == "true") field[owner, "default"] = 1
      if (zone[field[owner, "interface"]] == "" && field[owner, "zone"] == "") field[owner, "zone"] = field[i, "zone"]
    }
  }
  for (i = 1; i <= interfaces; i++) if (!child[i] && routed(i)) carrier[++carriers] = field[i, "l3_device"]
  for (pass = 1; pass <= 2; pass++)
    for (i = 1; i <= interfaces; i++) {
      if (child[i] || !isuplink(i) || (field[i, "proto"] ~ /^(dhcpv6|6)/) != (pass == 2)) continue
      device = field[i, "device"]
      up = field[i, "up"] == "true"
      l3 = up ? field[i, "l3_device"] : ""
      base = field[i, "interface"]
      sub(/_?v?6$/, "", base)
      if (up && !routed(i) && carried(l3)) continue
      for (g = 1; g <= groups; g++) {
        if (l3 != "" && l3 == grouplink[g]) break
        if (l3 == "" && pass == 2 && base == groupname[g]) break
        # One of the two is up: on the port below the PPP of the other, it is not the same uplink.
        if (up != groupup[g] + 0 && makes_device(up ? groupproto[g] : field[i, "proto"])) continue
        if ((l3 == "" || grouplink[g] == "") && device != "" && (device == groupdevice[g] || device == grouplink[g] || device == "@" groupname[g])) break
      }
      if (g > groups) {
        if (up && !routed(i) && repeats(l3)) continue
        groups = g
        groupname[g] = field[i, "interface"]
        groupdevice[g] = device
        groupproto[g] = field[i, "proto"]
      }
      if (up) groupup[g] = 1
      if (grouplink[g] == "") grouplink[g] = l3
    }
}
# An uplink by its default route, and not by its name alone.
function routed(i) { return isuplink(i) && field[i, "up"] == "true" && field[i, "default"] && !istunnel(field[i, "proto"]) }
function makes_device(proto) { return proto ~ /^(ppp|3g)/ || istunnel(proto) }
# What is an uplink by its name alone, as the stock wan6 on the port below PPPoE, is none on the wire of another one.
function carried(device,   i) {
  for (i = 1; i <= carriers; i++) if (lies_on(device, carrier[i]) || lies_on(carrier[i], device)) return 1
  return 0
}
function repeats(device,   g) {
  for (g = 1; g <= groups; g++) {
    if (istunnel(groupproto[g])) continue
    if (grouplink[g] != "" && (lies_on(device, grouplink[g]) || lies_on(grouplink[g], device))) return 1
    if (grouplink[g] == "" && groupdevice[g] != "" && (device == groupdevice[g] || lies_on(groupdevice[g], device))) return 1
  }
  return 0
}
# Without netifd: the device of the kernel's default route.
function defaultdevice(   line, f, best, metric) {
  while ((getline line < (root "/proc/net/route")) > 0)
    if (split(line, f, /[[:space:]]+/) > 7 && f[2] == "00000000" && f[8] == "00000000" && (best == "" || f[7] + 0 < metric)) { best = f[1]; metric = f[7] + 0 }
  while (best == "" && (getline line < (root "/proc/net/ipv6_route")) > 0)
    if (split(line, f, " ") > 9 && f[1] ~ /^0+$/ && f[2] == "00" && f[10] != "lo") best = f[10]
  return best != "" ? best : "wan" in rx ? "wan" : ""
}
function uplink(logical, up, device, proto) {
  print "uplink", word(logical), (up ? "up" : "down"), word(device), \
    (device == "" ? "-" : ifindex(device)), word(proto), number(rx[device]), number(tx[device])
}
# rx and tx of every device, as the kernel counts them.
function read_counters(   line, f, counters) {
  while ((getline line < (root "/proc/net/dev")) > 0) {
    sub(/:/, " ", line)
    if (split(line, f, " ") > 10 && f[2] ~ /^[0-9]+$/) { rx[f[1]] = f[2]; tx[f[1]] = f[10]; counters = 1 }
  }
  if ("netifd" in value && !complete && !("wan" in failed)) failed["wan"] = "netifd's answer was cut short"
  if (!counters && !("wan" in failed)) failed["wan"] = "Cannot read /proc/net/dev"
}
function print_wan(   g, device) {
  if (!block("wan")) return
  if ("netifd" in value) uplinks()
  else if ((device = defaultdevice()) != "") { uplink("wan", 1, device, ""); grouplink[0] = device }
  for (g = 1; g <= groups; g++) uplink(groupname[g], groupup[g], grouplink[g], groupproto[g])
  print "end wan"
  print "begin layers"
  for (g = 0; g <= groups; g++) if (grouplink[g] != "" && beneath(grouplink[g]) != "") print clean("layer " word(grouplink[g]) beneath(grouplink[g]))
  print "end layers"
}
