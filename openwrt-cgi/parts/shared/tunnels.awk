# Protocols of netifd whose bytes are in the uplink below them too.
function istunnel(proto) { return proto ~ /^(wireguard|amneziawg|openvpn|openconnect|vpnc|tailscale|zerotier|l2tp|pptp|sstp|6in4|6to4|6rd|dslite|map|464xlat|gre|vti|ipip|vxlan|xfrm)/ }
