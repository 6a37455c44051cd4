import { shown } from '../world/counter.ts';
import type { RouterState } from '../world/state.ts';
import { latestHandshake, type TunnelState } from '../world/tunnels.ts';

/** The section `peers` of wrtmeter.cgi's answer; no lines where there is no WireGuard interface. */
export function peersSection({ tunnels }: RouterState): string[] {
  if (tunnels.length === 0) return [];
  const interfaces = tunnels.map(({ spec, ifindex }) => `interface ${spec.interface} ${spec.kind ?? 'wireguard'} ${ifindex}`);
  return ['begin peers', ...interfaces, ...tunnels.flatMap(active), ...tunnels.flatMap(disabled), 'end peers'];
}

/** A server receives what the peer uploads. */
function active(tunnel: TunnelState): string[] {
  return tunnel.peers
    .filter((peer) => peer.active)
    .map((peer) => {
      const { publicKey, endpoint, name = '-' } = peer.spec;
      const handshake = latestHandshake(tunnel, peer);
      const { download, upload } = shown(peer.counter);
      const known = `${publicKey} ${handshake === 0 ? '-' : endpoint} ${allowed(peer)}`;
      return `peer ${tunnel.spec.interface} ${known} ${handshake} ${upload} ${download} ${name}`;
    });
}

function disabled({ spec, peers }: TunnelState): string[] {
  return peers
    .filter((peer) => !peer.active)
    .map((peer) => `disabled ${spec.interface} ${peer.spec.publicKey} ${allowed(peer)} ${peer.spec.name ?? '-'}`);
}

const allowed = ({ spec }: TunnelState['peers'][number]): string => (spec.allowed ?? [`${spec.address}/32`]).join(',');
