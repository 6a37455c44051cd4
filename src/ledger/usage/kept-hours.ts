import type { KnownDevices, People } from '../../domain/people/people.ts';
import { type Account, macOf, publicKeyOf } from '../account.ts';
import { type Books, peerKey } from '../books.ts';
import type { RoundUpdate } from '../posting/round-update.ts';
import type { Batch } from '../storage/store.ts';
import { type HourSweep, pruneHoursOf } from '../storage/write-round.ts';

interface KnownAfter {
  devices: KnownDevices;
  peers: Pick<Books['peers'], 'get'>;
}

/** Seconds that the hours of an account are kept where its user or device says so: 0 if it is private; null where nobody says anything. */
function keepHoursOf(people: People, { devices, peers }: KnownAfter, account: Account): number | null {
  const [mac, publicKey] = [macOf(account), publicKeyOf(account)];
  if (mac !== null) return people.keepHoursOfDevice(mac, devices);
  if (publicKey === null) return null;
  return people.keepHoursOfPeer(publicKey, peers.get(peerKey(account.router, account.interface, publicKey))?.name ?? null);
}

/** Keeps the hours of private devices and peers out of a round, by what is known of them after it. Rule: private hours. */
export function dropPrivateHours(books: Books, update: RoundUpdate, people: People): void {
  if (!people.saysHours) return;
  const devices = new Map(update.devices.map((device) => [device.mac, device]));
  const peers = new Map(update.peers.map((peer) => [peerKey(peer.router, peer.interface, peer.publicKey), peer]));
  const known: KnownAfter = {
    devices: { get: (mac) => devices.get(mac) ?? books.devices.get(mac) },
    peers: { get: (key) => peers.get(key) ?? books.peers.get(key) },
  };
  const isPrivate = (account: Account) => keepHoursOf(people, known, account) === 0;
  for (const { account } of update.accounts) {
    if (isPrivate(account)) update.hourless.add(account);
  }
  for (const { from, into } of update.moves) if (isPrivate(into.account)) update.droppedHours.push(from);
}

/** Deletes the hours that are kept for a shorter time than all others. Rule: private hours. */
export interface OwnHours {
  /** What is to be deleted now (Unix ms): each hour once, and of an account that was not asked for before, all of them. */
  batches(books: Books, people: People, now: number): Batch[];
  /** The same of private devices and peers alone, for which it does not matter what time it is. */
  privateBatches(books: Books, people: People): Batch[];
  /** What `batches` gave is committed, and accounts got the hours of others. */
  committed(moves: RoundUpdate['moves']): void;
  /** All hours are looked for again: someone else may be private, or it is not known what the file has. */
  again(): void;
}

const FOREVER = Number.MAX_SAFE_INTEGER;

export function createOwnHours(): OwnHours {
  /** Unix ms up to which the hours of each account are deleted. */
  const done = new Map<number, number>();
  let pending: HourSweep[] = [];

  function sweeps(books: Books, people: People, now: number | null): HourSweep[] {
    if (!people.saysHours) return [];
    return [...books.accounts.values()].flatMap((account) => {
      const keep = keepHoursOf(people, books, account);
      if (keep === null || (keep > 0 && now === null)) return [];
      const to = keep === 0 ? FOREVER : (now ?? 0) - keep * 1000;
      const from = done.get(account.id) ?? 0;
      return to > from ? [{ account: account.id, from, to }] : [];
    });
  }
  return {
    batches(books, people, now) {
      pending = sweeps(books, people, now);
      return pruneHoursOf(pending);
    },
    privateBatches: (books, people) => pruneHoursOf(sweeps(books, people, null)),
    committed(moves) {
      for (const { account, to } of pending) done.set(account, to);
      for (const { into } of moves) done.delete(into.account.id);
      pending = [];
    },
    again() {
      pending = [];
      done.clear();
    },
  };
}
