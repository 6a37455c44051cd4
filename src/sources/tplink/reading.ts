import { isIP } from 'node:net';
import type { CounterRules } from '../../domain/counter.ts';
import { macOfDevice } from '../../domain/mac.ts';
import { cleanName } from '../../domain/names/name.ts';
import type { Lease, Observation } from '../../domain/observation.ts';
import { quote, SourceError } from '../../errors.ts';
import { createSkips, type Skips } from '../skips.ts';
import type { SourceReading } from '../source.ts';

/** An entry that is gone may come back from zero, or as it was; nothing shows a boot. Rule: source promises. */
export const SUM_RULES: CounterRules = { directions: 'sum', absent: 'kept', unknown: 'began', fall: 'reset', moves: true, refresh: 10 };

/** The same for a list of clients: one that is back brings what it used before it left. */
export const CLIENT_RULES: CounterRules = { ...SUM_RULES, unknown: 'baseline' };

/** The same as SUM_RULES, with both directions. */
export const STATISTICS_HOST_RULES: CounterRules = { ...SUM_RULES, directions: 'apart' };

/** Machines and names of one answer at most; these routers list 64. */
const MOST_MACHINES = 256;

/** A machine as an answer names it: nothing is checked yet. */
export interface RawMachine {
  mac: unknown;
  ip: unknown;
  /** Both directions together, or each. */
  bytes: unknown | { download: unknown; upload: unknown };
  packets: unknown;
}

/** A name as an answer has it. */
export interface RawName {
  mac: unknown;
  ip: unknown;
  name: unknown;
  /** Unix seconds; 0 = never. */
  expiry: number;
}

/**
 * Checks the machines of an answer with one figure for both directions. What makes no sense costs its own entry only; entries of one machine and
 * address contradict each other, so that none of them counts.
 */
export function sumMachines(found: readonly RawMachine[], bits: 32 | 64, rules: CounterRules = SUM_RULES): SourceReading {
  const skips = createSkips();
  const entries = within(found, skips).flatMap((raw) => {
    const who = identityOf(raw, skips);
    return who === null ? [] : [{ raw, who, counter: `${who.mac} ${who.ip}` }];
  });
  const once = new Set<string>();
  const again = new Set<string>();
  for (const { counter } of entries) (once.has(counter) ? again : once).add(counter);
  const machines = entries.flatMap(({ raw, who, counter }) => {
    if (again.has(counter)) {
      skips.skip(`there is more than one ${counter}`, counter);
      return [];
    }
    const bytes = wholeNumber(raw.bytes);
    const packets = raw.packets === undefined || raw.packets === null ? null : wholeNumber(raw.packets);
    if (bytes === null || (packets === null && raw.packets !== undefined && raw.packets !== null)) {
      skips.skip(`the figures of ${who.mac} are not counts: ${quote(shown(raw.bytes))}`, counter);
      return [];
    }
    return [{ ...who, bytes, packets, bits }];
  });
  return { source: 'statistics', observation: { source: 'statistics', rules, machines }, ...skips.found };
}

/** Checks the names of an answer. */
export function namesOf(found: readonly RawName[]): SourceReading {
  const skips = createSkips();
  const leases = within(found, skips).flatMap((raw): Lease[] => {
    const who = identityOf(raw, skips);
    const hostname = typeof raw.name === 'string' ? cleanName(raw.name) : null;
    const isName = hostname !== null && !/^(unknown|--|\*)$/i.test(hostname);
    return who === null ? [] : [{ ...who, hostname: isName ? hostname : null, clientId: null, expiry: raw.expiry }];
  });
  const observation: Observation = { source: 'leases', leases, leases6: [], staticHosts: null, hosts: null };
  return { source: 'leases', observation, ...skips.found };
}

function within<T>(found: readonly T[], skips: Skips): readonly T[] {
  skips.leaveOut(Math.max(0, found.length - MOST_MACHINES));
  return found.slice(0, MOST_MACHINES);
}

function identityOf({ mac: address, ip: at }: { mac: unknown; ip: unknown }, skips: Skips): { mac: string; ip: string } | null {
  const mac = typeof address === 'string' ? macOfDevice(address.trim()) : null;
  const ip = typeof at === 'string' ? addressOf(at) : null;
  if (mac !== null && ip !== null) return { mac, ip };
  skips.skip(`not a machine: ${quote(`${shown(address)} ${shown(at)}`)}`);
  return null;
}

/** A value for people: an object of a router's JSON need not turn into text. */
const shown = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : typeof value);

/** Dotted, perhaps with more after a slash, or as one decimal number, the first byte the highest. */
export function addressOf(text: string): string | null {
  const plain = text.trim().replace(/\/.*$/s, '');
  if (isIP(plain) === 4) return plain;
  const number = /^\d{1,10}$/.test(plain) ? Number(plain) : Number.NaN;
  if (!(number > 0 && number < 2 ** 32)) return null;
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}

/** A count, as a number or as decimal digits; null for anything else. */
export function wholeNumber(value: unknown): number | null {
  const number = typeof value === 'number' ? value : typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  return Number.isSafeInteger(number) && number >= 0 ? number : null;
}

/** An answer that is not what was asked for: its form, without anything of its content. */
export function notUnderstood(text: string, wanted: string): SourceError {
  const form = /<html|<!doctype/i.test(text) ? 'a web page' : text === '' ? 'nothing' : `${text.length} characters of something else`;
  return new SourceError('parse', `expected ${wanted}, and got ${form}`);
}
