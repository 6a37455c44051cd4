import { isIP } from 'node:net';
import type { CounterRules, Epoch } from '../../domain/counter.ts';
import { hostCounter } from '../../domain/counter-names.ts';
import { parseMac } from '../../domain/mac.ts';
import { type HostCounter, OPENWRT_METHODS, type OpenwrtMethod, type System } from '../../domain/observation.ts';
import type { Traffic } from '../../domain/traffic.ts';
import { quote, SourceError } from '../../errors.ts';
import { createSkips, type Skips } from '../skips.ts';
import { parseCounter } from '../source.ts';
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

/** Parses the hosts of a gateway; see docs/formats/wrtmeter-cgi.md for the format. Throws a SourceError. */
export function parseHosts(lines: readonly string[], system: System): Parsed {
  const counting = parseCounting(lines[0] ?? '', system);
  const devices: string[] = [];
  const hosts = new Map<string, HostCounter>();
  const skips = createSkips();
  let uncounted = null;
  for (const line of lines.slice(1)) {
    const [word = '', ...fields] = line.split(' ');
    if (word === 'network') devices.push(fields[1] ?? '');
    else if (word === 'uncounted') uncounted = parseUncounted(fields, skips);
    else {
      const host = parseHost(word, fields);
      if (host === null) {
        skips.skip(`not a host line: ${quote(line)}`);
        continue;
      }
      const counter = hostCounter(host);
      const bytes = skips.attempt(`host ${host.mac ?? host.ip}`, counter, host.read);
      // Two rules for one address count the same bytes twice.
      if (bytes !== null && !hosts.has(counter)) hosts.set(counter, hostOf(host, bytes, counting.epoch));
    }
  }
  const { method, rules, origin } = counting;
  const { skippedBecause, unread } = skips.found;
  if (hosts.size === 0 && unread.length === 0 && skippedBecause[0] !== undefined) throw new SourceError('parse', skippedBecause[0]);
  return { observation: { source: 'hosts', rules, method, hosts: [...hosts.values()], devices, uncounted }, ...skips.found, origin };
}

function parseCounting(line: string, system: System): Counting {
  const [word, name, run = '', started = ''] = line.split(' ');
  const method = OPENWRT_METHODS.find((known) => known === name);
  if (word !== 'counting' || method === undefined) throw new SourceError('parse', `unknown counting method: ${quote(line)}`);
  switch (method) {
    case 'nftables': {
      if (!/^\d{1,9}$/.test(run)) throw new SourceError('parse', `not a table handle: ${quote(run)}`);
      return { method, rules: NFTABLES_RULES, epoch: { ...epochOf(system), instance: Number(run) }, origin: method };
    }
    case 'iptables':
      return { method, rules: RULES, epoch: null, origin: method };
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

type CounterOfHost = Pick<HostCounter, 'counts' | 'mac' | 'ip'> & { read: () => Traffic };

/** Null for a line that does not name a host. `read` throws if the value makes no sense. */
function parseHost(word: string, fields: readonly string[]): CounterOfHost | null {
  switch (word) {
    case 'up': {
      const [mac = '', ip = '', bytes = ''] = fields;
      return named('upload', mac, ip, () => ({ download: 0, upload: parseCounter(bytes, 'bytes sent') }));
    }
    case 'down': {
      const [ip = '', bytes = ''] = fields;
      return named('download', '-', ip, () => ({ download: parseCounter(bytes, 'bytes received'), upload: 0 }));
    }
    case 'both': {
      const [mac = '', ip = '', received = '', sent = ''] = fields;
      const read = () => ({ download: parseCounter(received, 'bytes received'), upload: parseCounter(sent, 'bytes sent') });
      return named('both', mac, ip, read);
    }
    default:
      return null;
  }
}

function named(counts: HostCounter['counts'], address: string, ip: string, read: () => Traffic): CounterOfHost | null {
  const mac = parseMac(address);
  if (isIP(ip) === 0 || (mac === null && address !== '-')) return null;
  // All zeros means that the MAC is unknown.
  return { counts, mac: mac === '00:00:00:00:00:00' ? null : mac, ip, read };
}

const hostOf = ({ counts, mac, ip }: CounterOfHost, bytes: Traffic, epoch: Epoch | null): HostCounter => ({
  ...{ counts, mac, ip, bytes, epoch },
  bits: 64,
});

function parseUncounted([received = '', sent = '']: readonly string[], skips: Skips): Traffic | null {
  if (received === '-' || sent === '-') return null;
  const read = () => ({ download: parseCounter(received, 'bytes received'), upload: parseCounter(sent, 'bytes sent') });
  return skips.attempt('uncounted', '', read);
}
