import type { Lease, Observation } from '../../../domain/observation.ts';
import type { Round } from '../../../domain/round.ts';
import { macOf } from '../../account.ts';
import { type Books, type KnownLease, type Learned, leaseKey, readerKey } from '../../books.ts';
import { type Device, type DeviceName, newDevice } from '../../devices.ts';
import type { RoundUpdate } from '../round-update.ts';
import { hasNewSsid, NOWHERE, networksIn, placeAfter, placesIn, type SeenAt } from './places.ts';

const FORGET_LEASE_MS = 30 * 86_400_000;

type LeasesObservation = Extract<Observation, { source: 'leases' }>;

/**
 * Drafts the leases that are new, changed or gone. A lease that has gone keeps its name until it is forgotten. Returns the lists whose leases
 * are all in the books then.
 */
export function draftLeases(books: Books, round: Round, update: RoundUpdate, mostLeases: number): Learned['leases'] {
  const learned = new Map<string, readonly Lease[]>();
  const returned = new Set<KnownLease>();
  for (const { router, observation } of observed(round, 'leases')) {
    learned.set(router, observation.leases);
    if (books.learned.leases.get(router) === observation.leases) continue;
    const readBefore = books.readers.get(readerKey(router, 'leases'))?.readAt ?? update.at;
    const present = new Map<string, KnownLease>();
    for (const { mac, ip, hostname, clientId, expiry } of observation.leases) {
      const other = present.get(mac);
      if (other !== undefined && (other.expiry === 0 || (expiry !== 0 && other.expiry > expiry))) continue;
      present.set(mac, { router, mac, ip, hostname, clientId, expiry, lastRead: null });
    }
    const ofRouter = [...books.leases.values()].filter((known) => known.router === router);
    const gone = ofRouter.filter(({ mac }) => !present.has(mac));
    const added: KnownLease[] = [];
    for (const lease of present.values()) {
      const known = books.leases.get(leaseKey(router, lease.mac));
      if (known === undefined) added.push(lease);
      else {
        returned.add(known);
        if (!sameLease(known, lease)) update.leases.push(lease);
      }
    }
    const leftOut = makeRoom(ofRouter.length + added.length - mostLeases, gone, update);
    const kept = added.length - leftOut;
    for (const lease of added.slice(0, kept)) update.leases.push(lease);
    const counts = update.counts.get(readerKey(router, 'leases'));
    if (counts !== undefined) counts.leftOut += leftOut;
    if (leftOut > 0) learned.delete(router);
    const dropped = new Set(update.forgottenLeases);
    for (const known of gone) if (known.lastRead === null && !dropped.has(known)) update.leases.push({ ...known, lastRead: readBefore });
  }
  const dropped = new Set(update.forgottenLeases);
  for (const lease of books.leases.values()) {
    if (isForgotten(lease, update.at) && !returned.has(lease) && !dropped.has(lease)) update.forgottenLeases.push(lease);
  }
  return learned;
}

/** Lets go leases that have gone, the oldest first, for so many too many; returns for how many of them there is no room. Rule: small. */
function makeRoom(tooMany: number, gone: readonly KnownLease[], { forgottenLeases }: RoundUpdate): number {
  if (tooMany <= 0) return 0;
  const oldest = [...gone].sort((a, b) => (a.lastRead ?? Infinity) - (b.lastRead ?? Infinity)).slice(0, tooMany);
  forgottenLeases.push(...oldest);
  return tooMany - oldest.length;
}

const isForgotten = (lease: KnownLease, at: number): boolean => lease.lastRead !== null && at - lease.lastRead > FORGET_LEASE_MS;

function sameLease(a: KnownLease, b: KnownLease): boolean {
  return a.ip === b.ip && a.hostname === b.hostname && a.clientId === b.clientId && a.expiry === b.expiry && a.lastRead === b.lastRead;
}

/**
 * Drafts the names and places of devices: a static host's name beats a lease's, and the last known name stays. Returns what they are from.
 * Rule: names.
 */
export function draftNames(books: Books, round: Round, update: RoundUpdate): Learned['names'] {
  const lists = [
    ...observed(round, 'leases').flatMap(({ observation: { leases, staticHosts, hosts } }) => [leases, staticHosts, hosts]),
    ...observed(round, 'neighbours').map(({ observation }) => observation.neighbours),
    networksIn(round),
  ];
  const drafted = new Set<string>();
  for (const { account, isNew } of update.accounts) {
    const mac = isNew ? macOf(account) : null;
    if (mac !== null && !books.devices.has(mac)) drafted.add(mac);
  }
  const { names } = books.learned;
  if (drafted.size === 0 && lists.length === names.length && lists.every((list, i) => list === names[i]) && !hasNewSsid(round, books))
    return lists;
  const facts = gatherFacts(round);
  const places = placesIn(round, books);
  const staticsRead = observed(round, 'leases').some(({ observation }) => observation.staticHosts !== null);
  const leases = drafted.size > 0 ? new Map([...books.leases.values()].map((lease) => [lease.mac, lease])) : new Map<string, KnownLease>();
  for (const mac of drafted) {
    const lease = leases.get(mac);
    const named = { name: lease?.hostname ?? null, namedBy: lease?.hostname ? 'lease' : null, ip: lease?.ip ?? null } as const;
    const known = newDevice(mac, named, NOWHERE);
    update.devices.push(changed(known, facts.get(mac), places.get(mac), staticsRead) ?? known);
  }
  for (const mac of new Set([...facts.keys(), ...places.keys()])) {
    const known = books.devices.get(mac);
    const next = known && changed(known, facts.get(mac), places.get(mac), staticsRead);
    if (next) update.devices.push(next);
  }
  return lists;
}

interface NameFacts {
  name: string | null;
  namedBy: 'static' | 'lease';
  ip: string | null;
}

/** The device by its new facts, or null where they change nothing. */
function changed(known: Device, fact: NameFacts | undefined, seen: SeenAt | undefined, staticsRead: boolean): Device | null {
  const next = newDevice(known.mac, nameAfter(known, fact, staticsRead), placeAfter(known, seen));
  const keys = ['name', 'namedBy', 'ip', 'network', 'ssid'] as const;
  return keys.every((key) => next[key] === known[key]) ? null : next;
}

function nameAfter(known: Device, fact: NameFacts | undefined, staticsRead: boolean): DeviceName {
  if (fact === undefined) return known;
  const mayName = fact.name !== null && (fact.namedBy === 'static' || known.namedBy !== 'static' || staticsRead);
  const { name, namedBy } = mayName ? fact : known;
  return { name, namedBy, ip: fact.ip ?? known.ip };
}

function gatherFacts(round: Round): Map<string, NameFacts> {
  const facts = new Map<string, NameFacts>();
  const note = (mac: string, ip: string | null, name: string | null, namedBy: NameFacts['namedBy']) => {
    const known = facts.get(mac);
    if (known === undefined) facts.set(mac, { name, namedBy, ip });
    else {
      known.ip ??= ip;
      if (name !== null && (known.name === null || (namedBy === 'static' && known.namedBy === 'lease')))
        Object.assign(known, { name, namedBy });
    }
  };
  const leases = observed(round, 'leases').map(({ observation }) => observation);
  for (const { staticHosts } of leases) for (const { mac, ip, name } of staticHosts ?? []) note(mac, ip, name, 'static');
  const named = namesByAddress(leases);
  for (const { leases: list } of leases) {
    for (const { mac, ip, hostname } of list) {
      note(mac, ip, hostname, 'lease');
      const name = named.get(ip);
      if (name !== undefined) note(mac, ip, name, 'static');
    }
  }
  for (const { observation } of observed(round, 'neighbours')) {
    for (const { mac, ip } of observation.neighbours) {
      const name = named.get(ip);
      if (name !== undefined) note(mac, ip, name, 'static');
      else if (ip.includes('.')) note(mac, ip, null, 'lease');
    }
  }
  return facts;
}

function namesByAddress(leases: readonly LeasesObservation[]): Map<string, string> {
  return new Map(leases.flatMap(({ hosts }) => (hosts ?? []).map(({ ip, name }) => [ip, name] as const)));
}

function observed<S extends Observation['source']>(round: Round, source: S) {
  const found: { router: string; observation: Extract<Observation, { source: S }> }[] = [];
  for (const { router, results } of round.routers) {
    for (const result of results) {
      if (result.status === 'ok' && result.observation.source === source) {
        found.push({ router, observation: result.observation as Extract<Observation, { source: S }> });
      }
    }
  }
  return found;
}
