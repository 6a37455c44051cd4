# Without netifd: what /etc/config/network says of interfaces and their devices.
function configured(   i, s, part, logical, proto, device) {
  interfaces = 0
  split("", field)
  for (i = 1; i <= sections; i++) {
    s = section[i]
    if (type[s] != "interface" || split(s, part, ".") != 2 || part[1] != "network") continue
    logical = part[2]
    proto = option[s, "proto"]
    device = option[s, "device"] != "" ? option[s, "device"] : option[s, "ifname"]
    sub(/ .*/, "", device)
    if (option[s, "type"] == "bridge") device = "br-" logical
    if (proto ~ /^(wireguard|amneziawg)$/) device = logical
    if (proto ~ /^(pppoe|pppoa|pptp|l2tp|3g|6in4|6rd|6to4|dslite|map|464xlat)$/) device = proto "-" logical
    interfaces++
    field[interfaces, "interface"] = logical
    field[interfaces, "device"] = device
    field[interfaces, "proto"] = proto
    if (option[s, "gateway"] != "") field[interfaces, "default"] = field[interfaces, "up"] = option[s, "disabled"] == 1 ? "" : "true"
  }
}

# Several networks can share one device (lan and an alias for IPv6): the first one names it.
# A device name goes into nft and iptables commands, so any with unusual characters is left out.
function count(network, device) {
  if (device == "lo" || device in counted || network !~ /^[A-Za-z0-9_.-]+$/ || length(network) > 64) return
  if (device !~ /^[A-Za-z0-9_.@-]+$/ || device ~ /^-/ || length(device) > 15) return
  counted[device] = 1
  list = list "network " network " " device "\n"
}
# Whatever leads out of the home, with a default route or without. A tunnel of such a zone can be a server for devices of the home.
function list_uplinks(   i, s, j, n, devices) {
  for (i = 1; i <= interfaces; i++)
    if (isuplink(i) || (kindof(i) == "wan" && !istunnel(field[i, "proto"]))) outward = outward "uplink " field[i, "interface"] " " deviceof(i) "\n"
  for (i = 1; i <= sections; i++) {
    s = section[i]
    if (type[s] != "zone" || zonekind[option[s, "name"]] != "wan") continue
    n = split(option[s, "device"], devices, " ")
    for (j = 1; j <= n; j++) outward = outward "uplink " option[s, "name"] " " devices[j] "\n"
  }
}
function deviceof(i) { return field[i, "l3_device"] != "" ? field[i, "l3_device"] : field[i, "device"] ~ /^@/ ? "" : field[i, "device"] }

/^\001broken / { broken[$2] = substr($0, length($1 " " $2) + 2); next }
/^\001/ { part = substr($0, 2); next }
part == "" { uci($0) }
part == "netifd" { json($0) }
END {
  if (part != "end") { print "failed awk could not read the configuration"; exit }
  # What cannot be read must not look like what is not set: then what counts now would be removed.
  if ("wrtmeter" in broken) { print "failed " broken["wrtmeter"]; exit }
  if (!complete && "network" in broken) { print "failed " broken["network"]; exit }
  if (!complete) configured()
  if (!interfaces) { print "failed neither netifd nor /etc/config/network says which networks there are"; exit }
  if ("firewall" in broken && option["wrtmeter.hosts", "network"] == "") { print "failed " broken["firewall"]; exit }
  zones()
  if (uplinks != "") list_uplinks()
  named = option["wrtmeter.hosts", "network"]
  if (named != "") {
    n = split(named, wanted, " ")
    for (j = 1; j <= n; j++) for (i = 1; i <= interfaces; i++) if (field[i, "interface"] == wanted[j]) count(wanted[j], deviceof(i))
    if (list == "") list = "failed no network of \"" named "\" has a device; see option network in /etc/config/wrtmeter\n"
    printf "%s", list outward
    exit
  }
  for (i = 1; i <= interfaces; i++) {
    if (kindof(i) == "other") {
      count(field[i, "interface"], deviceof(i))
      if (field[i, "up"] == "true" && field[i, "default"]) behind = 1
    }
    if (isuplink(i)) { uplink = 1; if (field[i, "up"] == "true") up = 1 }
  }
  for (i = 1; i <= sections; i++)
    if (type[section[i]] == "zone" && zonekind[option[section[i], "name"]] == "other") {
      n = split(option[section[i], "device"], devices, " ")
      for (j = 1; j <= n; j++) count(option[section[i], "name"], devices[j])
    }
  # An access point often keeps a wan that nothing is plugged into: its own default route leads through the LAN.
  if (!uplink || (!up && behind)) printf "%s", "none this router has no uplink of its own\n" outward
  else if (list == "") printf "%s", "none only firewall zones of uplinks have networks; name some in /etc/config/wrtmeter (list network)\n" outward
  else printf "%s", list outward
}
