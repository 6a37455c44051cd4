import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { LedgerError } from '../../errors.ts';
import type { Login } from '../../fields/urls.ts';
import { metaBatch, readMeta } from '../../ledger/storage/meta.ts';
import type { Store } from '../../ledger/storage/store.ts';
import type { LoginMemory } from '../../sources/kind.ts';

const KEY = 'logins';

/** As much work as by default, in a quarter of the memory: 4 MiB, because a container may have little. */
const COST = { N: 4096, r: 8, p: 4 } as const;
const HASH_BYTES = 32;
const SALT_BYTES = 16;

/** The last login that worked at an address. Salt and hash are in base64. */
interface KeptLogin {
  salt: string;
  hash: string;
  /** Answers in a row since then that may mean a wrong password. */
  refusals: number;
}

/** Which logins have worked, kept in the ledger as salted hashes. */
export interface KeptLogins {
  /** What is remembered of a login at an address. */
  at(address: string, login: Login): LoginMemory;
  /** Deletes what is kept of other addresses. */
  keepOnly(addresses: readonly string[]): void;
  /** Resolves when everything is written; call it before the ledger is closed. */
  stop(): Promise<void>;
}

/** Reads what is kept. `failed` gets what could not be written: it is then known until the end of the program only. Throws a LedgerError. */
export async function openLogins(store: Pick<Store, 'all' | 'commit'>, failed: (error: unknown) => void): Promise<KeptLogins> {
  const kept = parseLogins(await readMeta(store, KEY));
  let last: Promise<unknown> = Promise.resolve();

  /** One after the other: hashing is slow, and uses threads that the ledger needs too. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  }

  async function save(): Promise<void> {
    try {
      await store.commit([metaBatch([[KEY, JSON.stringify(Object.fromEntries(kept))]])]);
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      failed(error);
    }
  }

  function at(address: string, login: Login): LoginMemory {
    /** What is kept, once it is known to be of this login. */
    let own: KeptLogin | null = null;

    async function find(): Promise<KeptLogin | null> {
      const found = kept.get(address);
      if (found === undefined) return null;
      if (found !== own) own = (await isOf(found, login)) ? found : null;
      return own;
    }

    async function put(next: KeptLogin): Promise<void> {
      own = next;
      kept.set(address, next);
      await save();
    }

    return {
      worked() {
        if (own?.refusals === 0) return;
        inTurn(async () => {
          const found = await find();
          if (found?.refusals !== 0) await put({ ...(found ?? (await hashOf(login))), refusals: 0 });
        }).catch(failed);
      },
      refused: () =>
        inTurn(async () => {
          const found = await find();
          if (found === null) return null;
          await put({ ...found, refusals: found.refusals + 1 });
          return found.refusals + 1;
        }),
    };
  }

  return {
    at,
    keepOnly(addresses) {
      const others = [...kept.keys()].filter((address) => !addresses.includes(address));
      for (const address of others) kept.delete(address);
      if (others.length > 0) inTurn(save).catch(failed);
    },
    async stop() {
      await last;
    },
  };
}

/** What makes no sense is not known. */
function parseLogins(text: string | null): Map<string, KeptLogin> {
  try {
    const found: unknown = JSON.parse(text ?? '{}');
    return new Map(Object.entries(found ?? {}).filter((entry): entry is [string, KeptLogin] => isKept(entry[1])));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return new Map();
  }
}

function isKept(found: unknown): found is KeptLogin {
  if (typeof found !== 'object' || found === null) return false;
  const { salt, hash, refusals } = found as Partial<Record<string, unknown>>;
  return typeof salt === 'string' && typeof hash === 'string' && Number.isSafeInteger(refusals);
}

async function hashOf(login: Login): Promise<Pick<KeptLogin, 'salt' | 'hash'>> {
  const salt = randomBytes(SALT_BYTES);
  return { salt: salt.toString('base64'), hash: (await hashed(login, salt)).toString('base64') };
}

async function isOf({ salt, hash }: KeptLogin, login: Login): Promise<boolean> {
  const known = Buffer.from(hash, 'base64');
  return known.length === HASH_BYTES && timingSafeEqual(known, await hashed(login, Buffer.from(salt, 'base64')));
}

/** In a thread of its own. */
const hashed = ({ username, password }: Login, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(JSON.stringify([username, password]), salt, HASH_BYTES, COST, (error, key) => (error ? reject(error) : resolve(key)));
  });
