import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Traffic } from '../../../src/domain/traffic.ts';
import { FAR_END } from './clients.ts';
import { onTheWire } from './hosts-agents.ts';
import { addNetwork, UPLINK } from './hosts-files.ts';
import type { HostsWorld, Machine, Talk } from './hosts-world.ts';
import { makeKeys } from './wireguard.ts';
import { inside, ip } from './world.ts';

/** A machine's way through a WireGuard tunnel that ends in the router: there it is an address without a MAC. */
export interface Tunnel {
  readonly v4: string;
  readonly v6: string;
  /** Its end in the router. */
  readonly device: string;
  /** Moves datagrams through the tunnel to the Internet and back; returns how much that was, without the tunnel's own headers. */
  talk(from: 'v4' | 'v6', talk: Talk): Promise<Traffic>;
}

const ADDRESS = { v4: '10.7.0.2', v6: 'fd07::2' } as const;
const ROUTE_TABLE = '77';

/** Digs a tunnel from a machine of the LAN, with WireGuard in userspace at both ends, and makes it a network of the router's. */
export async function digTunnel({ lab, router, internet }: HostsWorld, machine: Machine): Promise<Tunnel> {
  // All namespaces share the control sockets, so no two tunnels of this computer may have one name.
  const [device, own] = [`${lab.id}v`, `${lab.id}t`];
  const [server, client] = [await makeKeys(), await makeKeys()];
  const ends = [
    { namespace: router.namespace, name: device, key: server, peer: `${client.publicKey} allowed-ips 10.7.0.2/32,fd07::2/128` },
    {
      namespace: machine.client.namespace,
      name: own,
      key: client,
      peer: `${server.publicKey} endpoint 192.168.77.1:51820 allowed-ips 0.0.0.0/0,::/0`,
    },
  ];
  for (const { namespace, name, key, peer } of ends) {
    const daemon = lab.start(namespace, ['wireguard-go', '--foreground', name]);
    await lab.until(`${name} is there`, async () => (await inside(namespace, ['cat', '/proc/net/dev'])).includes(`${name}:`), daemon);
    const keyFile = join(lab.folder, `${name}.key`);
    writeFileSync(keyFile, `${key.privateKey}\n`, { mode: 0o600 });
    const port = name === device ? ['listen-port', '51820'] : [];
    await inside(namespace, ['wg', 'set', name, 'private-key', keyFile, ...port, 'peer', ...peer.split(' ')]);
    await ip(namespace, `link set ${name} up`);
  }
  await ip(router.namespace, `addr add 10.7.0.1/24 dev ${device}`);
  await ip(router.namespace, `-6 addr add fd07::1/64 dev ${device} nodad`);
  await ip(internet, '-6 route replace fd07::/64 via fd77:2::2');
  const there = machine.client.namespace;
  await ip(there, `addr add ${ADDRESS.v4}/32 dev ${own}`);
  await ip(there, `-6 addr add ${ADDRESS.v6}/128 dev ${own} nodad`);
  for (const [family, address] of [['-4', ADDRESS.v4] as const, ['-6', ADDRESS.v6] as const]) {
    await ip(there, `${family} rule add from ${address} lookup ${ROUTE_TABLE}`);
    await ip(there, `${family} route add default dev ${own} table ${ROUTE_TABLE}`);
  }
  await router.nft('insert', 'rule', 'inet', 'fw4', 'forward', 'iifname', device, 'oifname', UPLINK, 'accept');
  addNetwork(lab.folder, { name: 'vpn', device, proto: 'wireguard' });
  return {
    ...ADDRESS,
    device,
    async talk(from, { rounds = 1, up, down }) {
      const to = FAR_END[from];
      const { sent, received } = await machine.agent.exchange({ to, from: ADDRESS[from], rounds, up, down });
      return { upload: onTheWire(to, sent), download: onTheWire(to, received) };
    },
  };
}
