#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { type Command, CommanderError } from 'commander';
import { keepHeapSmall } from './app/heap.ts';
import { logReader } from './app/log/log-reader.ts';
import { readFile } from './app/read-file.ts';
import type { ProcessIo } from './commands/common/command-io.ts';
import { EXAMPLES } from './commands/common/examples.ts';
import { OneLineCommand, unknownCommand } from './commands/common/one-line.ts';
import type { CommandModule, Start } from './commands/common/register.ts';
import { nearest } from './domain/names/nearest.ts';
import { fileWords } from './errors.ts';

/** All commands, in the order of the help. Only the requested one is loaded. */
const COMMANDS: Readonly<Record<string, () => Promise<CommandModule>>> = {
  serve: () => {
    keepHeapSmall();
    // A SIGHUP that nobody handles ends the program. The configuration is not read yet.
    process.on('SIGHUP', () => undefined);
    return import('./commands/serve.ts');
  },
  check: () => import('./commands/check/check.ts'),
  doctor: () => import('./commands/doctor/doctor.ts'),
  health: () => import('./commands/health.ts'),
  print: () => import('./commands/print/print.ts'),
  summary: () => import('./commands/summary/summary.ts'),
  import: () => import('./commands/import/import.ts'),
  export: () => import('./commands/export/export.ts'),
  backup: () => import('./commands/backup.ts'),
  restore: () => import('./commands/restore.ts'),
  bonus: () => import('./commands/bonus.ts'),
  limit: () => import('./commands/limit/limit.ts'),
  forget: () => import('./commands/forget.ts'),
  peer: () => import('./commands/peer/peer.ts'),
  token: () => import('./commands/token.ts'),
  notify: () => import('./commands/notify.ts'),
  demo: () => import('./commands/demo.ts'),
  completion: () => import('./commands/shell/completion.ts'),
  man: () => import('./commands/shell/man.ts'),
};

/** Commands that describe all commands. */
const DESCRIBING = ['completion', 'man', 'help', '--help', '-h'];

const EXAMPLES_TEXT = ['', 'Examples:', ...EXAMPLES.map(([command, does]) => `  ${command.padEnd(37)}${does}`)].join('\n');

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

/** Commands to load for a command line: all of them only where all are described. */
function neededBy([first = '', ...others]: readonly string[]): string[] {
  if (['--version', '-V'].includes(first)) return [];
  if (DESCRIBING.includes(first)) return Object.keys(COMMANDS);
  if (Object.hasOwn(COMMANDS, first)) return [first];
  return others.some((word) => DESCRIBING.includes(word)) ? Object.keys(COMMANDS) : ['serve'];
}

async function createProgram(words: readonly string[]): Promise<Command> {
  const program = new OneLineCommand('wrtmeter')
    .description('The traffic meter for OpenWrt routers: a Prometheus exporter with a ledger that survives reboots')
    .version(version)
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .addHelpText('after', EXAMPLES_TEXT)
    .exitOverride();
  refuseMistyped(program, words[0] ?? '');
  refuseLate(program, words);
  for (const name of neededBy(words)) {
    const command = await COMMANDS[name]?.();
    command?.register(program, start);
  }
  return program;
}

/** A word alone is not the URL of a router, so one that is similar to a command is that command, mistyped. */
function refuseMistyped(program: Command, word: string): void {
  const names = Object.keys(COMMANDS);
  const isWord = /^[a-z]+$/i.test(word) && word !== 'help' && !names.includes(word);
  if (isWord && nearest(word, names) !== null) program.error(unknownCommand(word, names));
}

/** The first word alone can be a command. A word right after an option may be its value. */
function refuseLate(program: Command, [first = '', ...others]: readonly string[]): void {
  if (Object.hasOwn(COMMANDS, first) || DESCRIBING.includes(first)) return;
  const late = others.find((word, i) => Object.hasOwn(COMMANDS, word) && !(others[i - 1] ?? first).startsWith('-'));
  if (late !== undefined) program.error(`error: the command has to be the first word: wrtmeter ${late} …`);
}

const start: Start = async (command) => {
  process.exitCode = await command(processIo());
};

/** What commands use of the process. Nothing else reads the environment, clock or streams. */
function processIo(): ProcessIo {
  return {
    env: process.env,
    cwd: process.cwd(),
    readFile,
    systemTimezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    // Only the command that reads standard input opens it.
    stdin: { [Symbol.asyncIterator]: () => process.stdin[Symbol.asyncIterator]() },
    stdout: process.stdout,
    stderr: process.stderr,
    logReader: logReader(process.stderr.isTTY === true, process.env.JOURNAL_STREAM),
    user,
    clock: { now: () => Date.now(), tick: () => performance.now() },
    version,
    signals: process,
  };
}

function user(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.()); // without an entry in passwd, as in a container
  }
}

// `wrtmeter print devices | head` closes the pipe early; that is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`wrtmeter: Standard output cannot be written: ${fileWords(error)}\n`);
  process.exit(1);
});
// Where even that cannot be written, the exit code remains.
process.stderr.on('error', () => undefined);

// Whatever the program makes holds who uses how much: only its own user may read it.
process.umask(0o077);

try {
  await (await createProgram(process.argv.slice(2))).parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
