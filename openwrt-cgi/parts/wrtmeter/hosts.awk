# Hosts, whatever counts them.
function networkline(network, device) { counted[++countedof] = "network " word(network) " " word(device) }
# One counter of a host. Where the same counter comes twice, the first one is used.
function tally(kind, key, bytes,   f, n) {
  n = split(key, f, " ")
  if (n != (f[1] == "down" ? 2 : 3) || !isaddress(f[n]) || (n == 3 && f[2] != "-" && !ismac(f[2])) || bytes !~ /^[0-9]+( [0-9]+)?$/ || length(bytes) > 41 || (kind, key) in hostseen) return
  hostseen[kind, key] = 1
  hostline[kind, ++hostlines[kind]] = key " " bytes
}

# Prints no block if hosts are not counted and are not configured to be.
function print_hosts(   i, kind, running, down, up, ticks) {
  down = up = "-"
  if ("nlbwmon" in value) {
    kind = "nlbwmon"
    ticks = started(value["nlbwmon"])
    running = running_period(ticks)
    if (running == "") failed["hosts"] = "option database_directory of nlbwmon has unusual characters, so its period is not known"
    running = "nlbwmon " running " " ticks
    if (lastline !~ /\]\}$/) failed["hosts"] = "nlbwmon runs but does not answer \"nlbw -c json\""
  } else if (handle != "") {
    kind = "nftables"
    running = "nftables " handle " -"
    down = uncounted["uncounted_down"]
    up = uncounted["uncounted_up"]
    if (unclosed) failed["hosts"] = "nft was cut short"
  } else if ("iptables" in rules || "iptmon" in rules) {
    kind = "iptables" in rules ? "iptables" : "iptmon"
    running = "iptables " families " -"
    if (kind == "iptables") { down = leftover["-d"]; up = leftover["-s"] }
    if (torn + open) failed["hosts"] = "iptables-save was cut short"
  } else if (counting == 1 && !("hosts" in failed)) {
    if ("zones" in failed && named == "") failed["hosts"] = failed["zones"]
    else if ("netifd" in value && !complete) failed["hosts"] = "netifd did not answer, so it is not known whether hosts should be counted here"
    else if (countable()) failed["hosts"] = missing()
  }
  if (kind == "" && !("hosts" in failed)) return
  if (!block("hosts")) return
  if (kind == "iptables") for (i = 1; i <= filterings; i++) networkline(networkof(filters[i]), filters[i])
  if (kind == "iptmon" || kind == "nlbwmon") { countedof = 0; countable() }
  print "counting", running
  for (i = 1; i <= countedof; i++) print counted[i]
  for (i = 1; i <= hostlines[kind]; i++) print hostline[kind, i]
  print "uncounted", number(down), number(up)
  print "end hosts"
}
function missing() {
  if (method == "nlbwmon") return "nlbwmon is not running; start it with \"/etc/init.d/nlbwmon start\", or choose another method in /etc/config/wrtmeter"
  if ("nftables" in value) return "the nftables table \"inet wrtmeter\" is missing; make it with \"/etc/init.d/wrtmeter start\""
  if ("iptables" in value) return "the iptables chain \"wrtmeter_upload\" is missing; make it with \"/etc/init.d/wrtmeter start\""
  return "neither nftables nor iptables is installed; install one with \"opkg install nftables-json\" or \"apk add nftables-json\""
}
function networkof(device,   i) {
  for (i = 1; i <= interfaces; i++) if (device == field[i, "l3_device"] || device == field[i, "device"]) return field[i, "interface"]
  return "-"
}
# The networks whose hosts should be counted, as hosts-networks.sh finds them: those that are named, else those of the zones that are not
# uplinks. An access point often keeps a wan that nothing is plugged into: its own default route leads through the LAN.
function countable(   i, j, n, f, up, outside, behind, logical, device, known, asked) {
  zones()
  n = split(named, f, " ")
  for (j = 1; j <= n; j++) asked[f[j]] = 1
  for (i = 1; i <= interfaces; i++) {
    logical = field[i, "interface"]
    device = field[i, "l3_device"] != "" ? field[i, "l3_device"] : field[i, "device"]
    if (isuplink(i)) { outside = 1; if (field[i, "up"] == "true") up = 1 }
    if (n ? !(logical in asked) : kindof(i) != "other") continue
    if (field[i, "up"] == "true" && field[i, "default"]) behind = 1
    if (device == "" || device == "lo" || device ~ /^@/ || device in known) continue
    known[device] = 1
    networkline(logical, device)
  }
  if (!n) for (i = 1; i <= sections; i++)
    if (type[section[i]] == "zone" && zonekind[option[section[i], "name"]] == "other") {
      j = split(option[section[i], "device"], f, " ")
      for (; j > 0; j--) if (!(f[j] in known)) { known[f[j]] = 1; networkline(option[section[i], "name"], f[j]) }
    }
  return countedof && (n || (outside && (up || !behind)))
}
