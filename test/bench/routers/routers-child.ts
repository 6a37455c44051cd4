import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { render, type Script } from '../../../src/simulator/answers/answers.ts';
import { advanceBench, benchWorld } from './world.ts';

/**
 * Simulated routers that answer at once, in a process of their own so that neither the exporter nor the one who measures pays for
 * them: each answer is rendered when the parent says so, and then only sent. Their clocks go as ours does: the ledger would not believe an
 * uptime that runs ahead, and would take the long way with every counter.
 */
/** How long the routers have run at the start. */
const RUNNING_MS = 3600_000;
const [devices = 0, routers = 0, hosts = 0, classic = 0] = process.argv.slice(2).map(Number);
const world = benchWorld({ seed: 1, start: Date.now() - RUNNING_MS, devices, routers, hosts: hosts === 1 });
const scripts: readonly Script[] = classic === 1 ? ['totalwifi', 'wan', 'dhcp'] : ['wrtmeter'];
const answers = new Map<string, Buffer>();

const place = (router: string, script: string) => `${router} /cgi-bin/${script}.cgi`;

function renderAll(): void {
  for (const router of world.routers.keys()) {
    for (const script of scripts) answers.set(place(router, script), Buffer.from(render(world, router, script)));
  }
}

async function listen(router: string): Promise<[name: string, url: string]> {
  const server = createServer(({ url }, response) => {
    const body = answers.get(`${router} ${url}`);
    if (body === undefined) return response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': body.length }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return [router, `http://127.0.0.1:${(server.address() as AddressInfo).port}`];
}

renderAll();
process.on('message', () => {
  advanceBench(world, (Date.now() - world.now) / 1000);
  renderAll();
  process.send?.('rendered');
});
process.once('disconnect', () => process.exit());
process.send?.(await Promise.all([...world.routers.keys()].map(listen)));
