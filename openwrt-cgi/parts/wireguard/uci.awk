# The interface whose peer a uci section of this type is, or "": "wireguard_wg0" is a peer of wg0. PROTOCOL: the only one that counts, if any.
function uci_interface(type, protocol) {
  return sub(protocol == "" ? "^(wireguard|amneziawg)_" : "^" protocol "_", "", type) ? type : ""
}
# Whether an option of uci is switched on, as netifd takes it.
function uci_is_on(value) {
  return value ~ /^(1|on|true|yes|enabled)$/
}
