import { stat } from 'node:fs/promises';
import type { TokenRecord } from './token.ts';
import { readTokens, tokensPath } from './token-file.ts';

/**
 * The tokens of a data directory as they are at each call: a look at the file's times tells whether to read it again, so that a token
 * that is revoked is refused by the very next request. Throws a TokenFileError; what was known before counts no more then.
 */
export function watchTokens(directory: string): () => Promise<readonly TokenRecord[]> {
  const path = tokensPath(directory);
  let known: { mark: string; tokens: readonly TokenRecord[] } | null = null;
  return async () => {
    const mark = await markOf(path);
    if (known?.mark === mark) return known.tokens;
    known = null;
    // A file that is put in place between the two is read here and, its mark being another, once more by the next call.
    const tokens = await readTokens(directory);
    known = { mark, tokens };
    return tokens;
  };
}

/** Changes with every way to change a file, within its clock's finest step: a rename brings another inode and a later time of change. */
async function markOf(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  return found === null ? '' : [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join();
}
