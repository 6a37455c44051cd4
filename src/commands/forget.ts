import type { Command } from 'commander';
import type { CliOptions } from '../config/input.ts';
import { dayOf } from '../domain/calendar.ts';
import { parseMac } from '../domain/mac.ts';
import { parsePublicKey } from '../domain/public-key.ts';
import { count, quote, UsageError } from '../errors.ts';
import { listBackups, setAside } from '../ledger/backup/backups.ts';
import { requireLedger } from '../ledger/storage/files.ts';
import { forget as forgetIt } from '../ledger/storage/forget.ts';
import { openStore } from '../ledger/storage/store.ts';
import type { DatedIo } from './common/command-io.ts';
import { type Start, withSettings } from './common/register.ts';
import { runCommand } from './common/run-command.ts';

export function register(program: Command, start: Start): void {
  withSettings(program.command('forget <mac-or-key>'))
    .description('delete a device, or a WireGuard peer, and its history from the ledger; stop the service first')
    .action((whose: string, options: CliOptions) => start((io) => forget(whose, options, io)));
}

/** `wrtmeter forget MAC|KEY`: deletes a device or WireGuard peer from the ledger while the service is stopped. Returns the exit code. */
export function forget(given: string, options: CliOptions, io: DatedIo): Promise<number> {
  return runCommand(options, io, async ({ config, directory }) => {
    const whose = parseMac(given) ?? parsePublicKey(given);
    if (whose === null)
      throw new UsageError(`${quote(given)} is not a MAC: write it like 02:00:00:00:00:01, or use the public key of a peer`);
    await requireLedger(directory);
    const store = await openStore(directory);
    const gone = await forgetIt(store, whose, io.clock.now()).finally(() => store.close());
    const parts = [
      count(gone.accounts, 'account'),
      `${gone.days} days and ${gone.hours} hours of history`,
      count(gone.names, 'name'),
      count(gone.leases, 'lease'),
      ...(gone.peers > 0 ? [count(gone.peers, 'peer')] : []),
      count(gone.audit, 'audit row'),
    ];
    io.stdout.write(`${whose} deleted: ${parts.join(', ')}\n`);
    if (gone.running > 0) {
      io.stdout.write(
        'A router still shows its counter, so its baseline was kept: without it, all bytes would be counted again. Run this again when it has left\n',
      );
    }
    if (config.devices.some(({ macs }) => macs.includes(whose)))
      io.stdout.write('The configuration still has it: remove it from "devices"\n');
    const others = [
      ...(await listBackups(directory, dayOf(io.clock.now(), config.timezone))).map(({ path }) => path),
      ...(await setAside(directory)),
    ];
    if (others.length > 0) io.stdout.write(`These files still contain it; remove them, then create a new backup with "wrtmeter backup":\n`);
    for (const path of others) io.stdout.write(`  ${path}\n`);
    return 0;
  });
}
