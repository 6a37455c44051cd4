import type { Command } from 'commander';
import { createLog } from '../app/log/log.ts';
import { runService } from '../app/run-service.ts';
import type { CliOptions } from '../config/input.ts';
import { loadConfig } from '../config/load.ts';
import { useDriver } from '../ledger/storage/driver/choose.ts';
import type { ServeIo } from './common/command-io.ts';
import { exitCodeOf } from './common/exit-code.ts';
import { type Start, withRouters, withSettings } from './common/register.ts';

export function register(program: Command, start: Start): void {
  withSettings(program.command('serve [routers...]', { isDefault: true }))
    .description('read routers, keep the ledger and serve metrics (default)')
    .action((routers: string[], options: CliOptions) => start((io) => serve(withRouters(routers, options), io)));
}

/** `wrtmeter serve`: reads routers and serves metrics until a signal ends it. Returns the exit code. */
export function serve(options: CliOptions, io: ServeIo): Promise<number> {
  let inUse: string | undefined;
  let isStale = false;
  io.signals.on('SIGHUP', () => {
    isStale = true;
  });
  const load = async () => {
    isStale = false;
    const loaded = await loadConfig({ ...io, cli: options, inUse });
    inUse = loaded.inUse;
    return loaded;
  };
  return exitCodeOf(io, async () => {
    const { config, warnings } = await load();
    useDriver(config.ledger.driver);
    const log = await createLog(config.log.level, io.logReader);
    for (const warning of warnings) log.warn(warning);
    await runService(config, log, io, load, { isStale: () => isStale });
    return 0;
  });
}
