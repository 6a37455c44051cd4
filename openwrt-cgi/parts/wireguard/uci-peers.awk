# The peers in "uci -X show network" as configuration text, each after the name of its section. Variables: interface, protocol; off: 1 for
# the peers that are switched off, 0 for the others.
#include shared/uci-unquote.awk
#include wireguard/uci.awk

function value(line) {
  sub(/^[^=]*=/, "", line)
  return unquote(line)
}
{
  name = $0
  sub(/=.*/, "", name)
  if (split(name, part, ".") == 2 && part[1] == "network") { if (uci_interface(value($0), protocol) == interface) order[++n] = part[2]; next }
  if (part[1] == "network" && !((part[2], part[3]) in option)) option[part[2], part[3]] = value($0)
}
END {
  for (i = 1; i <= n; i++) {
    s = order[i]
    if (uci_is_on(option[s, "disabled"]) != off || option[s, "public_key"] == "") continue
    print "# section " s "\n[Peer]\nPublicKey = " option[s, "public_key"]
    if (option[s, "preshared_key"] != "") print "PresharedKey = " option[s, "preshared_key"]
    addresses = option[s, "allowed_ips"]
    gsub(/[ ,]+/, ", ", addresses)
    if (addresses != "") print "AllowedIPs = " addresses
    host = option[s, "endpoint_host"]
    if (host ~ /:/ && host !~ /^\[/) host = "[" host "]"
    if (host != "") print "Endpoint = " host ":" (option[s, "endpoint_port"] == "" ? 51820 : option[s, "endpoint_port"])
    if (option[s, "persistent_keepalive"] != "") print "PersistentKeepalive = " option[s, "persistent_keepalive"]
    print ""
  }
}
