import type { Doubt, Doubts } from '../../domain/counter.ts';
import { macIn } from '../../domain/counter-names.ts';
import type { SourceName } from '../../domain/observation.ts';
import { addTo, DIRECTIONS, type Traffic } from '../../domain/traffic.ts';
import { LedgerError, quote } from '../../errors.ts';
import { type Account, type AccountKind, accountKey, isAccountKind } from '../account.ts';
import { Accounts, newAccount } from '../accounts.ts';
import { type Books, type KeptBaseline, type KnownPeer, leaseKey, OPEN, peerKey, type Reader, readerKey } from '../books.ts';
import { type Device, Devices, newDevice } from '../devices.ts';
import { loadBonuses } from './people/bonuses.ts';
import { loadTariffs } from './people/tariff-rows.ts';
import { BEHIND } from './sql.ts';
import type { Row, Store } from './store.ts';

const ACCOUNTS = `SELECT account.*, download, upload, last_seen FROM account JOIN total ON total.account = account.id ORDER BY id`;

/** Reads the books out of the file. Month sums are left at zero; see `months.ts`. */
export async function loadBooks(store: Pick<Store, 'all'>): Promise<Books> {
  const meta = new Map((await store.all('SELECT key, value FROM meta')).map((row) => [row.key, text(row.value)]));
  const time = (key: string) => Number(meta.get(key) ?? 0);
  const readers = await loadReaders(store);
  const accounts = accountsThrough((await store.all(ACCOUNTS)).map(accountOf), readers);
  const devices = new Devices();
  for (const row of await store.all('SELECT * FROM device')) devices.set(text(row.mac), deviceOf(row));
  const leases = (await store.all('SELECT * FROM lease')).map((row) => ({
    router: text(row.router),
    mac: text(row.mac),
    ip: text(row.ip),
    hostname: textOrNull(row.hostname),
    clientId: textOrNull(row.client_id),
    expiry: Number(row.expiry),
    lastRead: numberOrNull(row.last_read),
  }));
  const [{ id: lastBaseline = null } = {}] = await store.all('SELECT max(id) AS id FROM baseline');
  return {
    accounts,
    devices,
    leases: new Map(leases.map((lease) => [leaseKey(lease.router, lease.mac), lease])),
    peers: await loadPeers(store),
    tariffs: await loadTariffs(store),
    bonuses: await loadBonuses(store),
    readers,
    lastBaseline: Number(lastBaseline ?? 0),
    hostsSince: time('hosts_since'),
    claims: new Map(),
    learned: { leases: new Map(), names: [] },
    feeding: {
      by: time('fed_by_hosts') === 1 ? 'hosts' : 'stations',
      from: time('fed_from'),
      fromTick: Number.NEGATIVE_INFINITY,
    },
    startedAt: time('started_at'),
    postedAt: time('posted_at'),
    postedDays: (meta.get('posted_days') ?? '').split(' ').filter(Boolean).map(Number),
  };
}

/**
 * The file does not say which router a device's account was made through: the first that has an account of its MAC, or else one that counts it
 * without directions.
 */
function accountsThrough(found: readonly Account[], readers: ReadonlyMap<string, Reader>): Accounts {
  const byMac = new Map<string, string>();
  for (const { router, source, counters } of readers.values())
    if (source === 'statistics') for (const counter of counters.keys()) byMac.set(macIn(counter), router);
  for (const { router, key } of found.toReversed()) if (router !== '') byMac.set(key, router);
  const accounts = new Accounts();
  for (const account of found) accounts.set(accountKey(account), account, account.router || byMac.get(account.key));
  return accounts;
}

async function loadPeers(store: Pick<Store, 'all'>): Promise<Map<string, KnownPeer>> {
  const rows = await store.all('SELECT * FROM peer ORDER BY router, interface, public_key');
  const peers = rows.map((row): KnownPeer => {
    const state = row.state === 'active' || row.state === 'revoked' ? row.state : 'gone';
    const [router, name, publicKey] = [text(row.router), text(row.interface), text(row.public_key)];
    const allowedIps = text(row.allowed_ips).split(',').filter(Boolean);
    const known = { name: textOrNull(row.name), endpoint: textOrNull(row.endpoint), latestHandshake: Number(row.latest_handshake) };
    return { router, interface: name, publicKey, allowedIps, state, ...known };
  });
  return new Map(peers.map((peer) => [peerKey(peer.router, peer.interface, peer.publicKey), peer]));
}

const BASELINES = `SELECT baseline.*, download, upload FROM baseline JOIN baseline_bytes ON baseline_bytes.baseline = baseline.id
  ORDER BY reader, counter, line`;

const READERS = 'SELECT reader.*, read_at, uptime FROM reader JOIN reader_time ON reader_time.reader = reader.id ORDER BY id';

async function loadReaders(store: Pick<Store, 'all'>): Promise<Map<string, Reader>> {
  const readers = (await store.all(READERS)).map(
    (row): Reader => ({
      id: Number(row.id),
      router: text(row.router),
      source: text(row.source) as SourceName,
      origin: text(row.origin),
      readAt: Number(row.read_at),
      readTick: null,
      lead: 0,
      boot: textOrNull(row.boot),
      uptime: numberOrNull(row.uptime),
      earlierBoots: text(row.earlier_boots).split(' ').filter(Boolean),
      isPartial: row.partial === 1,
      unread: new Set(),
      unnamed: Number(row.unread),
      skippedNoted: Number(row.unread),
      isFedElsewhere: row.fed_elsewhere === 1,
      isBehind: row.fed_elsewhere === BEHIND,
      counters: new Map(),
    }),
  );
  const byId = new Map(readers.map((reader) => [reader.id, reader]));
  for (const row of await store.all(BASELINES)) {
    const counters = byId.get(Number(row.reader))?.counters;
    const lines = counters?.get(text(row.counter)) ?? [];
    counters?.set(text(row.counter), [...lines, baselineOf(row)]);
  }
  return new Map(readers.map((reader) => [readerKey(reader.router, reader.source), reader]));
}

function accountOf(row: Row): Account {
  const [kind, router, name, key] = [kindOf(text(row.kind)), text(row.router), text(row.interface), text(row.key)];
  const account = newAccount(Number(row.id), { kind, router, interface: name, key, overlay: row.overlay === 1 }, Number(row.first_seen));
  account.lastSeen = Number(row.last_seen);
  addTo(account.total, trafficOf(row));
  return account;
}

function kindOf(kind: string): AccountKind {
  if (isAccountKind(kind)) return kind;
  throw new LedgerError(`Ledger holds an account of the unknown kind ${quote(kind)}: restore a backup with "wrtmeter restore FILE"`);
}

function baselineOf(row: Row): KeptBaseline {
  const epoch =
    row.boot === null
      ? null
      : { boot: text(row.boot), instance: numberOrNull(row.instance), began: numberOrNull(row.began), margin: Number(row.margin) };
  const baseline: KeptBaseline = { bytes: trafficOf(row), epoch, lastRead: numberOrNull(row.last_read), id: Number(row.id) };
  if (row.doubts !== null) baseline.doubts = doubtsOf(text(row.doubts));
  const words = text(row.fed_elsewhere).split(' ');
  const fedElsewhere = OPEN.filter((open) => words.includes(open));
  if (fedElsewhere.length > 0) baseline.fedElsewhere = fedElsewhere;
  return baseline;
}

/** The numbers of each kind of doubt. */
const DOUBT_FIELDS: Readonly<Record<Doubt['kind'], readonly string[]>> = {
  dipped: ['since', 'least', 'settles'],
  owed: ['since', 'least', 'settles'],
  unsure: ['since', 'low'],
  fell: ['since', 'before', 'low', 'posted'],
  refused: ['since', 'before'],
};

function doubtsOf(json: string): Doubts {
  const doubts = parseOrNull(json);
  if (doubts !== null && Object.entries(doubts).every(([key, doubt]) => isDirection(key) && isDoubt(doubt))) return doubts as Doubts;
  throw new LedgerError(`Ledger holds a baseline that cannot be read, ${quote(json)}: restore a backup with "wrtmeter restore FILE"`);
}

function parseOrNull(json: string): object | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

const isDirection = (key: string): boolean => DIRECTIONS.some((direction) => direction === key);

function isDoubt(doubt: unknown): boolean {
  if (typeof doubt !== 'object' || doubt === null || !('kind' in doubt)) return false;
  const fields = Object.entries(DOUBT_FIELDS).find(([kind]) => kind === doubt.kind)?.[1];
  return fields?.every((field) => Number.isFinite(Reflect.get(doubt, field))) === true;
}

function deviceOf(row: Row): Device {
  const namedBy = row.named_by === 'static' || row.named_by === 'lease' ? row.named_by : null;
  const place = { network: textOrNull(row.network), ssid: textOrNull(row.ssid) };
  return newDevice(text(row.mac), { name: textOrNull(row.name), namedBy, ip: textOrNull(row.ip) }, place);
}

export const trafficOf = (row: Row): Traffic => ({ download: Number(row.download), upload: Number(row.upload) });

const text = (cell: Row[string] | undefined): string => String(cell ?? '');
const textOrNull = (cell: Row[string] | undefined): string | null => (cell === null || cell === undefined ? null : String(cell));
const numberOrNull = (cell: Row[string] | undefined): number | null => (cell === null || cell === undefined ? null : Number(cell));
