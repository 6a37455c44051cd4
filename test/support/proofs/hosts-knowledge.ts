import type { CounterRules, Epoch } from '../../../src/domain/counter.ts';
import { minus, NOTHING, plus, type Traffic } from '../../../src/domain/traffic.ts';

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
}

/** One source of a round: `seen` by what distinguishes its counters. */
export interface Look {
  source: string;
  /** What counts: another one begins with a first reading. */
  name: string;
  /** Unix ms. */
  at: number;
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
  /** Of its last answer, Unix ms. */
  at: number;
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
  /** What feeds the devices, and up to when the other source did, Unix ms. */
  #feeding = { by: 'stations', from: 0 };

  constructor(accounting: Accounting) {
    this.accounting = accounting;
  }

  /** Notes what the answers of a round showed, once they are posted. */
  learn({ startedAt, at, looks, owners }: Asked): void {
    this.#feed(looks, startedAt);
    for (const look of looks) this.#learnFrom(look, startedAt);
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
  #feed(looks: readonly Look[], startedAt: number): void {
    const hosts = looks.find(({ source }) => source === 'hosts');
    const before = this.#readers.get('hosts');
    if (this.accounting === 'auto' && hosts !== undefined && before?.name === hosts.name) {
      this.#flipped ||= [...hosts.seen].some(([key, { bytes }]) => {
        const shown = before.seen.get(key)?.bytes ?? NOTHING;
        return bytes.download > shown.download || bytes.upload > shown.upload;
      });
    }
    const by = this.accounting === 'auto' ? (this.#flipped ? 'hosts' : 'stations') : this.accounting;
    if (by === this.#feeding.by) {
      this.#feeding.from = Math.min(startedAt, this.#feeding.from);
      return;
    }
    const fed = [...this.#readers].filter(
      ([source]) => (source === 'hosts' ? 'hosts' : 'stations') === this.#feeding.by && source !== 'peers',
    );
    this.#feeding = { by, from: Math.min(startedAt, Math.max(0, ...fed.map(([, reader]) => reader.at))) };
  }

  #learnFrom({ source, name, at, rules, seen }: Look, startedAt: number): void {
    const reader = this.#readers.get(source);
    const { by, from } = this.#feeding;
    // What the other source has fed up to a later moment than this one's last reading is partly the same bytes. Where the clock was ahead
    // it is unknown which was later.
    const goesOn = reader === undefined || from === 0 || (reader.at >= from && reader.at <= startedAt);
    const feedsDevices = (source === 'hosts' ? 'hosts' : 'stations') === by && goesOn;
    const before = reader?.name !== name ? null : rules.fall === 'lowers' ? inNamedPeriod(reader.seen, seen) : reader.seen;
    for (const [key, counter] of seen) {
      const gained = before === null ? null : gain(counter, before.get(key), rules);
      for (const account of counter.accounts) {
        const ofDevice = account.startsWith('device') || account.startsWith('address');
        if (ofDevice && !feedsDevices) continue;
        if (gained !== null) this.known.set(account, plus(this.known.get(account) ?? NOTHING, gained));
        if (isOfAddress(account) && (gained === null || gained.download > 0 || gained.upload > 0)) this.#lastSeen.set(account, at);
      }
    }
    const kept = rules.absent === 'kept' && before !== null ? before : new Map<string, Seen>();
    this.#readers.set(source, { name, at, seen: new Map([...kept, ...seen]) });
  }
}

/** A later period than all known has begun only if its first answer shows a great fall; else what is known belongs to it. */
function inNamedPeriod(known: Map<string, Seen>, shown: ReadonlyMap<string, Seen>): Map<string, Seen> {
  const last = Math.max(0, ...[...known.values()].map(({ epoch }) => epoch?.instance ?? 0));
  const named = Math.max(0, ...[...shown.values()].map(({ epoch }) => epoch?.instance ?? 0));
  const greatFall = [...shown].some(([key, { bytes }]) => {
    const before = known.get(key)?.bytes ?? NOTHING;
    return 2 * bytes.download < before.download || 2 * bytes.upload < before.upload;
  });
  if (last === 0 || named === 0 || named === last || (named > last && greatFall)) return known;
  const moved = ({ epoch, ...rest }: Seen): Seen => ({ ...rest, epoch: epoch?.instance === last ? { ...epoch, instance: named } : epoch });
  return new Map([...known].map(([key, counter]) => [key, moved(counter)]));
}

const isOfAddress = (account: string): boolean => /^(host|address) (?!([0-9a-f]{2}:){5}[0-9a-f]{2}$)/.test(account);

function gain(now: Seen, before: Seen | undefined, { directions, fall }: CounterRules): Traffic {
  if (before?.id === now.id) return minus(now.bytes, before.bytes);
  if (before === undefined || now.epoch?.boot !== before.epoch?.boot || now.epoch?.instance !== before.epoch?.instance) return now.bytes;
  const fell = { download: now.bytes.download < before.bytes.download, upload: now.bytes.upload < before.bytes.upload };
  if (directions === 'together') fell.download = fell.upload = fell.download || fell.upload;
  const after = (direction: keyof Traffic) =>
    fell[direction] ? (fall === 'lowers' ? 0 : now.bytes[direction]) : now.bytes[direction] - before.bytes[direction];
  return { download: after('download'), upload: after('upload') };
}
