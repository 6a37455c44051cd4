import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { createLog } from '../app/log.ts';
import { runService } from '../app/run-service.ts';
import { loadConfig } from '../config/load.ts';
import { startDemo } from '../simulator/demo.ts';
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
  const env = { WRTMETER_ROUTERS: home.routers.map(({ name, url }) => `${name}=${url}`).join(' '), WRTMETER_HEARTBEAT: '5' };
  const load = () => loadConfig({ ...io, env, cwd: data, cli: { listen, data } });
  try {
    return await exitCodeOf(io, async () => {
      const { config } = await load();
      const log = await createLog('info', io.logReader);
      io.stdout.write(
        `${home.routers.length} simulated routers; open the address below, or scrape its /metrics with Prometheus; stop with Ctrl-C\n`,
      );
      await runService(config, log, io, load);
      return 0;
    });
  } finally {
    await home.close();
    await rm(data, { recursive: true, force: true });
  }
}
