import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Connections that are open at once: in all, and from one address. A reverse proxy brings all its users from one. */
export interface ConnectionBounds {
  most: number;
  mostPerAddress: number;
}

/**
 * Bounds the connections of a server without shutting anyone out: where there are too many, a new one takes the place of another. The
 * one that goes is of the address with the most connections, and rather one that asks nothing. So Prometheus, which has one and asks on
 * it, always gets in, and what floods a server only displaces itself.
 */
export function boundConnections(server: Server, { most, mostPerAddress }: ConnectionBounds): void {
  const open = new Map<string, Set<Socket>>();
  const busy = new Set<Socket>();
  let count = 0;

  server.on('connection', (socket: Socket) => {
    const address = addressOf(socket);
    const own = open.get(address) ?? new Set();
    if (own.size >= mostPerAddress) displace(own);
    else if (count >= most) displace(largest(open));
    count += 1;
    open.set(address, own.add(socket));
    socket.once('close', () => {
      count -= 1;
      own.delete(socket);
      busy.delete(socket);
      if (own.size === 0 && open.get(address) === own) open.delete(address);
    });
  });
  server.on('request', ({ socket }, response) => {
    busy.add(socket);
    response.once('close', () => busy.delete(socket));
  });

  /** Ends the oldest that asks nothing, else the oldest. Sets keep the order in which they were opened. */
  function displace(sockets: ReadonlySet<Socket>): void {
    let oldest: Socket | undefined;
    for (const socket of sockets) {
      if (socket.destroyed) continue;
      oldest ??= socket;
      if (busy.has(socket)) continue;
      socket.destroy();
      return;
    }
    oldest?.destroy();
  }
}

/** IPv4 is one address whether it came through a socket of IPv6 or not; of IPv6 a host has a whole /64. */
function addressOf({ remoteAddress = '' }: Socket): string {
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(remoteAddress)?.[1];
  if (v4 !== undefined || !remoteAddress.includes(':')) return v4 ?? remoteAddress;
  return new URL(`http://[${remoteAddress.replace(/%.*$/, '')}]`).hostname.slice(1, -1).split(':').slice(0, 4).join(':');
}

function largest(open: ReadonlyMap<string, ReadonlySet<Socket>>): ReadonlySet<Socket> {
  let most: ReadonlySet<Socket> = new Set();
  for (const sockets of open.values()) if (sockets.size > most.size) most = sockets;
  return most;
}
