import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { createLog } from '../app/log/log.ts';
import { runService } from '../app/run-service.ts';
import { loadConfig } from '../config/load.ts';
import { type RunningDemo, startDemo } from '../simulator/demo.ts';
import type { ServeIo } from './common/command-io.ts';
import { exitCodeOf } from './common/exit-code.ts';
import type { Start } from './common/register.ts';

export function register(program: Command, start: Start): void {
  program
    .command('demo')
    .description('run the exporter with simulated routers; nothing is kept')
    .option('--listen <address:port>', 'address and port to listen on', '127.0.0.1:9780')
    .action((options: { listen: string }) => start((io) => demo(options, io)));
}

/** `wrtmeter demo`: a simulated home and the exporter, with a ledger that is deleted at the end. Returns the exit code. */
export async function demo({ listen }: { listen: string }, io: ServeIo): Promise<number> {
  const data = await mkdtemp(join(tmpdir(), 'wrtmeter-demo-'));
  const home = await startDemo({ now: io.clock.now, script: io.version });
  // Ignores the user's settings: a demo never touches a real ledger or router.
  const env = { WRTMETER_HEARTBEAT: '5' };
  const config = join(data, 'wrtmeter.yaml');
  await writeFile(config, JSON.stringify({ routers: routersOf(home), ...PEOPLE }));
  const load = () => loadConfig({ ...io, env, cwd: data, cli: { listen, data, config } });
  try {
    return await exitCodeOf(io, async () => {
      const { config } = await load();
      const log = await createLog('info', io.logReader);
      io.stdout.write(
        `${home.routers.length + 1} simulated routers; open the address below, or scrape its /metrics with Prometheus; stop with Ctrl-C\n`,
      );
      await runService(config, log, io, load);
      return 0;
    });
  } finally {
    await home.close();
    await rm(data, { recursive: true, force: true });
  }
}

/** Who lives there, and the cap of their line. */
const PEOPLE = {
  users: { anna: { name: 'Anna', hostnames: ['annas-*'] }, ben: { name: 'Ben', hostnames: ['ben-*'] }, kids: { hostnames: ['kids-*'] } },
  tariffs: { off_peak: { hours: '00:00-07:00', counts: 0 } },
  quotas: {
    line: { of: 'home', limit: '10GB', steps: { '75%': 'notify', '100%': 'notify' } },
    kids: { of: 'user kids', limit: '500MB', per: 'day', steps: { '100%': 'notify' } },
  },
};

/** The routers of the home, as its owner would write them down. */
const routersOf = ({ routers, tplink: { name, url, password } }: RunningDemo) => ({
  ...Object.fromEntries(routers.map((router) => [router.name, { url: router.url }])),
  [name]: { line_rate: '100Mbit', tplink: { url, password, protocol: 'dm' } },
});
