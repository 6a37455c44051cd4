import type { Traffic } from '../../../src/domain/traffic.ts';
import type { WorldParts } from '../../../src/simulator/world/parts.ts';
import type { RouterState } from '../../../src/simulator/world/state.ts';
import type { PeerState } from '../../../src/simulator/world/tunnels.ts';

/** The true bytes since the start of the world. */
export interface Truth {
  /** By MAC: through all radios, as access points count. */
  air: Map<string, Traffic>;
  /** By MAC: to and from the Internet, as a gateway counts. */
  internet: Map<string, Traffic>;
  /** By router, then MAC. */
  stations: Map<string, Map<string, Traffic>>;
  /** By router, then logical name of the uplink. */
  wan: Map<string, Map<string, Traffic>>;
  /** By router: its own traffic, which its uplink counts and no device has. */
  own: Map<string, Traffic>;
  /** By router, then interface and public key: through its tunnels, and what of it continued to the Internet. */
  peers: Map<string, Map<string, Traffic>>;
  beyond: Map<string, Map<string, Traffic>>;
}

export function truthOf(world: WorldParts): Truth {
  const devices = [...world.devices.values()];
  const routers = [...world.routers.values()];
  return {
    air: new Map(devices.map((d) => [d.spec.mac, { ...d.air }])),
    internet: new Map(devices.map((d) => [d.spec.mac, { ...d.internet }])),
    stations: new Map(routers.map((r) => [r.spec.name, new Map([...r.air].map(([mac, bytes]) => [mac, { ...bytes }]))])),
    wan: new Map(routers.map((r) => [r.spec.name, new Map(r.uplinks.map((u) => [u.spec.name, { ...u.account }]))])),
    own: new Map(routers.map((r) => [r.spec.name, { ...r.itself.internet }])),
    peers: new Map(routers.map((r) => [r.spec.name, byPeer(r, ({ account }) => account)])),
    beyond: new Map(routers.map((r) => [r.spec.name, byPeer(r, ({ beyond }) => beyond)])),
  };
}

function byPeer({ tunnels }: RouterState, of: (peer: PeerState) => Traffic): Map<string, Traffic> {
  return new Map(tunnels.flatMap(({ spec, peers }) => peers.map((peer) => [`${spec.interface} ${peer.spec.publicKey}`, { ...of(peer) }])));
}
