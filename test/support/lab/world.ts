import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { output } from '../program/command.ts';
import { requireLab } from './needs.ts';

/** Network namespaces and the processes in them. All of it goes with `close`, whatever a test did or failed to do. */
export interface Lab {
  /** At most 9 letters and digits that no other running lab has. */
  readonly id: string;
  /** Its own folder. */
  readonly folder: string;
  /** Makes a namespace and returns its full name. */
  namespace(name: string): Promise<string>;
  removeNamespace(full: string): Promise<void>;
  /** Starts a program in a namespace; it is ended by its id. */
  start(namespace: string, command: readonly string[], env?: NodeJS.ProcessEnv): LabProcess;
  /** Waits until something is so; throws after 20 s, or when the process on which it depends has ended. */
  until(what: string, isSo: () => boolean | Promise<boolean>, process?: LabProcess): Promise<void>;
  /** Something else to be undone at the end, before what was there earlier. */
  defer(undo: () => Promise<unknown>): void;
  /** Undoes everything in reverse order, then throws the first thing that went wrong or was left over. */
  close(): Promise<void>;
}

export interface LabProcess {
  readonly pid: number;
  /** What it said last, on both outputs. */
  readonly said: () => string;
  readonly running: () => boolean;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The words that run a command in a namespace; the process is the command itself. */
export const within = (namespace: string): string[] => ['ip', 'netns', 'exec', namespace];

/** Runs a command in a namespace to its end and returns what it printed. */
export function inside(namespace: string, command: readonly string[], timeout = 20_000): Promise<string> {
  return output([...within(namespace), ...command], { timeout });
}

/** `ip` in a namespace, its words separated by spaces. */
export const ip = (namespace: string, words: string): Promise<string> => output(['ip', '-n', namespace, ...words.split(' ')]);

export function createLab(): Lab {
  requireLab();
  const id = `wm${process.pid.toString(36)}`;
  const folder = mkdtempSync(join(tmpdir(), 'wrtmeter-lab-'));
  const namespaces = new Set<string>();
  const children = new Set<ChildProcess>();
  const undoing: (() => Promise<unknown>)[] = [async () => rmSync(folder, { recursive: true, force: true })];

  async function removeNamespace(full: string): Promise<void> {
    if (namespaces.delete(full)) await output(['ip', 'netns', 'del', full]);
  }

  const killAll = () => {
    for (const child of children) child.kill('SIGKILL');
    for (const name of namespaces) spawnSync('ip', ['netns', 'del', name]);
  };

  async function close(): Promise<void> {
    const wrong: unknown[] = [];
    for (const undo of undoing.splice(0).reverse()) await undo().catch((error) => wrong.push(error));
    for (const { pid, spawnargs } of children) wrong.push(new Error(`Process ${pid} is left over: ${spawnargs.join(' ')}`));
    killAll();
    process.removeListener('exit', killAll);
    for (const signal of SIGNALS) process.removeListener(signal, giveUp);
    const left = (await output(['ip', 'netns', 'list'])).split('\n').filter((line) => line.startsWith(`${id}-`));
    if (left.length > 0) wrong.push(new Error(`These namespaces are left over: ${left.join(', ')}`));
    if (wrong.length > 0) throw wrong[0];
  }

  // A test run that is cut off runs no hooks.
  const giveUp = () => void close().finally(() => process.exit(1));
  process.once('exit', killAll);
  for (const signal of SIGNALS) process.once(signal, giveUp);

  return {
    id,
    folder,
    removeNamespace,
    async namespace(name) {
      const full = `${id}-${name}`;
      await output(['ip', 'netns', 'add', full]);
      namespaces.add(full);
      undoing.push(() => removeNamespace(full));
      await ip(full, 'link set lo up');
      return full;
    },
    start(namespace, command, env = process.env) {
      const [program = '', ...args] = [...within(namespace), ...command];
      const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
      children.add(child);
      const started = watch(child, () => children.delete(child));
      undoing.push(() => started.stop());
      return started;
    },
    until,
    defer: (undo) => undoing.push(undo),
    close,
  };
}

async function until(what: string, isSo: () => boolean | Promise<boolean>, process?: LabProcess): Promise<void> {
  const end = performance.now() + 20_000;
  while (!(await isSo())) {
    if (process?.running() === false || performance.now() > end)
      throw new Error(`In vain waited until ${what}\n${process?.said() ?? ''}`.trim());
    await sleep(50);
  }
}

function watch(child: ChildProcess, onEnd: () => void): LabProcess {
  let said = '';
  let running = true;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-20_000);
    });
  }
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve()).once('close', () => resolve());
  }).then(() => {
    running = false;
    onEnd();
  });
  return {
    pid: child.pid ?? 0,
    said: () => said,
    running: () => running,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
  };
}
