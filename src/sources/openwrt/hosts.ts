import { isIP } from 'node:net';
import type { CounterRules, Epoch } from '../../domain/counter.ts';
import { parseMac } from '../../domain/mac.ts';
import { HOST_METHODS, type HostCounter, type HostMethod, type System } from '../../domain/observation.ts';
import { quote, SourceError } from '../../errors.ts';
import { parseCounter } from '../source.ts';
import { epochOf, orNull, type Parsed } from './fields.ts';

/** A rule that is not in a whole answer is gone; a new one counts from zero. */
const RULES: CounterRules = { directions: 'apart', absent: 'ended', unknown: 'began', fall: 'reset', refresh: 10 };

/**
 * nft reads a set in pieces, and an element that ends meanwhile shifts the others: of a set of several hundred one may be missed. It is
 * there again in the next answer, with all that was posted before.
 */
const NFTABLES_RULES: CounterRules = { ...RULES, absent: 'missed' };

/** nlbwmon writes its figures down once a day, and loads them when it starts: what fell then was posted once. */
const NLBWMON_RULES: CounterRules = { ...RULES, absent: 'kept', fall: 'lowers' };

/** By how a gateway counts. */
export const HOST_RULES = { 'hosts nftables': NFTABLES_RULES, 'hosts iptables': RULES, 'hosts nlbwmon': NLBWMON_RULES } as const;

/** nlbwmon's figures outlast a boot of the router, so their epoch is its accounting period alone. */
const NLBWMON = 'nlbwmon';

interface Counting {
  method: HostMethod;
  rules: CounterRules;
  epoch: Epoch | null;
  origin: string;
}

/** The hosts of a gateway; docs/wrtmeter-cgi.md is the format. Throws a SourceError. */
export function parseHosts(lines: readonly string[], system: System): Parsed {
  const counting = parseCounting(lines[0] ?? '', system);
  const devices: string[] = [];
  const hosts = new Map<string, HostCounter>();
  let uncounted = null;
  for (const line of lines.slice(1)) {
    const [word = '', ...fields] = line.split(' ');
    if (word === 'network') devices.push(fields[1] ?? '');
    else if (word === 'uncounted') uncounted = parseUncounted(fields);
    else {
      const host = parseHost(word, fields, counting.epoch);
      if (host === null) throw new SourceError('parse', `not a line of a list of hosts: ${quote(line)}`);
      const key = `${host.counts} ${host.mac} ${host.ip}`;
      // Two rules for one address count the same bytes twice.
      if (!hosts.has(key)) hosts.set(key, host);
    }
  }
  const { method, rules, origin } = counting;
  return { observation: { source: 'hosts', rules, method, hosts: [...hosts.values()], devices, uncounted }, skipped: 0, origin: origin };
}

function parseCounting(line: string, system: System): Counting {
  const [word, name, run = '', started = ''] = line.split(' ');
  const method = HOST_METHODS.find((known) => known === name);
  if (word !== 'counting' || method === undefined) throw new SourceError('parse', `not a way to count hosts: ${quote(line)}`);
  switch (method) {
    case 'nftables': {
      if (!/^\d{1,9}$/.test(run)) throw new SourceError('parse', `not the handle of a table: ${quote(run)}`);
      return { method, rules: NFTABLES_RULES, epoch: { ...epochOf(system), instance: Number(run) }, origin: method };
    }
    case 'iptables':
      return { method, rules: RULES, epoch: null, origin: method };
    case 'nlbwmon': {
      if (!/^\d{4}-\d\d-\d\d$/.test(run)) throw new SourceError('parse', `not the first day of an accounting period: ${quote(run)}`);
      const epoch = { boot: NLBWMON, instance: Number(run.replaceAll('-', '')), began: null, margin: 0 };
      // One that was started anew may show what it had not loaded before: nothing of that is new. Where nobody tells when it was, a period
      // may be one that it showed before, too.
      const life = orNull(started) === null ? run : started.slice(0, 20);
      const origin = `${method} ${system.bootId.slice(0, 8)} ${life}`;
      return { method, rules: NLBWMON_RULES, epoch, origin: origin };
    }
    default:
      return method satisfies never;
  }
}

function parseHost(word: string, fields: readonly string[], epoch: Epoch | null): HostCounter | null {
  switch (word) {
    case 'up': {
      const [mac = '', ip = '', bytes = ''] = fields;
      return hostOf('upload', mac, ip, { download: 0, upload: parseCounter(bytes, 'bytes sent') }, epoch);
    }
    case 'down': {
      const [ip = '', bytes = ''] = fields;
      return hostOf('download', '-', ip, { download: parseCounter(bytes, 'bytes received'), upload: 0 }, epoch);
    }
    case 'both': {
      const [mac = '', ip = '', received = '', sent = ''] = fields;
      const bytes = { download: parseCounter(received, 'bytes received'), upload: parseCounter(sent, 'bytes sent') };
      return hostOf('both', mac, ip, bytes, epoch);
    }
    default:
      return null;
  }
}

function hostOf(counts: HostCounter['counts'], address: string, ip: string, bytes: HostCounter['bytes'], epoch: Epoch | null) {
  const mac = parseMac(address);
  if (isIP(ip) === 0 || (mac === null && address !== '-')) return null;
  // Zeros stand where a layer below has none to tell.
  return { counts, mac: mac === '00:00:00:00:00:00' ? null : mac, ip, bytes, bits: 64 as const, epoch };
}

function parseUncounted([received = '', sent = '']: readonly string[]) {
  if (received === '-' || sent === '-') return null;
  return { download: parseCounter(received, 'bytes received'), upload: parseCounter(sent, 'bytes sent') };
}
