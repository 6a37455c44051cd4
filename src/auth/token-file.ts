import { constants } from 'node:fs';
import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanName } from '../domain/names/name.ts';
import { fileWords, quote, TokenFileError } from '../errors.ts';
import { SCOPES, type TokenRecord } from './token.ts';

/** More than any home needs, and still fast to read. */
export const MOST_TOKENS = 100;
const MOST_BYTES = 64 * 1024;

export const tokensPath = (directory: string): string => join(directory, 'tokens.json');

/** Reads the tokens of a data directory; empty if the file does not exist. Throws a TokenFileError. */
export async function readTokens(directory: string): Promise<TokenRecord[]> {
  const path = tokensPath(directory);
  const text = await readText(path);
  return text === null ? [] : parseTokens(text, path);
}

/**
 * Changes the tokens of a data directory: writes a new file, readable only by its owner, and renames it over the old one, so that a
 * reader always finds a complete file. The new file is also the lock against other writers. Throws a TokenFileError, and what `change`
 * throws.
 */
export async function changeTokens(directory: string, change: (tokens: TokenRecord[]) => TokenRecord[]): Promise<void> {
  const path = tokensPath(directory);
  const newPath = `${path}.new`;
  const file = await lock(newPath, path);
  try {
    const tokens = change(await readTokens(directory));
    await write(file, directory, formatTokens(tokens));
    await rename(newPath, path);
    await syncDirectory(directory);
  } catch (error) {
    await unlink(newPath).catch(() => undefined);
    throw asTokenFileError(error, `${quote(path, 200)} cannot be written`);
  } finally {
    await file.close();
  }
}

/** Formats the text of the file. */
export function formatTokens(tokens: readonly TokenRecord[]): string {
  const list = tokens.map(({ name, scope, created, hash }) => ({
    name,
    scope,
    created: new Date(created).toISOString(),
    sha256: hash.toString('hex'),
  }));
  return `${JSON.stringify({ version: 1, tokens: list }, null, 2)}\n`;
}

/** Parses the text of the file. Throws a TokenFileError that shows none of its text. */
export function parseTokens(text: string, path: string): TokenRecord[] {
  const wrong = (what: string) => new TokenFileError(`${quote(path, 200)} ${what}`);
  const damaged = () => wrong('is damaged, so no token is valid: restore a copy, or remove it and create new tokens');
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw damaged();
  }
  const { version, tokens } = fieldsOf(read);
  if (typeof version === 'number' && version > 1) throw wrong('was written by a newer wrtmeter: use that version');
  if (version !== 1 || !Array.isArray(tokens) || tokens.length > MOST_TOKENS) throw damaged();
  const records = tokens.map(recordOf);
  const names = new Set(records.map((record) => record?.name.toLowerCase()));
  if (names.size < records.length) throw damaged();
  return records.map((record) => {
    if (record === null) throw damaged();
    return record;
  });
}

function recordOf(read: unknown): TokenRecord | null {
  const { name, scope: word, created: time, sha256 } = fieldsOf(read);
  const scope = SCOPES.find((known) => known === word);
  const created = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  if (typeof name !== 'string' || !isTokenName(name) || scope === undefined || Number.isNaN(created)) return null;
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return null;
  return { name, scope, created, hash: Buffer.from(sha256, 'hex') };
}

/** Names appear in the log and the audit: short, visible, without spaces at the ends. */
export const isTokenName = (text: string): boolean => text !== '' && cleanName(text) === text;

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

async function readText(path: string): Promise<string | null> {
  let file: FileHandle;
  try {
    // Without O_NONBLOCK a FIFO in its place would keep everyone waiting.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw asTokenFileError(error, `${quote(path, 200)} cannot be read`);
  }
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new TokenFileError(`${quote(path, 200)} is not a file: remove it and create the tokens again`);
    if (found.size > MOST_BYTES)
      throw new TokenFileError(`${quote(path, 200)} is larger than ${MOST_BYTES / 1024} KiB: it is not a token file`);
    return await file.readFile('utf8');
  } catch (error) {
    throw asTokenFileError(error, `${quote(path, 200)} cannot be read`);
  } finally {
    await file.close();
  }
}

/** Only one process can create the new file, so that one may write. */
async function lock(newPath: string, path: string): Promise<FileHandle> {
  try {
    return await open(newPath, 'wx', 0o600);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw asTokenFileError(error, `${quote(path, 200)} cannot be written`);
    throw new TokenFileError(`Another wrtmeter is changing the tokens: try again, or remove ${quote(newPath, 200)} if none is running`);
  }
}

async function write(file: FileHandle, directory: string, text: string): Promise<void> {
  const [{ uid, gid }, owner] = await Promise.all([file.stat(), stat(directory)]);
  // Created by root in the data directory of a service with its own account: the service must be able to read it.
  if (uid !== owner.uid) await file.chown(owner.uid, owner.gid === 0 ? gid : owner.gid);
  await file.writeFile(text);
  await file.sync();
}

/** Makes the rename survive a power failure, if the file system supports that. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

const codeOf = (error: unknown): string | null => (error instanceof Error && 'code' in error ? String(error.code) : null);

function asTokenFileError(error: unknown, what: string): unknown {
  return codeOf(error) === null || !(error instanceof Error) ? error : new TokenFileError(`${what}: ${fileWords(error)}`, { cause: error });
}
