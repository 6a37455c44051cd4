import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A router that answers like wrtmeter.cgi, with values from a test: an uplink and one station. */
export interface ScriptedRouter {
  readonly url: string;
  /** Moves this many bytes to the home or from it, on the uplink and on the station. */
  move(download: number, upload: number): void;
  close(): Promise<void>;
}

export const SCRIPTED_MAC = '02:00:00:00:00:01';

/**
 * `clock` is the router's own wall clock, Unix ms; it has run for ten days when it starts. `tick` is ms on a clock that never steps and
 * that its uptime follows.
 */
export async function startScriptedRouter(clock: () => number, tick = () => performance.now()): Promise<ScriptedRouter> {
  const began = tick();
  const bytes = { download: 1_000_000_000, upload: 300_000_000 };
  let uptime = 864_000;
  // No two answers within the hundredth of a second that /proc/uptime shows: the later would be a stale one.
  const grown = () => {
    uptime = Math.max(uptime + 0.01, 864_000 + (tick() - began) / 1000);
    return uptime.toFixed(2);
  };
  const text = () => `wrtmeter 1
boot_id 8d1f3b0e-5c0f-4b3e-9a55-6a2b7c1d9e10
uptime ${grown()}
time ${Math.floor(clock() / 1000)}
hostname told
model -
release -
counter_bits 64
flow_offload software 0
flow_offload hardware 0
begin wan
uplink wan up eth1 7 dhcp ${bytes.download} ${bytes.upload}
end wan
begin stations
radio phy0-ap0 ap 0 5180 Home
station phy0-ap0 ${SCRIPTED_MAC} ${bytes.upload} ${bytes.download} -50 866.7 1083.3 3600 20 1000.000
end stations
begin leases
lease 0 ${SCRIPTED_MAC} 192.168.1.10 annas-laptop *
end leases
begin names
end names
begin neighbours
end neighbours
end wrtmeter
`;
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain' }).end(text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    move(download, upload) {
      bytes.download += download;
      bytes.upload += upload;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
