import { LedgerError } from '../../errors.ts';
import { openToRead } from './driver/read.ts';
import { asLedgerError, codeOf, type Database, openDatabase } from './driver/sqlite.ts';
import { sizeOf } from './files.ts';
import { SCHEMA_VERSION, tablesOf } from './schema.ts';

/** Whether a database file can be used as a ledger. */
export type FileVerdict =
  | { state: 'good'; version: number; postedAt: number }
  | { state: 'damaged'; why: string }
  /** Written by a newer program. */
  | { state: 'newer'; version: number };

/** A ledger that is damaged, or missing although something shows that there was one. */
export class LostLedgerError extends LedgerError {
  readonly why: string;

  constructor(path: string, why: string, options?: ErrorOptions) {
    super(`Ledger "${path}": ${why}; start the service to restore the newest backup, or restore one with "wrtmeter restore FILE"`, options);
    this.name = 'LostLedgerError';
    this.why = why;
  }
}

/** Why a file cannot be used. */
export const unfit = (verdict: Exclude<FileVerdict, { state: 'good' }>): string =>
  verdict.state === 'newer' ? `it was written by a newer wrtmeter (schema ${verdict.version}); use that version` : verdict.why;

/** No program ever has this many schemas: such a number is damage. */
const IMPOSSIBLE_VERSION = 10_000;

/** Whether a program may have written this version. */
export const isVersion = (version: number): boolean => version >= 1 && version < IMPOSSIBLE_VERSION;

/**
 * Checks a whole database file, its log included, without changing a byte of either. Throws a LedgerError where it cannot be read at all,
 * which is not damage: the file may be whole. Rule: care of the file.
 */
export async function inspect(path: string): Promise<FileVerdict> {
  if ((await sizeOf(path)) === 0) return { state: 'damaged', why: 'file is empty' };
  let database: Database | null = null;
  try {
    database = await openToRead(path);
    return await inspectOpen(database);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'SQLITE_NOTADB') return { state: 'damaged', why: 'file is not a database' };
    if (code === 'SQLITE_CORRUPT') return { state: 'damaged', why: 'file is damaged' };
    throw asLedgerError(error, path);
  } finally {
    await database?.close();
  }
}

/**
 * Checks the ledger, which this process has locked. What a power cut left half done, such as the change of a backup to one with a log, is taken
 * back first: only who may write can do that.
 */
export async function inspectOwn(path: string): Promise<FileVerdict> {
  return inspect(path).catch(async (error) => {
    if (codeOf(error) !== 'SQLITE_READONLY' || !(await sizeOf(`${path}-journal`))) throw error;
    const database = await openDatabase(path, 'write');
    // SQLite takes it back with the first read. If it cannot, the check below says why.
    await database.all('PRAGMA schema_version').catch(() => []);
    await database.close();
    return inspect(path);
  });
}

async function inspectOpen(database: Database): Promise<FileVerdict> {
  const [head] = await database.all('PRAGMA user_version');
  const version = Number(head?.user_version);
  const [found] = await database.all('PRAGMA integrity_check(1)');
  const said = String(found?.integrity_check ?? '');
  if (said !== 'ok') return { state: 'damaged', why: `file is damaged (${said.replaceAll('\n', ' ')})` };
  if (version > SCHEMA_VERSION && isVersion(version)) return { state: 'newer', version };
  const tables = new Set((await database.all("SELECT name FROM sqlite_schema WHERE type = 'table'")).map(({ name }) => name));
  if (version < 1 || version > SCHEMA_VERSION || !tablesOf(version).every((table) => tables.has(table))) {
    return { state: 'damaged', why: 'file is not a ledger' };
  }
  const [posted] = await database.all("SELECT value FROM meta WHERE key = 'posted_at'");
  return { state: 'good', version, postedAt: Number(posted?.value ?? 0) };
}
