# Peers, from "wg show all dump": one line each, and before them one for the interface with its private key, of which only the name is used.
# Only what can be a peer is taken for one, so that a line in the wrong place shows no key.
function peer(   f, n) {
  n = split($0, f, "\t")
  if (n < 2 || f[1] !~ /^[A-Za-z0-9_.@-]+$/ || length(f[1]) > 15) return
  if (!(f[1] in wgtool)) {
    wgtool[f[1]] = tool
    peerline[++peerlines] = "interface " f[1]
    return
  }
  # Both tools may be one program under two names.
  if (wgtool[f[1]] != tool || (f[1], f[2]) in present) return
  if (n < 9 || !iskey(f[2]) || f[4] !~ /^(\(none\)|[0-9.]+:[0-9]+|\[[0-9a-f:.]+(%[A-Za-z0-9_.@-]+)?\]:[0-9]+)$/) return
  if (f[6] !~ /^[0-9]+$/ || !isnumber(f[7]) || !isnumber(f[8])) return
  present[f[1], f[2]] = 1
  peerline[++peerlines] = "peer " f[1] " " f[2] " " (f[4] == "(none)" ? "-" : f[4]) " " prefixes(f[5]) " " f[6] " " f[7] " " f[8]
}
function iskey(text) { return length(text) == 44 && text ~ /^[A-Za-z0-9+\/]+[AEIMQUYcgkosw048]=$/ }
function prefixes(text,   f, i, n, list) {
  n = split(text, f, /[, ]+/)
  for (i = 1; i <= n && length(list) < 1000; i++) if (length(f[i]) < 50 && f[i] ~ /^[0-9a-f:.]+(\/[0-9]+)?$/) list = list (list == "" ? "" : ",") f[i]
  return list == "" ? "-" : list
}

function print_peers(   i, s, j, n, f, key, device, name, gone, gones) {
  if (!peerlines && !("peers" in failed)) return
  if (!block("peers")) return
  for (i = 1; i <= sections; i++) {
    s = section[i]
    device = uci_interface(type[s], "")
    key = option[s, "public_key"]
    if (!iskey(key) || !(device in wgtool)) continue
    name[device, key] = clean(option[s, "description"])
    if (uci_is_on(option[s, "disabled"]) && !((device, key) in present)) gone[++gones] = "disabled " device " " key " " prefixes(option[s, "allowed_ips"]) " " name[device, key]
  }
  for (i = 1; i <= peerlines; i++) {
    split(peerline[i], f, " ")
    if (f[1] == "interface") print "interface", f[2], (wgtool[f[2]] == "awg" ? "amneziawg" : "wireguard"), ifindex(f[2])
    else print peerline[i], ((f[2], f[3]) in name ? name[f[2], f[3]] : "-")
  }
  for (i = 1; i <= gones; i++) print gone[i]
  print "end peers"
}
