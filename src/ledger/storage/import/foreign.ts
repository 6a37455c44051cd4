import { copyFile, mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileWords, quote } from '../../../errors.ts';
import { ImportError } from '../../import/figures.ts';
import { DriverError } from '../driver/choose.ts';
import { codeOf, type Database, openDatabase } from '../driver/sqlite.ts';
import { COMPANIONS } from '../files.ts';

/** A column of another program's table. `whole number`: null where anything else is stored, as SQLite lets any column hold any type. */
export interface ForeignColumn {
  column: string;
  as: 'text' | 'whole number';
}

/** Cells are text: the driver would round whole numbers above 2⁵³. */
export type ForeignRow<Name extends string> = Record<Name, string | null>;

/** Another program's database, in a copy. */
export interface Foreign {
  path: string;
  tables: ReadonlySet<string>;
  /** All rows of a table; none where there is no such table. Throws an ImportError. */
  rows<Name extends string>(table: string, columns: Record<Name, ForeignColumn>): Promise<ForeignRow<Name>[]>;
  close(): Promise<void>;
}

const LARGEST = 1 << 30;

/**
 * Opens another program's SQLite file without touching it or the files next to it: even a reader would replay a write-ahead log or
 * leave files there. So it is copied, with its log, and the copy is read. Throws an ImportError, or a DriverError.
 */
export async function openForeign(path: string): Promise<Foreign> {
  const directory = await mkdtemp(join(tmpdir(), 'wrtmeter-import-')).catch((error: Error) => {
    throw new ImportError(`No directory for a copy of ${quote(path)}: ${fileWords(error)}; set TMPDIR to another one`);
  });
  let database: Database | null = null;
  const close = async () => {
    await database?.close();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const copy = join(directory, 'copy.db');
    await copyWhole(path, copy);
    database = await openDatabase(copy, 'write');
    const [check] = await database.all('PRAGMA integrity_check(1)');
    if (check?.integrity_check !== 'ok') throw new ImportError(damaged(path));
    const tables = new Set((await database.all("SELECT name FROM sqlite_schema WHERE type = 'table'")).map(({ name }) => String(name)));
    return { path, tables, rows: readerOf(database, tables, path), close };
  } catch (error) {
    await close();
    throw asImportError(error, path);
  }
}

const readerOf =
  (database: Database, tables: ReadonlySet<string>, path: string): Foreign['rows'] =>
  async <Name extends string>(table: string, columns: Record<Name, ForeignColumn>) => {
    if (!tables.has(table)) return [];
    const selected = Object.entries<ForeignColumn>(columns).map(([name, column]) => `${expressionOf(column)} AS ${name}`);
    const rows = await database.all(`SELECT ${selected.join(', ')} FROM ${table}`).catch((error) => {
      throw asImportError(error, path);
    });
    return rows as ForeignRow<Name>[];
  };

function expressionOf({ column, as }: ForeignColumn): string {
  const text = `CAST(${column} AS TEXT)`;
  switch (as) {
    case 'text':
      return text;
    case 'whole number':
      return `CASE typeof(${column}) WHEN 'integer' THEN ${text} END`;
    default:
      return as satisfies never;
  }
}

/** Copies a database and its log as they are at one moment; tries again if they changed meanwhile. */
async function copyWhole(path: string, copy: string): Promise<void> {
  const parts = ['', ...COMPANIONS];
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const before = await traces(path, parts);
    if (before[0] === 'none') throw new ImportError(`There is no file ${quote(path)}: check the path`);
    await refuseUnlessDatabase(path);
    for (const part of parts) {
      await rm(`${copy}${part}`, { force: true });
      await copyFile(`${path}${part}`, `${copy}${part}`).catch((error: NodeJS.ErrnoException) => {
        if (part === '' || error.code !== 'ENOENT') throw error;
      });
    }
    if (before.join() === (await traces(path, parts)).join()) return;
  }
  throw new ImportError(`File ${quote(path)} is being written: stop the older program, then import again`);
}

const traces = (path: string, parts: readonly string[]): Promise<string[]> =>
  Promise.all(
    parts.map(async (part) => {
      const found = await stat(`${path}${part}`).catch(() => null);
      return found === null ? 'none' : `${found.size} ${found.mtimeMs}`;
    }),
  );

async function refuseUnlessDatabase(path: string): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size > LARGEST)
      throw new ImportError(`File ${quote(path)} is larger than 1 GiB, so it is not a collector's database: check the path`);
    const { buffer } = await file.read(Buffer.alloc(16), 0, 16, 0);
    if (buffer.toString('latin1') !== 'SQLite format 3\0')
      throw new ImportError(`File ${quote(path)} is not an SQLite database: check the path`);
  } finally {
    await file.close();
  }
}

const damaged = (path: string): string =>
  `File ${quote(path)} is damaged: import a backup of it, or repair a copy with "sqlite3 FILE .recover | sqlite3 NEW"`;

function asImportError(error: unknown, path: string): ImportError | DriverError {
  if (error instanceof ImportError || error instanceof DriverError) return error;
  const code = codeOf(error);
  if (code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB') return new ImportError(damaged(path), { cause: error });
  return new ImportError(`File ${quote(path)} cannot be read: ${fileWords(error)}`, { cause: error });
}
