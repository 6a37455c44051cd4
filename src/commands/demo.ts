import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '../app/log.ts';
import { loadConfig } from '../config/load.ts';
import { ConfigError, LedgerError } from '../errors.ts';
import { ListenError } from '../http/server.ts';
import { run, type ServeIo } from './serve.ts';

/** `wrtmeter demo`: a simulated home and the exporter on it, with a ledger of its own that goes when it ends. Returns the exit code. */
export async function demo({ listen }: { listen: string }, io: ServeIo): Promise<number> {
  const { startDemo } = await import('../simulator/demo.ts');
  const data = await mkdtemp(join(tmpdir(), 'wrtmeter-demo-'));
  const home = await startDemo({ now: io.clock.now, script: io.version });
  // The user's own settings stay out of it: a demo never touches a real ledger or a real router.
  const env = { WRTMETER_ROUTERS: home.routers.map(({ name, url }) => `${name}=${url}`).join(' '), WRTMETER_HEARTBEAT: '5' };
  const load = () => loadConfig({ ...io, env, cwd: data, cli: { listen, data } });
  try {
    const { config } = await load();
    const log = await createLog('info', io.terminal);
    io.stdout.write(
      `${home.routers.length} simulated routers; open the address below, or point a Prometheus at its /metrics; Ctrl-C ends it\n`,
    );
    return await run(config, log, io, load);
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof LedgerError || error instanceof ListenError)) throw error;
    io.stderr.write(`${error.message}\n`);
    return error instanceof ConfigError ? 2 : 1;
  } finally {
    await home.close();
    await rm(data, { recursive: true, force: true });
  }
}
