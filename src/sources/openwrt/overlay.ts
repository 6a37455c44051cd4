/** netifd's protocols that run inside another uplink, whose bytes are on that uplink's counter too. */
const TUNNELS = new Set(
  '464xlat 6in4 6rd 6to4 amneziawg dslite gre gretap grev6 grev6tap ipip l2tp map map-e map-t openconnect openvpn pptp sstp tailscale vpnc vti vtiv6 vxlan vxlan6 wireguard xfrm zerotier'.split(
    ' ',
  ),
);

/** Whether an uplink runs inside another one (a VPN or a transition tunnel): by its protocol, or by its device where that is not set by netifd. */
export function isOverlay(protocol: string, device: string): boolean {
  return TUNNELS.has(protocol) || /^(awg|tailscale|tap|tun|wg|zt)\d/.test(device);
}
