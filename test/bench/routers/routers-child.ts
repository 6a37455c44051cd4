import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { render } from '../../../src/simulator/answers/answers.ts';
import { advanceBench, benchWorld } from './world.ts';

/**
 * Simulated routers that answer at once, in a process of their own so that neither the exporter nor the one who measures pays for
 * them: each answer is rendered when the parent says so, and then only sent.
 */
const [devices = 0, routers = 0, start = 0, hosts = 0] = process.argv.slice(2).map(Number);
const world = benchWorld({ seed: 1, start, devices, routers, hosts: hosts === 1 });
const answers = new Map<string, Buffer>();

function renderAll(): void {
  for (const name of world.routers.keys()) answers.set(name, Buffer.from(render(world, name, 'wrtmeter')));
}

async function listen(name: string): Promise<[name: string, url: string]> {
  const server = createServer((_request, response) => {
    const body = answers.get(name) ?? Buffer.alloc(0);
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': body.length }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return [name, `http://127.0.0.1:${(server.address() as AddressInfo).port}`];
}

renderAll();
process.on('message', (seconds: number) => {
  advanceBench(world, seconds);
  renderAll();
  process.send?.('rendered');
});
process.once('disconnect', () => process.exit());
process.send?.(await Promise.all([...world.routers.keys()].map(listen)));
