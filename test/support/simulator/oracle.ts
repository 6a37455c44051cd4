import type { Traffic } from '../../../src/domain/traffic.ts';
import { isZero, minus, plus } from '../../../src/domain/traffic.ts';
import type { Counter } from '../../../src/simulator/world/counter.ts';
import { newTraffic } from '../../../src/simulator/world/counter.ts';
import type { Association } from '../../../src/simulator/world/state.ts';
import { byFigures, DAY_MS, type DipKnown, type Gain, isOfOpen, type Open, openAfter } from './figures.ts';
import { inNamedPeriod, type Named } from './periods.ts';
import { type Sight, type Sighting, sightingOf } from './sighting.ts';
import type { World } from './world.ts';

export type Accounting = 'stations' | 'hosts' | 'auto';

/** An address is another machine's after this. */
const KEPT_FOR_OWNER_MS = 12 * 3_600_000;
/** No list misses a counter for so long. */
const MISSED_FOR_MS = 2 * 86_400_000;

/** A source of a router: its counters and how far each has been seen. */
interface Reader {
  origin: string;
  at: number;
  /** It has answered once. */
  isFirst: boolean;
  unread: readonly string[];
  unnamed: number;
  /** Its last answer fed devices, or would have. */
  feeds: boolean;
  /** What its last answer could not read in the answer before it may have missed. */
  isPartial: boolean;
  moved: Map<Counter, Traffic>;
  /** Content of its answers, by name. */
  shown: Map<string, Shown>;
}

interface Shown extends Sight {
  /** Unix ms of the last answer that showed it. */
  shownAt: number;
  /** Some answer since did not. */
  waits: boolean;
  dip: DipKnown | null;
  /** What is open since an answer that did not feed devices. */
  open: readonly Open[];
}

interface Knowledge {
  /** By router and source. Missing until the first answer. */
  readers: Map<string, Reader>;
  known: Map<string, Traffic>;
  /** When the account of an address was last seen, Unix ms. */
  seenAt: Map<string, number>;
  /** What feeds the accounts of devices, and up to when the other source has (Unix ms). */
  feeding: { by: 'stations' | 'hosts'; from: number };
  hostsCount: boolean;
}

/**
 * What the best of meters could know, given the answers that it got. It gets the answers that were used and looks at the world
 * behind them: it knows every counter by its identity, so that it never has to guess a reset, an association or a boot from figures.
 * Where one counter took another's place, unseen and without a proof, it knows what the figures show and nothing else.
 *
 * Knowable are the bytes of each counter up to the last answer that showed it. Bytes before the first answer of a source are not
 * the meter's, nor are those that moved after the last look at a counter that then ended.
 */
export class Oracle {
  readonly #world: World;
  readonly #accounting: Accounting;
  readonly #knows: Knowledge;

  constructor(world: World, accounting: Accounting = 'stations', knows?: Knowledge) {
    this.#world = world;
    this.#accounting = accounting;
    this.#knows = knows ?? {
      readers: new Map(),
      known: new Map(),
      seenAt: new Map(),
      feeding: { by: 'stations', from: 0 },
      hostsCount: false,
    };
  }

  /** What an answer rendered at this moment shows; `shows` leaves out stations that the answer lost on its way. */
  look(router: string, source: Sighting['source'], shows: (association: Association) => boolean = () => true): Sighting {
    return sightingOf(this.#world, router, source, shows);
  }

  /** The meter has used this answer. */
  learn(look: Sighting): void {
    this.learnRound([look]);
  }

  /**
   * The meter has used these answers of one round. `apart`: those of one round were read one after the other, so that a source that takes
   * over from another begins with its next reading, and not with this one.
   */
  learnRound(looks: readonly Sighting[], apart = false): void {
    this.#chooseFeed(looks, apart);
    for (const router of new Set(looks.map((look) => look.router))) {
      const own = looks.filter((look) => look.router === router);
      const ownerOf = ownersIn(own);
      for (const look of own) this.#learn(look, ownerOf);
      this.#rekey(router, ownerOf, Math.max(...own.map(({ at }) => at)));
    }
  }

  /** The meter has just read this source and used all of it. */
  read(router: string, source: Sighting['source']): void {
    this.learn(this.look(router, source));
  }

  station(router: string, mac: string): Traffic {
    return this.#total('station', router, mac);
  }

  wan(router: string, uplink: string): Traffic {
    return this.#total('wan', router, uplink);
  }

  /** By its MAC, or by an address whose MAC is unknown. */
  host(router: string, host: string): Traffic {
    return this.#total('host', router, host);
  }

  /** All addresses of a router whose MAC is unknown. */
  unknown(router: string): Traffic {
    const keys = [...this.#knows.seenAt.keys()].filter((account) => account.startsWith(key('host', router, '')));
    return keys.reduce((sum, account) => plus(sum, this.#knows.known.get(account) ?? newTraffic()), newTraffic());
  }

  peer(router: string, tunnel: string, publicKey: string): Traffic {
    return this.#total('peer', router, `${tunnel} ${publicKey}`);
  }

  /** The device over all that sees it, each byte once. */
  device(mac: string): Traffic {
    return this.#total('device', mac);
  }

  /** Whether the source has been read, so that its accounts have started. */
  hasRead(router: string, source: Sighting['source']): boolean {
    return this.#knows.readers.has(key(router, source));
  }

  /** What the accounts of devices are fed from. */
  get feeding(): 'stations' | 'hosts' {
    return this.#knows.feeding.by;
  }

  /** The meter has started again: of counters with values that made no sense, its file says how many there were and not which. */
  restart(): void {
    const { readers } = this.#knows;
    for (const [name, r] of readers) readers.set(name, { ...r, unread: [], unnamed: r.unnamed + r.unread.length });
  }

  /** A second oracle, for when it is unknown whether the meter could keep what it read. */
  clone(): Oracle {
    const { readers, known, seenAt, feeding, hostsCount } = this.#knows;
    const copies = [...readers].map(([name, r]): [string, Reader] => [name, { ...r, moved: new Map(r.moved), shown: new Map(r.shown) }]);
    const knows = { readers: new Map(copies), known: new Map(known), seenAt: new Map(seenAt), feeding, hostsCount };
    return new Oracle(this.#world, this.#accounting, knows);
  }

  #total(...parts: string[]): Traffic {
    return { ...(this.#knows.known.get(key(...parts)) ?? newTraffic()) };
  }

  /** Left to itself, hosts feed the devices permanently once some byte of theirs was seen to move between two readings. */
  #chooseFeed(looks: readonly Sighting[], apart: boolean): void {
    const knows = this.#knows;
    knows.hostsCount ||= looks.some((look) => {
      const before = this.#before(look);
      return (
        look.source === 'hosts' &&
        before !== null &&
        look.seen.some((sight) => !mayBeMissed(look, sight, before) && rises(sight, before.shown.get(sight.name)))
      );
    });
    const by = this.#accounting === 'auto' ? (knows.hostsCount ? 'hosts' : 'stations') : this.#accounting;
    if (by === knows.feeding.by) return;
    const fed = [...knows.readers].filter(([name]) => name.endsWith(` ${knows.feeding.by}`)).map(([, { at }]) => at);
    knows.feeding = { by, from: Math.max(0, ...fed) + (apart && fed.length > 0 ? 1 : 0) };
  }

  /** The reader that an answer continues from, or null. */
  #before({ router, source, origin: reader }: Sighting): Reader | null {
    const known = this.#knows.readers.get(key(router, source));
    return known?.origin === reader ? known : null;
  }

  #learn(look: Sighting, ownerOf: OwnerOf): void {
    const before = inPeriodOf(look, this.#before(look));
    const { by, from } = this.#knows.feeding;
    const dips = new Map<string, DipKnown | null>();
    const feeds = look.source === by && (before === null || before.at >= from);
    const hasTakenOver = from > 0;
    for (const sight of look.seen) {
      const found = before === null || mayBeMissed(look, sight, before) ? null : gain(sight, before, look.at);
      dips.set(sight.name, found?.dip ?? null);
      const gained = before === null ? null : (found?.bytes ?? newTraffic());
      const isFedElsewhere = hasTakenOver && mayBeFed(look, sight, before, found);
      for (const account of accountsOf(look.router, sight, ownerOf)) {
        if (/^(device|address) /.test(account) && (isFedElsewhere || !feeds)) continue;
        if (gained !== null) this.#add(account, gained);
        if (isOfAddress(account) && (gained === null || !isZero(gained))) this.#knows.seenAt.set(account, look.at);
      }
    }
    const { unread = [], unnamed = 0 } = look;
    const mayBeUnread = (name: string) => unread.includes(name) || unnamed > (before?.unnamed ?? 0);
    const kept = [...(before?.shown ?? [])].filter(([name, known]) => mayBeUnread(name) || isKept(look, known));
    const shown = new Map(
      kept.map(([name, known]): [string, Shown] => [name, { ...known, waits: true, open: feeds ? known.open : ['wait', ...known.open] }]),
    );
    const moved = new Map(before?.moved);
    for (const sight of look.seen) {
      const dip = dips.get(sight.name) ?? null;
      const open = openAfter(dip, feeds, before?.shown.get(sight.name)?.open);
      shown.set(sight.name, { ...sight, shownAt: look.at, waits: false, dip, open });
      moved.set(sight.counter, sight.moved);
    }
    this.#knows.readers.set(key(look.router, look.source), {
      origin: look.origin,
      at: look.at,
      isFirst: before === null,
      unread,
      unnamed,
      feeds,
      isPartial: before !== null && mayMiss(look.absent) && lacksUnread(look, before),
      moved,
      shown,
    });
  }

  /** What was kept for an address goes over to the machine that has it. */
  #rekey(router: string, ownerOf: OwnerOf, at: number): void {
    const { seenAt, known } = this.#knows;
    for (const [account, seen] of [...seenAt]) {
      const [kind = '', where = '', ip = ''] = account.split(' ');
      const mac = where === router ? ownerOf(ip) : null;
      if (mac === null || at - seen > KEPT_FOR_OWNER_MS) continue;
      this.#add(kind === 'host' ? key('host', router, mac) : key('device', mac), known.get(account) ?? newTraffic());
      known.delete(account);
      seenAt.delete(account);
    }
  }

  #add(account: string, bytes: Traffic): void {
    const { known } = this.#knows;
    known.set(account, plus(known.get(account) ?? newTraffic(), bytes));
  }
}

type OwnerOf = (ip: string) => string | null;

/** The table of neighbours knows whom packets are delivered to; otherwise the only sender from an address has it. */
function ownersIn(looks: readonly Sighting[]): OwnerOf {
  const neighbours = new Map(looks.flatMap((look) => [...look.owners]));
  const senders = new Map<string, Set<string>>();
  for (const { account } of looks.flatMap((look) => look.seen)) {
    if (account.kind === 'host' && account.mac !== null) senders.set(account.ip, (senders.get(account.ip) ?? new Set()).add(account.mac));
  }
  return (ip) => {
    const [only = null, ...others] = senders.get(ip) ?? [];
    return neighbours.get(ip) ?? (others.length === 0 ? only : null);
  };
}

function accountsOf(router: string, { account }: Sight, ownerOf: OwnerOf): string[] {
  switch (account.kind) {
    case 'station':
      return [key('station', router, account.key), key('device', account.key)];
    case 'wan':
    case 'peer':
      return [key(account.kind, router, account.key)];
    case 'host': {
      const owner = account.mac ?? ownerOf(account.ip);
      if (owner === null) return [key('host', router, account.ip), key('address', router, account.ip)];
      return [key('host', router, owner), key('device', owner)];
    }
    default:
      return account satisfies never;
  }
}

const isOfAddress = (account: string): boolean => /^(host|address) \S+ (?!([0-9a-f]{2}:){5}[0-9a-f]{2}$)/.test(account);

function gain(sight: Sight, before: Reader, at: number): Gain {
  const { counter, moved, epoch, name, pair, account } = sight;
  const known = before.shown.get(name);
  const seen = before.moved.get(counter);
  const isSame = known?.counter === counter;
  if (seen !== undefined && (known === undefined || (isSame && known.dip === null))) return { bytes: minus(moved, seen), dip: null };
  const isTold = account.kind === 'station' || account.kind === 'wan' || (known !== undefined && !isSame && known.epoch !== epoch);
  if (known === undefined || isTold) return { bytes: seen === undefined ? moved : minus(moved, seen), dip: null };
  if (isByPeriod(before)) {
    const grown = minus(sight.shows, known.shows);
    return { bytes: { download: Math.max(0, grown.download), upload: Math.max(0, grown.upload) }, dip: null };
  }
  const isProved = epoch !== null && epoch !== '' && !known.waits;
  const wasGone = known.waits && at - known.shownAt > DAY_MS;
  return byFigures(sight.shows, { ...known, isProved, pair, wasGone }, at);
}

/** nlbwmon names the period of its counters. */
const isByPeriod = ({ origin }: Pick<Reader, 'origin'>): boolean => origin.startsWith('nlbwmon ');

function inPeriodOf({ seen }: Sighting, before: Reader | null): Reader | null {
  if (before === null || !isByPeriod(before)) return before;
  const named: Named<Sight, Shown, string> = {
    period: ({ epoch }) => epoch,
    bytes: ({ shows }) => shows,
    moved: (known, epoch) => ({ ...known, epoch }),
  };
  const sights = seen.map((sight) => [sight.name, sight] as const);
  return { ...before, shown: inNamedPeriod(before.shown, sights, named) };
}

/** Whether baselines are kept after an answer that does not show them. */
function isKept({ absent, at }: Sighting, { shownAt, waits }: Shown): boolean {
  return absent === 'missed' ? !waits || at - shownAt <= MISSED_FOR_MS : absent === 'kept';
}

/** A list that keeps what it does not show names no interface: a line of a MAC has a baseline if any of that MAC was shown. */
function isInShown({ shown }: Reader, { name, account }: Sight, absent: Sighting['absent']): boolean {
  if (account.kind !== 'station' || absent !== 'kept') return shown.has(name);
  return [...shown.values()].some((known) => known.account.kind === 'station' && known.account.key === account.key);
}

/** What the answer before could not show is not new. The first answer of nft or nlbwmon may have missed what the second shows. */
const mayBeMissed = ({ source, absent, unnamed = 0 }: Sighting, sight: Sight, before: Reader): boolean =>
  !isInShown(before, sight, absent) &&
  (before.isPartial ||
    before.unread.includes(sight.name) ||
    unnamed < before.unnamed ||
    (source === 'hosts' && absent !== 'ended' && before.isFirst));

const mayMiss = (absent: Sighting['absent']): boolean => absent === 'missed' || absent === 'kept';

/** Whether a line that the answer before showed and nobody could read may be missing. */
const lacksUnread = ({ seen, unnamed = 0 }: Sighting, before: Reader): boolean =>
  unnamed < before.unnamed || before.unread.some((name) => !before.shown.has(name) && !seen.some((sight) => sight.name === name));

/** Whether another source may have fed devices what a counter gained, or a new one showed that the answer before missed. */
function mayBeFed({ absent }: Sighting, { name }: Sight, before: Reader | null, found: Gain | null): boolean {
  const known = before?.shown.get(name);
  if (before === null || found === null) return false;
  return known === undefined ? !before.feeds && mayMiss(absent) : isOfOpen(found, known.dip, known.open);
}

function rises({ shows }: Sight, earlier: Sight | undefined): boolean {
  const before = earlier?.shows ?? newTraffic();
  return shows.download > before.download || shows.upload > before.upload;
}

const key = (...parts: string[]): string => parts.join(' ');
