import { DAY_MS } from '../../domain/calendar.ts';
import type { Traffic } from '../../domain/traffic.ts';
import { isZero } from '../../domain/traffic.ts';
import type { CountingSpec } from '../spec.ts';
import type { Counter } from './counter.ts';
import { add, newCounter, newTraffic, shown } from './counter.ts';

/** A counter that has not moved for this long is gone. */
const IDLE_MS = DAY_MS;
const SIZE = 4096;

/** One counter of a host: bytes that it sent, that it received, or (nlbwmon) both. */
export interface HostElement {
  readonly counts: 'upload' | 'download' | 'both';
  /** Null where the counter knows the address alone. */
  readonly mac: string | null;
  readonly ip: string;
  /** The set that it takes room in. */
  readonly set: string;
  readonly counter: Counter;
  /** Unix ms. */
  lastActive: number;
}

/** What counts a gateway's hosts: an nftables table, iptables rules or nlbwmon. */
export interface CountingState {
  readonly spec: CountingSpec;
  /** False from the moment at which the firewall was stopped. */
  there: boolean;
  /** Of the nftables table: it changes whenever the table is recreated. */
  handle: number;
  /** When nlbwmon was started, Unix ms. */
  startedAt: number;
  /** The first day of nlbwmon's accounting period. */
  period: string;
  elements: Map<string, HostElement>;
  /** Bytes of hosts that there was no room for. */
  uncounted: Counter;
  /** What nlbwmon saved last, and loads when it starts. */
  saved: { period: string; figures: { element: HostElement; shows: Traffic }[] };
}

/** Counting that began with the router, in nlbwmon's accounting period `period`. */
export function newCounting(spec: CountingSpec, bootedAt: number, period: string): CountingState {
  return {
    spec,
    there: true,
    handle: 9,
    startedAt: bootedAt + 21_350,
    period,
    elements: new Map(),
    uncounted: newCounter(),
    saved: { period, figures: [] },
  };
}

/** A host has moved bytes to or from the Internet. `mac`: null behind a device of layer 3. */
export function countHost(counting: CountingState | null, mac: string | null, ip: string, bytes: Traffic, at: number): void {
  if (counting === null || !counting.there) return;
  const sent = { download: 0, upload: bytes.upload };
  const received = { download: bytes.download, upload: 0 };
  switch (counting.spec.method) {
    case 'nftables':
      count(counting, 'upload', mac, ip, sent, at);
      count(counting, 'download', null, ip, received, at);
      break;
    case 'iptables':
      count(counting, 'upload', null, ip, sent, at);
      count(counting, 'download', null, ip, received, at);
      break;
    case 'nlbwmon':
      count(counting, 'both', mac, ip, bytes, at);
      break;
    default:
      counting.spec.method satisfies never;
  }
}

function count(counting: CountingState, counts: HostElement['counts'], mac: string | null, ip: string, bytes: Traffic, at: number): void {
  if (isZero(bytes)) return;
  const key = `${counts} ${mac} ${ip}`;
  const known = counting.elements.get(key);
  if (known !== undefined && !isOver(counting, known, at)) {
    add(known.counter.moved, bytes);
    known.lastActive = Math.max(known.lastActive, at);
    return;
  }
  counting.elements.delete(key);
  const set = `${counts} ${ip.includes(':') ? 6 : 4} ${mac === null}`;
  if (!hasRoom(counting, set, at)) {
    add(counting.uncounted.moved, bytes);
    return;
  }
  const element = { counts, mac, ip, set, counter: newCounter(), lastActive: at };
  add(element.counter.moved, bytes);
  counting.elements.set(key, element);
}

function hasRoom(counting: CountingState, set: string, at: number): boolean {
  const { size = SIZE } = counting.spec;
  if (counting.elements.size < size) return true;
  return [...counting.elements.values()].filter((element) => element.set === set && !isOver(counting, element, at)).length < size;
}

/** nlbwmon keeps what it has to the end of its period. */
const isOver = ({ spec }: CountingState, { lastActive }: HostElement, at: number): boolean =>
  spec.method !== 'nlbwmon' && at - lastActive >= IDLE_MS;

/** The counters that exist now; a set does not keep the order in which its elements were added. */
export function countersAt(counting: CountingState, at: number): HostElement[] {
  const current = [...counting.elements].filter(([, element]) => !isOver(counting, element, at));
  return current.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, element]) => element);
}

/** The table or the rules are recreated, or the program restarts with the figures that it saved last. */
export function beginCounting(counting: CountingState, at: number): void {
  counting.there = true;
  counting.handle += 3;
  counting.startedAt = at;
  counting.elements = new Map();
  counting.uncounted = newCounter();
  const { period, figures } = counting.saved;
  if (counting.spec.method !== 'nlbwmon' || period !== counting.period) return;
  for (const { element, shows } of figures) {
    const { counts, mac, ip } = element;
    counting.elements.set(`${counts} ${mac} ${ip}`, { ...element, counter: newCounter(shows) });
  }
}

/** nlbwmon saves its figures, as it does once a day. */
export function saveCounting(counting: CountingState): void {
  const figures = [...counting.elements.values()].map((element) => ({ element, shows: shown(element.counter) }));
  counting.saved = { period: counting.period, figures };
}

/** A new accounting period begins at zero. Only nlbwmon has periods. */
export function turnPeriod(counting: CountingState, period: string): void {
  if (counting.spec.method !== 'nlbwmon' || counting.period === period) return;
  counting.period = period;
  counting.elements = new Map();
  saveCounting(counting);
}

/** The first day of the month that it is at home. */
export function periodAt(at: number, utcOffset: number): string {
  return `${new Date(at + utcOffset * 60_000).toISOString().slice(0, 7)}-01`;
}

/** The next instant after `at` at which a month begins at home, Unix ms. */
export function nextPeriod(at: number, utcOffset: number): number {
  const local = new Date(at + utcOffset * 60_000);
  return Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + 1, 1) - utcOffset * 60_000;
}

/** What a gateway shows of traffic that it had no room for; null for nlbwmon, which does not show it. */
export const uncountedBytes = ({ spec, uncounted }: CountingState): Traffic | null =>
  spec.method === 'nlbwmon' ? null : { ...newTraffic(), ...uncounted.moved };
