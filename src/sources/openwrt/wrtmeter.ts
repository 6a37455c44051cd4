import { isIP } from 'node:net';
import type { Epoch } from '../../domain/counter.ts';
import { parseMac } from '../../domain/mac.ts';
import { cleanName } from '../../domain/name.ts';
import type { Radio, SourceName, Station, System, Uplink } from '../../domain/observation.ts';
import { quote, SourceError } from '../../errors.ts';
import { type Answer, linesOf, type Probe, parseCounter, type ReadText, type Told, type ToldSource } from '../source.ts';
import { WAN_RULES } from './classic.ts';
import { epochOf, numberOrNull, orNull, type Parsed } from './fields.ts';
import { parseHosts } from './hosts.ts';
import { known, parseLease } from './lease.ts';
import { isOverlay } from './overlay.ts';
import { parsePeers } from './peers.ts';

export const STATION_RULES = { directions: 'together', absent: 'ended', unknown: 'began', fall: 'reset', refresh: 10 } as const;

/** What every answer holds. */
const ALWAYS = ['stations', 'wan', 'leases', 'neighbours'] as const satisfies readonly SourceName[];
const SOURCES = [...ALWAYS, 'hosts', 'peers'] as const satisfies readonly SourceName[];

/** `connected time` counts whole seconds from a clock of its own. */
const CONNECTED_MARGIN = 2;

/** One request to wrtmeter.cgi; the format is described in docs/wrtmeter-cgi.md. `counterBits` goes before what the router says of its counters. */
export function wrtmeterProbe(url: string, read: ReadText, counterBits: 32 | 64 | null = null): Probe {
  let sources: readonly SourceName[] = ALWAYS;
  return {
    // An answer that fails fails for all that the one before told.
    get sources() {
      return sources;
    },
    reader: `wrtmeter.cgi ${url}`,
    async collect(signal) {
      const told = parseWrtmeter(await read(url, signal), counterBits);
      sources = [...new Set([...ALWAYS, ...told.sources.map(({ source }) => source)])];
      return told;
    },
  };
}

/** One request to hosts.cgi, which answers in the same format with the hosts of a gateway, and who has which address, alone. */
export function hostsProbe(url: string, read: ReadText): Probe {
  return {
    sources: ['hosts'],
    reader: `hosts.cgi ${url}`,
    async collect(signal) {
      const { system, sources } = parseWrtmeter(await read(url, signal));
      const kept = sources.filter(({ source }) => source === 'hosts' || source === 'neighbours');
      if (!kept.some(({ source }) => source === 'hosts'))
        throw new SourceError('parse', 'the answer has no hosts: nothing counts them there');
      return { system, sources: kept };
    },
  };
}

/** Parses a whole answer. Throws a SourceError where it is no answer of wrtmeter.cgi or was cut short. */
export function parseWrtmeter(answer: Answer, counterBits: 32 | 64 | null = null): Told {
  const lines = linesOf(answer);
  const version = /^wrtmeter (\d+)$/.exec(lines[0] ?? '')?.[1];
  if (version === undefined) throw new SourceError('parse', `not an answer of wrtmeter.cgi: ${quote(lines[0] ?? '')}`);
  if (version !== '1') throw new SourceError('parse', `answer of format ${version}, known is 1: update wrtmeter`);
  if (lines.at(-1) !== 'end wrtmeter') throw new SourceError('truncated', 'the answer has no last line "end wrtmeter"');
  const { facts, sections, failed } = sort(lines.slice(1, -1));
  const said = parseSystem(facts);
  const system = counterBits === null ? said : { ...said, counterBits };
  const told: ToldSource[] = [];
  for (const source of SOURCES) {
    const reason = failed.get(source);
    const section = sections.get(source);
    if (reason !== undefined)
      told.push({ source, skipped: 0, told: new SourceError('exec', `the router could not read it: ${quote(reason, 200)}`) });
    else if (section !== undefined) told.push(attempt(source, () => parseSection(source, section, sections.get('names'), system)));
  }
  return { system, sources: told };
}

function attempt(source: SourceName, parse: () => Parsed): ToldSource {
  try {
    return { source, ...parse() };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return { source, skipped: 0, told: error };
  }
}

function parseSection(source: (typeof SOURCES)[number], lines: string[], names: string[] | undefined, system: System): Parsed {
  switch (source) {
    case 'stations':
      return parseStations(lines, system);
    case 'wan':
      return { told: { source: 'wan', rules: WAN_RULES, uplinks: lines.map((line) => parseUplink(line, system)) }, skipped: 0 };
    case 'leases':
      return parseLeases(lines, names);
    case 'neighbours':
      return parseNeighbours(lines);
    case 'hosts':
      return parseHosts(lines, system);
    case 'peers':
      return parsePeers(lines, system);
    default:
      return source satisfies never;
  }
}

/** Sorts the lines into single facts, finished sections and failed ones. A section without its end is an error of the whole. */
function sort(lines: readonly string[]) {
  const facts: string[] = [];
  const sections = new Map<string, string[]>();
  const failed = new Map<string, string>();
  let open: { name: string; end: string; lines: string[] } | null = null;
  for (const line of lines) {
    if (open !== null) {
      if (line === open.end) {
        sections.set(open.name, open.lines);
        open = null;
      } else open.lines.push(line);
      continue;
    }
    const [word, name = ''] = line.split(' ', 2);
    if (word === 'begin') open = { name, end: `end ${name}`, lines: [] };
    else if (word === 'failed') failed.set(name, line.slice(`failed ${name} `.length));
    else facts.push(line);
  }
  if (open !== null) throw new SourceError('truncated', `section ${quote(open.name)} has no end`);
  return { facts, sections, failed };
}

function parseSystem(facts: readonly string[]): System {
  const fact = (name: string) => facts.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? '';
  const bootId = fact('boot_id');
  const uptime = Number(fact('uptime'));
  const time = Number(fact('time'));
  if (!/^[0-9a-f-]{8,64}$/i.test(bootId)) throw new SourceError('parse', `boot_id is no boot id: ${quote(bootId)}`);
  if (!/^\d+(\.\d+)?$/.test(fact('uptime'))) throw new SourceError('parse', `uptime is no number of seconds: ${quote(fact('uptime'))}`);
  if (!/^\d{1,12}$/.test(fact('time'))) throw new SourceError('parse', `time is no number of seconds: ${quote(fact('time'))}`);
  return {
    bootId,
    uptime,
    time,
    hostname: cleanName(fact('hostname')) ?? '',
    model: cleanName(fact('model')) ?? '',
    release: cleanName(fact('release')) ?? '',
    counterBits: fact('counter_bits') === '32' ? 32 : 64,
    flowOffload: { software: fact('flow_offload software') === '1', hardware: fact('flow_offload hardware') === '1' },
    script: cleanName(fact('script')),
  };
}

function parseUplink(line: string, system: System): Uplink {
  const [word, name = '', state = '', device = '', ifindex = '', protocol = '', rx = '', tx = ''] = line.split(' ');
  if (word !== 'uplink' || !/^[\w.@-]{1,64}$/.test(name) || !['up', 'down'].includes(state)) {
    throw new SourceError('parse', `not a line of an uplink: ${quote(line)}`);
  }
  const counted = rx !== '-' && rx !== '';
  const bytes = counted ? { download: parseCounter(rx, 'rx bytes'), upload: parseCounter(tx, 'tx bytes') } : null;
  return {
    name,
    up: state === 'up',
    device: orNull(device),
    protocol: orNull(protocol),
    overlay: isOverlay(protocol, device),
    bytes,
    bits: system.counterBits,
    epoch: { ...epochOf(system), instance: numberOrNull(ifindex) },
  };
}

function parseStations(lines: readonly string[], system: System): Parsed {
  const radios = lines.filter((line) => line.startsWith('radio ')).map(parseRadio);
  const access = new Set(radios.filter((r) => (r.type === 'ap' || r.type === 'ap/vlan') && !r.fourAddress).map((r) => r.interface));
  const stations = lines.filter((line) => !line.startsWith('radio ')).flatMap((line) => parseStation(line, access, system) ?? []);
  return { told: { source: 'stations', rules: STATION_RULES, radios, stations }, skipped: 0 };
}

function parseRadio(line: string): Radio {
  const [, name = '', type = '', fourAddress = '', frequency = '', ...ssid] = line.split(' ');
  return {
    interface: name,
    type: type.toLowerCase(),
    fourAddress: fourAddress === '1',
    frequency: numberOrNull(frequency),
    ssid: cleanName(ssid.join(' ')) ?? '',
  };
}

/** Null for a station whose driver gives no bytes: there is nothing to read of it. */
function parseStation(line: string, access: ReadonlySet<string>, system: System): Station | null {
  const [word, name = '', address = '', rx = '', tx = '', signal = '', rxRate = '', txRate = '', connected = '', , associated = ''] =
    line.split(' ');
  const mac = parseMac(address);
  if (word !== 'station' || name === '' || mac === null) throw new SourceError('parse', `not a line of a station: ${quote(line)}`);
  if (rx === '-' || tx === '-') return null;
  const seconds = numberOrNull(connected);
  return {
    interface: name,
    mac,
    bytes: { download: parseCounter(tx, 'tx bytes'), upload: parseCounter(rx, 'rx bytes') },
    epoch: { ...epochOf(system), ...association(numberOrNull(associated), seconds, system.uptime) },
    access: access.has(name),
    signal: numberOrNull(signal),
    linkDownload: bytesPerSecond(txRate),
    linkUpload: bytesPerSecond(rxRate),
    connected: seconds,
  };
}

/** `associated at` is exact; where an older kernel has only the connected time, it is good to two seconds. */
function association(at: number | null, connected: number | null, uptime: number): Pick<Epoch, 'began' | 'margin'> {
  if (at !== null) return { began: at, margin: 0.01 };
  return connected === null ? { began: null, margin: 0 } : { began: uptime - connected, margin: CONNECTED_MARGIN };
}

function parseLeases(lines: readonly string[], names: readonly string[] | undefined): Parsed {
  let skipped = 0;
  const keep = <T>(value: T | null): T[] => {
    if (value === null) skipped += 1;
    return value === null ? [] : [value];
  };
  const of = (list: readonly string[], word: string) =>
    list.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const leases = of(lines, 'lease').flatMap((line) => keep(parseLease(line)));
  const leases6 = of(lines, 'lease6').flatMap((line) => {
    const [expiry = '', duid = '', ip = '', hostname = '-'] = line.split(' ');
    return keep(
      isIP(ip) === 6 && /^\d{1,11}$/.test(expiry)
        ? { duid: duid.slice(0, 300), ip, hostname: known(hostname), expiry: Number(expiry) }
        : null,
    );
  });
  const staticHosts = names === undefined ? null : of(names, 'host').flatMap((line) => keep(parseStaticHost(line)));
  const hosts = names === undefined ? null : of(names, 'name').flatMap((line) => keep(parseHostsEntry(line)));
  return { told: { source: 'leases', leases, leases6, staticHosts, hosts }, skipped };
}

function parseStaticHost(line: string) {
  const [address = '', ip = '', ...rest] = line.split(' ');
  const mac = parseMac(address);
  const name = known(rest.join(' '));
  return mac === null || name === null ? null : { mac, ip: isIP(ip) === 0 ? null : ip, name };
}

function parseHostsEntry(line: string) {
  const [ip = '', ...rest] = line.split(' ');
  const name = known(rest.join(' '));
  return isIP(ip) === 0 || name === null ? null : { ip, name };
}

function parseNeighbours(lines: readonly string[]): Parsed {
  const neighbours = lines.flatMap((line) => {
    const [word, ip = '', name = '', address = '', state = ''] = line.split(' ');
    const mac = parseMac(address);
    return word !== 'neighbour' || isIP(ip) === 0 || mac === null ? [] : [{ ip, interface: name, mac, state }];
  });
  return { told: { source: 'neighbours', neighbours }, skipped: lines.length - neighbours.length };
}

/** From Mbit/s as `iw` prints it. */
function bytesPerSecond(field: string): number | null {
  const rate = numberOrNull(field);
  return rate === null ? null : Math.round(rate * 125_000);
}
