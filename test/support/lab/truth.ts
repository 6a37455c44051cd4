import type { Books } from '../ledger/books.ts';
import type { DeviceBytes } from './router.ts';

/** What a meter that misses nothing must show, from the kernel's own counters. */
export interface Truth {
  /** Counts a device's bytes for an account from now on; what it has moved before is unknown. */
  follow(account: Account, device: string, now: Counters): void;
  /** Counts a device that was made just now, from zero. */
  followNew(account: Account, device: string): void;
  /** Keeps what a device has moved: it is about to go. */
  release(device: string, now: Counters): void;
  /** A device has another name, and its counters continue. */
  rename(device: string, name: string): void;
  books(now: Counters): Books;
}

/** `towardsHome` is the counter of what comes to the home or its device: rx of an uplink, tx of a port of the access point. */
export interface Account {
  names: readonly string[];
  towardsHome: keyof DeviceBytes;
}

type Counters = ReadonlyMap<string, DeviceBytes>;

interface Followed {
  account: Account;
  from: DeviceBytes;
}

export function createTruth(): Truth {
  const kept: Books = new Map();
  const followed = new Map<string, Followed>();

  const read = (device: string, now: Counters): DeviceBytes => {
    const bytes = now.get(device);
    if (bytes === undefined) throw new Error(`/proc/net/dev of the router has no "${device}"`);
    return bytes;
  };
  const add = (books: Books, { account, from }: Followed, now: DeviceBytes) => {
    const moved = { rx: now.rx - from.rx, tx: now.tx - from.tx };
    const away = account.towardsHome === 'rx' ? 'tx' : 'rx';
    for (const name of account.names) {
      books.set(`${name} download`, (books.get(`${name} download`) ?? 0) + moved[account.towardsHome]);
      books.set(`${name} upload`, (books.get(`${name} upload`) ?? 0) + moved[away]);
    }
    return books;
  };
  return {
    follow: (account, device, now) => void followed.set(device, { account, from: read(device, now) }),
    followNew: (account, device) => void followed.set(device, { account, from: { rx: 0, tx: 0 } }),
    release(device, now) {
      const one = followed.get(device);
      if (one !== undefined) add(kept, one, read(device, now));
      followed.delete(device);
    },
    rename(device, name) {
      const one = followed.get(device);
      if (one !== undefined) followed.set(name, one);
      followed.delete(device);
    },
    books: (now) => [...followed].reduce((books, [device, one]) => add(books, one, read(device, now)), new Map(kept)),
  };
}
