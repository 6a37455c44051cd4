import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LedgerError, shellWord } from '../../../errors.ts';
import type { Driver } from './driver.ts';
import { NODE_WITH_SQLITE, nodeSqlite } from './node-sqlite.ts';

/** No SQLite driver that may be used fits this system. The message is `what`, and what to do. */
export class DriverError extends LedgerError {
  readonly what: string;
  /** What a person can do. */
  readonly advice: string;

  constructor(what: string, advice: string, options?: ErrorOptions) {
    super(`${what}: ${advice}`, options);
    this.name = 'DriverError';
    this.what = what;
    this.advice = advice;
  }
}

/** The driver of this process, and why it is not the package sqlite3; null if it is, or if another one was asked for. */
export interface Loaded {
  driver: Driver;
  instead: string | null;
}

/** `auto`: the first of the others that loads. */
export type DriverChoice = 'auto' | Driver['name'];

// Locks of two SQLites in one process do not see each other, so a process has one driver.
let wanted: DriverChoice = 'auto';
let loaded: Promise<Loaded> | null = null;

/** Sets the driver that is loaded when one is needed. `auto` changes nothing. */
export function useDriver(choice: DriverChoice): void {
  if (choice === 'auto' || choice === wanted) return;
  wanted = choice;
  loaded = null;
}

/** Loads the driver when it is needed, so that what needs no ledger works without it. Throws a DriverError. */
export function loadDriver(): Promise<Loaded> {
  loaded ??= load(wanted);
  return loaded;
}

/** One line for a person: which driver, which SQLite, and why. */
export const describeDriver = ({ driver, instead }: Loaded): string =>
  `${driver.name === 'node' ? "Node's own" : 'package sqlite3'}, SQLite ${driver.sqlite}${instead === null ? '' : `, because ${instead}`}`;

async function load(choice: DriverChoice): Promise<Loaded> {
  if (choice === 'node') {
    if (!hasSqlite())
      throw new DriverError(
        `Node ${process.versions.node} has no SQLite that can be used`,
        `use ${NEWER_NODE}, or set ledger.driver to auto`,
      );
    return { driver: await ofNode(), instead: null };
  }
  try {
    const { packageDriver } = await import('./sqlite3.ts');
    return { driver: await packageDriver(), instead: null };
  } catch (error) {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    const why = line.replace(/\. Tried:$/, '');
    if (choice === 'auto' && hasSqlite()) return { driver: await ofNode(), instead: `the package sqlite3 does not load: ${why}` };
    throw new DriverError(`The SQLite driver does not load: ${why}`, `${repair()}, or ${otherwise()}`, { cause: error });
  }
}

const ofNode = async (): Promise<Driver> => (await import('./node.ts')).nodeDriver();

const hasSqlite = (): boolean => nodeSqlite() !== null;

const NEWER_NODE = `Node ${NODE_WITH_SQLITE} or later`;

/** What uses Node's own SQLite instead. */
const otherwise = (): string => (hasSqlite() ? 'set ledger.driver to auto' : `use ${NEWER_NODE}`);

/** An image has neither the script nor a compiler. */
function repair(): string {
  const script = fileURLToPath(new URL('../../../../setup/driver.js', import.meta.url));
  return existsSync(script)
    ? `run "node ${shellWord(script)}" to install one for this system`
    : 'use an image that was built for this system';
}
