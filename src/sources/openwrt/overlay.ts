/** Protocols of netifd that run inside another uplink; that uplink counts their bytes too. */
const TUNNELS = new Set(
  '464xlat 6in4 6rd 6to4 amneziawg dslite gre gretap grev6 grev6tap ipip l2tp map map-e map-t openconnect openvpn pptp sstp tailscale vpnc vti vtiv6 vxlan vxlan6 wireguard xfrm zerotier'.split(
    ' ',
  ),
);

/** Whether an uplink runs inside another one (a VPN or a transition tunnel): by protocol, or by device if netifd does not set the protocol. */
export function isOverlay(protocol: string, device: string): boolean {
  return TUNNELS.has(protocol) || /^(awg|tailscale|tap|tun|wg|zt)\d/.test(device);
}
