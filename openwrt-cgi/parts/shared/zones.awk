# An uplink is an interface of a firewall zone that masquerades or is called wan, or one of no zone, with a default route.
function zones(   i, s, n, list, j, kind) {
  for (i = 1; i <= sections; i++) {
    s = section[i]
    if (type[s] != "zone") continue
    kind = option[s, "name"] != "lan" && (option[s, "masq"] == 1 || option[s, "name"] ~ /^wan/) ? "wan" : "other"
    zonekind[option[s, "name"]] = kind
    list = option[s, "network"]
    if (list == "" && option[s, "device"] == "" && option[s, "subnet"] == "") list = option[s, "name"]
    n = split(list, networks, " ")
    for (j = 1; j <= n; j++) if (zone[networks[j]] != "wan") zone[networks[j]] = kind
  }
}
function kindof(i) { return zone[field[i, "interface"]] != "" ? zone[field[i, "interface"]] : zonekind[field[i, "zone"]] }
function isuplink(i,   logical, kind) {
  logical = field[i, "interface"]
  kind = kindof(i)
  if (field[i, "up"] != "true") return kind == "wan" && (!istunnel(field[i, "proto"]) || logical ~ /^w?wan/)
  if (kind == "wan") return field[i, "default"] || logical ~ /^w?wan/
  return kind == "" && field[i, "default"] && logical != "lan"
}
