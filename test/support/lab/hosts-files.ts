import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AGENT_PORT } from './hosts-agents.ts';
import { writeWhole } from './router-files.ts';

/** A second network of the home, that may reach the Internet and not the first one. */
export const GUEST = {
  name: 'guest',
  device: 'br-guest',
  mac: '02:00:00:00:01:04',
  proto: 'static',
  v4: '192.168.78.1',
  v6: 'fd77:3::1',
  prefix6: 'fd77:3::/64',
} as const;
export const UPLINK = 'eth1';

/** Rules as firewall4 makes them: what is established, what the LAN asks for, what guests ask of the Internet, pings, the agents' port. */
const RULES = `
table inet fw4 {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state vmap { established : accept, related : accept, invalid : drop }
    iifname "br-lan" accept
    iifname "${GUEST.device}" oifname "${UPLINK}" accept
    meta l4proto ipv6-icmp icmpv6 type echo-request counter accept
    iifname "${UPLINK}" udp dport ${AGENT_PORT} accept
    reject
  }
  chain dstnat {
    type nat hook prerouting priority dstnat; policy accept;
  }
  chain srcnat {
    type nat hook postrouting priority srcnat; policy accept;
    meta nfproto ipv4 oifname "${UPLINK}" masquerade
  }
}
`;

/** What firewall4 gives to nft at its start, and again at each reload: its own table emptied and filled in one transaction. */
export const FIREWALL = `table inet fw4\nflush table inet fw4\n${RULES}`;

/** The router's configuration with the second network in it. */
export function furnishGuests(folder: string): void {
  const zone = ['=zone', ".name='guest'", ".network='guest'"].map((end) => `firewall.@zone[2]${end}\n`);
  appendFileSync(join(folder, 'tools/uci-firewall'), zone.join(''));
  const dnsmasq = ['=dnsmasq', ".leasefile='/tmp/dhcp.leases.guest'"].map((end) => `dhcp.@dnsmasq[1]${end}\n`);
  appendFileSync(join(folder, 'tools/uci-dhcp'), dnsmasq.join(''));
  const sections = [
    ['loopback', 'lo'],
    ['lan', 'br-lan'],
    [GUEST.name, GUEST.device],
    ['wan', UPLINK],
    ['wan6', '@wan'],
  ].map(([name, device]) => `network.${name}=interface\nnetwork.${name}.device='${device}'\n`);
  writeWhole(join(folder, 'tools/uci-network'), sections.join(''));
}

interface Network {
  name: string;
  device: string;
  proto: string;
}

/** Has netifd know one more network. */
export function tellOf(folder: string, { name, device, proto }: Network): void {
  const path = join(folder, 'tools/ubus-network.interface-dump');
  const { interface: known } = JSON.parse(readFileSync(path, 'utf8')) as { interface: { interface: string }[] };
  const lan = known.find((one) => one.interface === 'lan');
  const others = known.filter((one) => one.interface !== name);
  const status = { ...lan, interface: name, l3_device: device, device, proto };
  writeWhole(path, `${JSON.stringify({ interface: [...others, status] }, null, '\t')}\n`);
}

/** The same, in a zone of the firewall that is its own. */
export function addNetwork(folder: string, network: Network): void {
  const zone = ['=zone', `.name='${network.name}'`, `.network='${network.name}'`].map((end) => `firewall.@zone[3]${end}\n`);
  appendFileSync(join(folder, 'tools/uci-firewall'), zone.join(''));
  tellOf(folder, network);
}

/** What /etc/config/wrtmeter says of counting hosts: `option`s, and the networks as a `list`. */
export interface HostsConfig {
  networks?: readonly string[];
  size?: number;
}

/** Writes that file, and what uci prints of it. */
export function configureHosts(folder: string, { networks = [], size }: HostsConfig = {}): void {
  const options = [['enabled', '1'], ...(size === undefined ? [] : [['size', String(size)]])];
  const section = [
    "config hosts 'hosts'",
    ...options.map(([name, value]) => `\toption ${name} '${value}'`),
    ...networks.map((name) => `\tlist network '${name}'`),
  ];
  writeWhole(join(folder, 'root/etc/config/wrtmeter'), `\nconfig wrtmeter 'main'\n\n${section.join('\n')}\n`);
  const lines = options.map(([name, value]) => `wrtmeter.hosts.${name}='${value}'\n`);
  if (networks.length > 0) lines.push(`wrtmeter.hosts.network=${networks.map((name) => `'${name}'`).join(' ')}\n`);
  for (const asked of ['wrtmeter', 'wrtmeter.hosts'])
    writeWhole(join(folder, `tools/uci-${asked}`), `wrtmeter.hosts=hosts\n${lines.join('')}`);
}
