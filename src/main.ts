#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import type { DoctorOptions } from './commands/doctor/doctor.ts';
import type { ExportOptions } from './commands/export.ts';
import type { ImportCli } from './commands/import/import.ts';
import type { PeerOptions } from './commands/peer/peer.ts';
import type { PrintOptions } from './commands/print/print.ts';
import type { TokenOptions } from './commands/token.ts';
import type { CliOptions } from './config/input.ts';
import { settings } from './config/settings.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

const EXAMPLES = `
Examples:
  wrtmeter http://192.168.1.1          read one router, no file needed
  wrtmeter --config wrtmeter.yaml      read what the file names
  wrtmeter check --config FILE         say what a configuration comes to
  wrtmeter doctor                      say what is wrong, and what to do about it
  wrtmeter print devices               this month's devices, in the terminal
  wrtmeter import vnstat FILE          bring older figures along
  wrtmeter demo                        simulated routers, to look around`;

/** The door: a command line becomes one command. Each loads what it needs and no more. */
function createProgram(): Command {
  const program = new Command('wrtmeter')
    .description('The traffic meter for OpenWrt routers: a Prometheus exporter with a ledger that survives reboots')
    .version(version)
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .addHelpText('after', EXAMPLES)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'wrtmeter: ')) })
    .exitOverride();

  withSettings(
    program
      .command('serve [routers...]', { isDefault: true })
      .description('read routers, keep the ledger, answer Prometheus (the default)'),
  ).action(async (routers: string[], options: CliOptions) => {
    const { keepHeapSmall } = await import('./app/heap.ts');
    keepHeapSmall();
    const { serve } = await import('./commands/serve.ts');
    await finish(serve({ ...options, ...(routers.length > 0 && { routers }) }, await commandIo()));
  });
  withSettings(program.command('check [routers...]').description('check the configuration and, with --data, the ledger')).action(
    async (routers: string[], options: CliOptions) => {
      const { check } = await import('./commands/check.ts');
      await finish(check({ ...options, ...(routers.length > 0 && { routers }) }, await commandIo()));
    },
  );
  withSettings(
    program
      .command('doctor [routers...]')
      .description('read every router once, look into the ledger, and say what is wrong and what to do; changes nothing'),
  )
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExit code: 0 where nothing is wrong, 1 where something is, 2 for a bad command line or configuration.')
    .action(async (routers: string[], options: DoctorOptions) => {
      const { doctor } = await import('./commands/doctor/doctor.ts');
      await finish(doctor({ ...options, ...(routers.length > 0 && { routers }) }, await commandIo()));
    });
  withSettings(
    program
      .command('print <what>')
      .description('show devices, wan, peers, reconciliation, routers, months, days or audit as a table; works while the service runs'),
  )
    .option('--device <name or MAC>', 'months or days of one device')
    .option('--last <number>', 'so many of the newest months, days or audit rows')
    .option('--json', 'as JSON')
    .action(async (what: string, options: PrintOptions) => {
      const { print } = await import('./commands/print/print.ts');
      await finish(print(what, options, await commandIo()));
    });
  withSettings(
    program
      .command('import <program> <files...>')
      .description('bring along what classic, vnstat or nlbwmon counted; stop the service first'),
  )
    .option('--dry-run', 'show what would be imported, write nothing; works while the service runs')
    .option('--router <name>', 'the router whose uplink was counted')
    .option('--interface <name>', 'its uplink (default: wan)')
    .option('--from <date>', 'first day of an nlbwmon period')
    .option('--to <date>', 'day after its last')
    .option('--json', 'as JSON')
    .action(async (from: string, files: string[], options: ImportCli) => {
      const { importFrom } = await import('./commands/import/import.ts');
      await finish(importFrom(from, files, options, { ...(await commandIo()), stdin: process.stdin }));
    });
  withSettings(program.command('export').description('usage as CSV or JSON, on standard output; works while the service runs'))
    .option('--from <date>', 'first day, or a time like 2026-01-31T18:00:00Z (default: all that is held)')
    .option('--to <date>', 'day or time after the last')
    .option('--by <bucket>', 'hour, day, month (the billing period) or year', 'day')
    .option('--kind <kind>', 'device, host, station, peer or wan')
    .option('--mac <mac>', 'one device')
    .option('--router <name>', 'one router')
    .option('--format <format>', 'csv or json', 'csv')
    .action(async (options: ExportOptions) => {
      const { exportUsage } = await import('./commands/export.ts');
      await finish(exportUsage(options, await commandIo()));
    });
  withSettings(
    program.command('backup [file]').description('write a copy of the ledger, by default in its directory; works while the service runs'),
  ).action(async (file: string | undefined, options: CliOptions) => {
    const { backup } = await import('./commands/backup.ts');
    await finish(backup(file, options, await commandIo()));
  });
  withSettings(program.command('restore <file>').description('let a backup take the place of the ledger; stop the service first')).action(
    async (file: string, options: CliOptions) => {
      const { restore } = await import('./commands/restore.ts');
      await finish(restore(file, options, await commandIo()));
    },
  );
  withSettings(
    program
      .command('forget <mac-or-key>')
      .description('take a device, or a WireGuard peer, and its history out of the ledger; stop the service first'),
  ).action(async (mac: string, options: CliOptions) => {
    const { forget } = await import('./commands/forget.ts');
    await finish(forget(mac, options, await commandIo()));
  });
  const peer = program.command('peer').description('let WireGuard peers in or out on their server: list, revoke, restore and delete');
  const onServers = (command: Command) =>
    withSettings(command).option('--router <name>', 'one router').option('--interface <name>', 'one interface');
  onServers(peer.command('list').description('show what the servers themselves show: who is in, and who is revoked'))
    .option('--json', 'as JSON')
    .action(async (options: PeerOptions) => {
      const { listAllPeers } = await import('./commands/peer/peer.ts');
      await finish(listAllPeers(options, await commandIo()));
    });
  const change = (action: 'revoke' | 'restore' | 'delete', description: string) =>
    onServers(peer.command(`${action} <peer>`).description(description)).action(async (wanted: string, options: PeerOptions) => {
      const { changeOnePeer } = await import('./commands/peer/peer.ts');
      await finish(changeOnePeer(action, wanted, options, await commandIo()));
    });
  change('revoke', 'take a peer, by name or public key, off its interface and out of its configuration');
  change('restore', 'let a revoked peer in again, with its keys and addresses');
  change('delete', 'take a peer off for good').option('--yes', 'it is meant');
  const token = program.command('token').description('who may read or control over HTTP: create, list and revoke tokens');
  withSettings(token.command('create <name>').description('make a token and print it, this once; works while the service runs'))
    .option('--scope <scope>', 'what it is good for: read, or control as well', 'read')
    .action(async (name: string, options: TokenOptions) => {
      const { createToken } = await import('./commands/token.ts');
      await finish(createToken(name, options, await commandIo()));
    });
  withSettings(token.command('list').description('show the names and scopes of all tokens'))
    .option('--json', 'as JSON')
    .action(async (options: TokenOptions) => {
      const { listTokens } = await import('./commands/token.ts');
      await finish(listTokens(options, await commandIo()));
    });
  withSettings(token.command('revoke <name>').description('take a token back, at once; works while the service runs')).action(
    async (name: string, options: TokenOptions) => {
      const { revokeToken } = await import('./commands/token.ts');
      await finish(revokeToken(name, options, await commandIo()));
    },
  );
  program
    .command('demo')
    .description('simulated routers and the exporter on them; keeps nothing')
    .option('--listen <address:port>', 'where to listen', '127.0.0.1:9780')
    .action(async (options: { listen: string }) => {
      const { demo } = await import('./commands/demo.ts');
      await finish(demo(options, await commandIo()));
    });
  return program;
}

/** Gives a command the options that the configuration knows. */
function withSettings(command: Command): Command {
  command.option('-c, --config <file>', 'wrtmeter.yaml or a classic routers.json');
  for (const { option, help } of Object.values(settings)) if (option !== null) command.addOption(new Option(option, help));
  return command;
}

/** What a command has of the world: nothing else reads the environment, the clock or the streams. */
async function commandIo() {
  const { readFile } = await import('./app/read-file.ts');
  return {
    env: process.env,
    cwd: process.cwd(),
    readFile,
    systemTimezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    stdout: process.stdout,
    stderr: process.stderr,
    terminal: process.stderr.isTTY === true,
    clock: { now: () => Date.now(), tick: () => performance.now() },
    version,
    signals: process,
  };
}

async function finish(code: Promise<number>): Promise<void> {
  process.exitCode = await code;
}

// `wrtmeter print devices | head` closes the pipe early; that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  await createProgram().parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
