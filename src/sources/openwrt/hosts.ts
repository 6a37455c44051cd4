import { isIP } from 'node:net';
import type { CounterRules, Epoch } from '../../domain/counter.ts';
import { hostCounter } from '../../domain/counter-names.ts';
import { macOfDevice, NOBODY, parseMac } from '../../domain/mac.ts';
import { type HostCounter, OPENWRT_METHODS, type OpenwrtMethod, type System } from '../../domain/observation.ts';
import type { Traffic } from '../../domain/traffic.ts';
import { quote, SourceError } from '../../errors.ts';
import { afterWords, firstOfEach, type KnownLine, KnownLines, ownCopy } from '../known-lines.ts';
import { createSkips, type Skips } from '../skips.ts';
import { type LineLimits, parseCounter } from '../source.ts';
import { epochOf, orNull, type Parsed } from './fields.ts';

/** A rule that is missing from a complete answer is gone; a new one counts from zero. Rule: source promises. */
const RULES: CounterRules = { directions: 'apart', absent: 'ended', unknown: 'began', fall: 'reset', refresh: 10 };

/**
 * nft reads a set in chunks, and an element that expires meanwhile shifts the others: one of several hundred may be missing. It is
 * back in the next answer, with all the bytes already posted. Rule: missed element.
 */
const NFTABLES_RULES: CounterRules = { ...RULES, absent: 'missed', unknown: 'later' };

/** nlbwmon saves its figures once a day and loads them when it starts: the bytes lost by that were already posted. Rule: lowered counter. */
const NLBWMON_RULES: CounterRules = { ...RULES, absent: 'kept', unknown: 'later', fall: 'lowers' };

/** By the method that a gateway counts with. */
export const HOST_RULES = { 'hosts nftables': NFTABLES_RULES, 'hosts iptables': RULES, 'hosts nlbwmon': NLBWMON_RULES } as const;

/** nlbwmon's figures survive a boot of the router, so only its accounting period makes their epoch. */
const NLBWMON = 'nlbwmon';

interface Counting {
  method: OpenwrtMethod;
  rules: CounterRules;
  epoch: Epoch | null;
  origin: string;
}

/** What a line says before its figures. */
type KnownHost = Required<Pick<HostCounter, 'counts' | 'mac' | 'ip' | 'counter'>>;

type HostLine = HostCounter & KnownHost;

/** The lines of a gateway's hosts, kept from answer to answer. */
export const hostLines = (): KnownLines<KnownHost> => new KnownLines((line) => afterWords(line, line.startsWith('down ') ? 2 : 3));

/** Parses the hosts of a gateway; see docs/formats/wrtmeter-cgi.md for the format. Throws a SourceError. */
export function parseHosts(lines: readonly string[], system: System, known: KnownLines<KnownHost>, limits: LineLimits): Parsed {
  const counting = parseCounting(ownCopy(lines[0] ?? ''), system);
  const { method, rules, epoch, origin } = counting;
  const devices: string[] = [];
  const networks: { name: string; device: string }[] = [];
  const hosts: HostLine[] = [];
  const skips = createSkips();
  let uncounted = null;
  known.begin(limits.known);
  for (const line of lines.slice(1)) {
    const host = known.find(line) ?? parseHost(ownCopy(line), known);
    if (host !== null) {
      const { counts, mac, ip, counter } = host.what;
      const read = () => parseBytes(counts, line, host.head.length);
      const bytes = skips.attempt(() => `host ${mac ?? ip}`, counter, read);
      if (bytes !== null) hosts.push({ counts, mac, ip, counter, bytes, bits: 64, epoch });
      continue;
    }
    const [word, ...fields] = ownCopy(line).split(' ');
    if (word === 'network') {
      const [name = '', device = ''] = fields;
      devices.push(device);
      if (orNull(name) !== null) networks.push({ name, device });
    } else if (word === 'uncounted') uncounted = parseUncounted(fields, skips);
    else skips.skip(`not a host line: ${quote(line)}`);
  }
  known.end();
  const { skippedBecause, unread } = skips.found;
  if (hosts.length === 0 && unread.length === 0 && skippedBecause[0] !== undefined) throw new SourceError('parse', skippedBecause[0]);
  // Two rules for one address count the same bytes twice.
  const each = known.mayRepeat(({ counter }) => counter) ? firstOfEach(hosts, ({ counter }) => counter) : hosts;
  return {
    observation: { source: 'hosts', rules, method, hosts: each, devices, networks, uncounted },
    ...skips.found,
    origin,
  };
}

function parseCounting(line: string, system: System): Counting {
  const [word, name, run = '', started = ''] = line.split(' ');
  const method = OPENWRT_METHODS.find((known) => known === name);
  if (word !== 'counting' || method === undefined) throw new SourceError('parse', `unknown counting method: ${quote(line)}`);
  switch (method) {
    case 'nftables': {
      if (!/^\d{1,9}$/.test(run)) throw new SourceError('parse', `not a table handle: ${quote(run)}`);
      return { method, rules: NFTABLES_RULES, epoch: epochOf(system, { instance: Number(run) }), origin: method };
    }
    case 'iptables': {
      if (!/^(?:-|4|6|46)$/.test(run)) throw new SourceError('parse', `not families of iptables: ${quote(run)}`);
      // Rules of a family that could not be read have not ended: with others than before, counting starts with a first reading.
      const origin = run === '46' || run === '-' ? method : `${method} ${run}`;
      return { method, rules: RULES, epoch: null, origin };
    }
    case 'nlbwmon': {
      if (!/^\d{4}-\d\d-\d\d$/.test(run)) throw new SourceError('parse', `not the start date of an accounting period: ${quote(run)}`);
      const epoch = { boot: NLBWMON, instance: Number(run.replaceAll('-', '')), began: null, margin: 0 };
      // After a restart nlbwmon may show figures that it had not loaded before; none of them is new. If its start time is unknown, a period
      // may also be one that it showed before.
      const life = orNull(started) === null ? run : started.slice(0, 20);
      const origin = `${method} ${system.bootId.slice(0, 8)} ${life}`;
      return { method, rules: NLBWMON_RULES, epoch, origin };
    }
    default:
      return method satisfies never;
  }
}

/** Null for a line that does not name a host. */
function parseHost(line: string, known: KnownLines<KnownHost>): KnownLine<KnownHost> | null {
  const [word = '', ...fields] = line.split(' ');
  const host = namedHost(word, fields);
  return host === null ? null : known.keep(line, { counts: host.counts, mac: host.mac, ip: host.ip, counter: hostCounter(host) });
}

function namedHost(word: string, [first = '', second = '']: readonly string[]): Omit<KnownHost, 'counter'> | null {
  switch (word) {
    case 'up':
      return hostOf('upload', first, second);
    case 'down':
      return hostOf('download', '-', first);
    case 'both':
      return hostOf('both', first, second);
    default:
      return null;
  }
}

function hostOf(counts: HostCounter['counts'], address: string, ip: string): Omit<KnownHost, 'counter'> | null {
  const mac = macOfDevice(address);
  const isUnknown = address === '-' || parseMac(address) === NOBODY;
  if (isIP(ip) === 0 || (mac === null && !isUnknown)) return null;
  return { counts, mac, ip };
}

/** The figures of a line, which begin at `start`. Throws if they make no sense. */
function parseBytes(counts: HostCounter['counts'], line: string, start: number): Traffic {
  const first = wordAt(line, start);
  switch (counts) {
    case 'upload':
      return { download: 0, upload: parseCounter(first, 'bytes sent') };
    case 'download':
      return { download: parseCounter(first, 'bytes received'), upload: 0 };
    case 'both': {
      const sent = wordAt(line, start + first.length + 1);
      return { download: parseCounter(first, 'bytes received'), upload: parseCounter(sent, 'bytes sent') };
    }
    default:
      return counts satisfies never;
  }
}

/** The word that begins at `start`. */
function wordAt(line: string, start: number): string {
  const end = line.indexOf(' ', start);
  return end < 0 ? line.slice(start) : line.slice(start, end);
}

function parseUncounted([received = '', sent = '']: readonly string[], skips: Skips): Traffic | null {
  if (received === '-' || sent === '-') return null;
  const read = () => ({ download: parseCounter(received, 'bytes received'), upload: parseCounter(sent, 'bytes sent') });
  return skips.attempt(() => 'uncounted', '', read);
}
