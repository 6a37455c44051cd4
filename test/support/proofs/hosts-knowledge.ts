import type { CounterRules, Epoch } from '../../../src/domain/counter.ts';
import { minus, NOTHING, plus, type Traffic } from '../../../src/domain/traffic.ts';
import { byFigures, DAY_MS, type DipKnown, type Gain, hasShown, isOfOpen, type Open, openAfter } from '../simulator/figures.ts';
import { inNamedPeriod, type Named } from '../simulator/periods.ts';

export type Accounting = 'auto' | 'hosts' | 'stations';

/** An address may be another's after this. */
const KEPT_FOR_OWNER_MS = 12 * 3_600_000;

export interface Counter {
  /** Each counter of the world has its own. */
  id: number;
  bytes: Traffic;
}

/** A counter as an answer shows it. */
export interface Seen extends Counter {
  /** What proves that it is another than before, where its format proves that. */
  epoch: Epoch | null;
  accounts: string[];
  /** Some answer since did not show it. */
  waits?: boolean;
  /** When the last answer showed it, on the clock that never steps: what waits moves with a clock that is set. */
  shownAt?: number;
  dip?: DipKnown | null;
  /** What is open since an answer that did not feed devices. */
  open?: readonly Open[];
}

/** One source of a round: `seen` by what distinguishes its counters. */
export interface Look {
  source: string;
  /** What counts: another one begins with a first reading. */
  name: string;
  /** Unix ms. */
  at: number;
  /** Ms on the clock that never steps. */
  tick: number;
  rules: CounterRules;
  seen: Map<string, Seen>;
}

/** The answers of a round, and the owner of each address in them. */
export interface Asked {
  /** Unix ms. */
  startedAt: number;
  at: number;
  looks: readonly Look[];
  owners: ReadonlyMap<string, string>;
}

/** What a reader of the answers keeps of one source. */
interface Reader {
  name: string;
  seen: Map<string, Seen>;
  /** Of its last answer. */
  tick: number;
  /** Its last answer fed devices. */
  feeds: boolean;
  /** The other source has fed devices since. */
  isBehind: boolean;
}

/**
 * What answers of a gateway that counts hosts make known, and of its access points. A counter that continues is known by its identity;
 * figures are compared only where one took another's place without a proof: there nothing more can be known than they show.
 */
export class HostsKnowledge {
  /** By account. */
  readonly known = new Map<string, Traffic>();
  accounting: Accounting;
  readonly #readers = new Map<string, Reader>();
  /** When the accounts of addresses were seen last, Unix ms. */
  readonly #lastSeen = new Map<string, number>();
  #flipped = false;
  /** What feeds the devices, and up to when the other source did, on the clock that never steps. */
  #feeding = { by: 'stations', from: 0 };

  constructor(accounting: Accounting) {
    this.accounting = accounting;
  }

  /** Notes what the answers of a round showed, once they are posted. */
  learn({ at, looks, owners }: Asked): void {
    this.#feed(looks);
    for (const look of looks) this.#learnFrom(look);
    if (looks.some(({ source }) => kindOf(source) === this.#feeding.by))
      for (const [source, reader] of this.#readers)
        if (kindOf(source) !== this.#feeding.by && looks.every((look) => look.source !== source)) reader.isBehind = true;
    for (const [from, seen] of [...this.#lastSeen]) {
      const [kind, ip = ''] = from.split(' ');
      const mac = owners.get(ip);
      if (mac === undefined || at - seen > KEPT_FOR_OWNER_MS) continue;
      const into = `${kind === 'host' ? 'host' : 'device'} ${mac}`;
      this.known.set(into, plus(this.known.get(into) ?? NOTHING, this.known.get(from) ?? NOTHING));
      this.known.delete(from);
      this.#lastSeen.delete(from);
    }
  }

  /** Which source feeds the accounts of devices from this round on. Left to itself: hosts, once some byte of theirs has been seen to move. */
  #feed(looks: readonly Look[]): void {
    const hosts = looks.find(({ source }) => source === 'hosts');
    const before = this.#readers.get('hosts');
    if (this.accounting === 'auto' && hosts !== undefined && before?.name === hosts.name) {
      this.#flipped ||= [...hosts.seen].some(([key, { bytes }]) => {
        const { bytes: last = NOTHING, dip = null } = before.seen.get(key) ?? {};
        return bytes.download > hasShown(last, dip, 'download') || bytes.upload > hasShown(last, dip, 'upload');
      });
    }
    const by = this.accounting === 'auto' ? (this.#flipped ? 'hosts' : 'stations') : this.accounting;
    if (by === this.#feeding.by) return;
    const fed = [...this.#readers].filter(([source]) => kindOf(source) === this.#feeding.by);
    this.#feeding = { by, from: Math.max(0, ...fed.map(([, reader]) => reader.tick)) };
  }

  #learnFrom({ source, name, at, tick, rules, seen }: Look): void {
    const reader = this.#readers.get(source);
    const { by, from } = this.#feeding;
    // What the other source has fed since this one's last reading is partly the same bytes. It did not if that reading fed devices itself.
    // Of one answer, the hosts were read after the stations.
    const goesOn =
      reader?.name !== name ||
      (!reader.isBehind && (reader.feeds || from === 0 || reader.tick > from || (reader.tick === from && by === 'hosts')));
    const feedsDevices = kindOf(source) === by && goesOn;
    const before =
      reader?.name !== name ? null : rules.fall === 'lowers' ? inNamedPeriod(reader.seen, [...seen], BY_INSTANCE) : reader.seen;
    const shown = new Map<string, Seen>();
    for (const [key, counter] of seen) {
      const kept = before?.get(key);
      const found = before === null ? null : gain(counter, kept, rules, tick);
      const gained = found?.bytes ?? null;
      const dip = found?.dip ?? null;
      // Until it is clear whether it restarted while it was gone, nothing proves that it did not.
      const waits = kept?.waits === true && Object.keys(dip?.unsure ?? {}).length > 0;
      const shownAt = waits ? (kept?.shownAt ?? tick) : tick;
      shown.set(key, { ...counter, waits, shownAt, dip, open: openAfter(dip, feedsDevices, kept?.open) });
      const mayBeMissed = kept === undefined && reader?.feeds === false && (rules.absent === 'missed' || rules.absent === 'kept');
      const mayBeFed = from > 0 && found !== null && (mayBeMissed || isOfOpen(found, kept?.dip ?? null, kept?.open ?? []));
      for (const account of counter.accounts) {
        const ofDevice = account.startsWith('device') || account.startsWith('address');
        if (ofDevice && (mayBeFed || !feedsDevices)) continue;
        if (gained !== null) this.known.set(account, plus(this.known.get(account) ?? NOTHING, gained));
        if (isOfAddress(account) && (gained === null || gained.download > 0 || gained.upload > 0)) this.#lastSeen.set(account, at);
      }
    }
    const kept = rules.absent === 'kept' && before !== null ? before : new Map<string, Seen>();
    const [named = null] = [...seen.values()].map(({ epoch }) => epoch?.instance ?? null);
    const hasEnded = ({ epoch }: Seen) => rules.fall === 'lowers' && named !== null && (epoch?.instance ?? named) < named;
    const waits = [...kept].filter(([, counter]) => !hasEnded(counter));
    const waiting = waits.map(([key, counter]): [string, Seen] => [
      key,
      { ...counter, waits: true, open: feedsDevices ? (counter.open ?? []) : ['wait', ...(counter.open ?? [])] },
    ]);
    this.#readers.set(source, { name, tick, feeds: feedsDevices, isBehind: false, seen: new Map([...waiting, ...shown]) });
  }
}

/** nlbwmon names the period of its counters as their instance. */
const BY_INSTANCE: Named<Seen, Seen, number> = {
  period: ({ epoch }) => epoch?.instance ?? null,
  bytes: ({ bytes }) => bytes,
  moved: (known, instance) => ({ ...known, epoch: known.epoch === null ? null : { ...known.epoch, instance } }),
};

/** Which of the two that may feed devices it is. */
const kindOf = (source: string): 'hosts' | 'stations' | null => (source === 'hosts' ? 'hosts' : source === 'peers' ? null : 'stations');

const isOfAddress = (account: string): boolean => /^(host|address) (?!([0-9a-f]{2}:){5}[0-9a-f]{2}$)/.test(account);

function gain(now: Seen, before: Seen | undefined, { directions, fall }: CounterRules, tick: number): Gain {
  const dip = before?.dip ?? null;
  if (before?.id === now.id && dip === null) return { bytes: minus(now.bytes, before.bytes), dip };
  if (before === undefined || now.epoch?.boot !== before.epoch?.boot || now.epoch?.instance !== before.epoch?.instance) {
    return { bytes: now.bytes, dip: null };
  }
  if (fall === 'lowers') {
    const grown = minus(now.bytes, before.bytes);
    return { bytes: { download: Math.max(0, grown.download), upload: Math.max(0, grown.upload) }, dip: null };
  }
  const isProved = now.epoch !== null && before.waits !== true;
  const wasGone = before.waits === true && tick - (before.shownAt ?? tick) > DAY_MS;
  return byFigures(now.bytes, { shows: before.bytes, dip, isProved, wasGone, pair: directions === 'together' }, tick);
}
