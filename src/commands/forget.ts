import { resolve } from 'node:path';
import type { Command } from 'commander';
import { forgetFiles } from '../app/csv/forget.ts';
import { namesOf } from '../app/from-config.ts';
import type { Config } from '../config/config.ts';
import type { CliOptions } from '../config/input.ts';
import { dayOf } from '../domain/calendar.ts';
import { parseMac } from '../domain/mac.ts';
import { parsePublicKey } from '../domain/public-key.ts';
import { count, LedgerError } from '../errors.ts';
import { listBackups, setAside } from '../ledger/backup/backups.ts';
import { requireLedger } from '../ledger/storage/files.ts';
import { type Forgotten, forget as forgetIt } from '../ledger/storage/forget.ts';
import { loadBooks } from '../ledger/storage/load.ts';
import { createRunningReader } from '../ledger/storage/people/read-running.ts';
import { openStore, type Store } from '../ledger/storage/store.ts';
import { macsOf } from '../views/find-device.ts';
import type { Peaks } from '../views/logger/line.ts';
import type { DatedIo } from './common/command-io.ts';
import { type Start, withSettings } from './common/register.ts';
import { runCommand } from './common/run-command.ts';
import { safeJson } from './common/text.ts';
import { theDevice } from './common/the-device.ts';

export type ForgetOptions = CliOptions & { json?: boolean };

export function register(program: Command, start: Start): void {
  withSettings(program.command('forget <device>'), ['data', 'timezone'])
    .description('delete a device (name or MAC), or a WireGuard peer (public key), and its history from the ledger; stop the service first')
    .option('--json', 'as JSON')
    .action((whose: string, options: ForgetOptions) => start((io) => forget(whose, options, io)));
}

/**
 * `wrtmeter forget NAME|MAC|KEY`: deletes a device or WireGuard peer from the ledger while the service is stopped. A name stands for all
 * MACs of its device. Returns the exit code.
 */
export function forget(given: string, { json = false, ...cli }: ForgetOptions, io: DatedIo): Promise<number> {
  return runCommand(cli, io, async ({ config, directory }) => {
    await requireLedger(directory);
    const store = await openStore(directory);
    const deleted: ReturnType<typeof jsonOf>[] = [];
    let problem: LedgerError | null = null;
    try {
      const counted = await createRunningReader(store).read(dayOf(io.clock.now(), config.timezone));
      for (const whose of await meantBy(given, config, store)) {
        const gone = await forgetIt(store, whose, io.clock.now());
        deleted.push(jsonOf(whose, gone, config));
        if (!json) tell(whose, gone, config, io);
      }
      const gone = new Map(deleted.flatMap(({ mac }) => (mac === null ? [] : [[mac, counted.get(mac) ?? NOTHING] as const])));
      problem = await removeFiles(gone, config, json, io);
    } finally {
      await store.close();
    }
    const files = [
      ...(await listBackups(directory, dayOf(io.clock.now(), config.timezone))).map(({ path }) => path),
      ...(await setAside(directory)),
    ];
    if (json) io.stdout.write(`${safeJson({ deleted, files })}\n`);
    else tellFiles(files, io);
    if (problem !== null) throw problem;
    return 0;
  });
}

const NOTHING: Peaks = { onPeak: 0, offPeak: 0 };

/** A device's files of `csv` tell as much as its hours. Returns why they could not be removed, or null. */
async function removeFiles(gone: ReadonlyMap<string, Peaks>, { csv }: Config, json: boolean, io: DatedIo): Promise<LedgerError | null> {
  if (csv === null) return null;
  const directory = resolve(io.cwd, csv.directory);
  try {
    const removed = await forgetFiles(directory, gone);
    if (!json) for (const path of removed) io.stdout.write(`${path} removed\n`);
    return null;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return new LedgerError(`Files of csv in "${directory}" cannot be removed, remove those of the device by hand: ${why}`);
  }
}

function tellFiles(files: readonly string[], io: DatedIo): void {
  if (files.length > 0) io.stdout.write(`These files still contain it; remove them, then create a new backup with "wrtmeter backup":\n`);
  for (const path of files) io.stdout.write(`  ${path}\n`);
}

/** The MACs or the key that a text means. Throws a UsageError. */
async function meantBy(given: string, config: Config, store: Store): Promise<readonly string[]> {
  const literally = parseMac(given) ?? parsePublicKey(given);
  if (literally !== null) return [literally];
  const view = { books: await loadBooks(store), ...namesOf(config) };
  return macsOf(view, theDevice(view, given).mac);
}

function tell(whose: string, gone: Forgotten, config: Config, io: DatedIo): void {
  const parts = [
    count(gone.accounts, 'account'),
    `${count(gone.days, 'day')} and ${count(gone.hours, 'hour')} of history`,
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
  if (isConfigured(whose, config)) io.stdout.write('The configuration still has it: remove it from "devices" and "users"\n');
}

function jsonOf(whose: string, gone: Forgotten, config: Config) {
  const mac = parseMac(whose);
  return {
    mac,
    public_key: mac === null ? whose : null,
    accounts: gone.accounts,
    days: gone.days,
    hours: gone.hours,
    names: gone.names,
    leases: gone.leases,
    peers: gone.peers,
    audit_rows: gone.audit,
    baselines_kept: gone.running,
    configured: isConfigured(whose, config),
  };
}

const isConfigured = (whose: string, { devices, users }: Config): boolean =>
  [...devices, ...users].some(({ macs }) => macs.includes(whose)) || users.some(({ peers }) => peers.includes(whose));
