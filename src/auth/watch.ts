import { stat } from 'node:fs/promises';
import type { TokenRecord } from './token.ts';
import { readTokens, tokensPath } from './token-file.ts';

/**
 * The current tokens of a data directory, at each call. Reads the file again if its times have changed, so that the next request with a
 * revoked token is refused. Throws a TokenFileError; the tokens known before are then no longer valid.
 */
export function watchTokens(directory: string): () => Promise<readonly TokenRecord[]> {
  const path = tokensPath(directory);
  let known: { mark: string; tokens: readonly TokenRecord[] } | null = null;
  return async () => {
    const mark = await markOf(path);
    if (known?.mark === mark) return known.tokens;
    known = null;
    // A file replaced between the two steps is read here, and once more by the next call, because its mark differs.
    const tokens = await readTokens(directory);
    known = { mark, tokens };
    return tokens;
  };
}

/** Changes with every change of the file, as fine as its clock: a rename gives another inode and a later ctime. */
async function markOf(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  return found === null ? '' : [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join();
}
