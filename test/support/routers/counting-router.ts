import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A router with the classic scripts, whose counters a test sets. */
export interface CountingRouter {
  /** The configuration that reads it, as the text of a classic routers.json. */
  config: string;
  /** What the phone has been sent, and the uplink has received. */
  bytes: number;
  /** Other stations, which move nothing. */
  others: number;
  close(): void;
}

export const ROUTER_PHONE = '02:00:00:00:00:01';

export async function countingRouter(): Promise<CountingRouter> {
  const router = { bytes: 0, others: 0 };
  const answers: Record<string, () => string> = {
    '/wan': () => `wan: ${router.bytes} 0\n`,
    '/stations': () =>
      `${ROUTER_PHONE} 0 ${router.bytes}\n${Array.from({ length: router.others }, (_, i) => `${otherMac(i)} 0 0\n`).join('')}`,
    '/leases': () => `1900000000 ${ROUTER_PHONE} 192.168.1.10 annas-phone *\n`,
  };
  const server = http.createServer((request, response) => response.end(answers[request.url ?? '']?.()));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(router, {
    config: JSON.stringify({ gateway: { ap_stats: `${url}/stations`, wan_stats: `${url}/wan`, dhcp_leases: `${url}/leases` } }),
    close() {
      server.closeAllConnections();
      server.close();
    },
  });
}

const otherMac = (index: number) => `02:01:00:00:${[index >> 8, index & 255].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`;
