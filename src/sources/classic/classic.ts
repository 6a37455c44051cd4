import type { CounterBits, CounterRules } from '../../domain/counter.ts';
import { stationCounter } from '../../domain/counter-names.ts';
import { macOfDevice } from '../../domain/mac.ts';
import type { Lease, Observation, SourceName, Station } from '../../domain/observation.ts';
import type { Traffic } from '../../domain/traffic.ts';
import { quote, SourceError } from '../../errors.ts';
import { type KnownLine, KnownLines, KnownList, ownCopy } from '../known-lines.ts';
import { parseLease } from '../openwrt/lease.ts';
import { WAN_RULES } from '../openwrt/uplinks.ts';
import { createSkips, type Skipped } from '../skips.ts';
import { type Answer, bounded, lineLimits, linesOf, type Probe, parseCounter, type ReadAnswer, type SourceReading } from '../source.ts';
import { withoutLinks } from './links.ts';
import { parseWan } from './wan.ts';

/** A classic list has no interfaces, and nothing proves that it is complete. Rule: source promises. */
export const CLASSIC_STATION_RULES: CounterRules = { directions: 'together', absent: 'kept', unknown: 'began', fall: 'reset', refresh: 10 };

/** Probes for the three classic scripts, each with its own URL; a missing URL gets no probe. `counterBits` is the width of the uplink's counters. */
export function classicProbes(
  urls: { stations?: string; wan?: string; leases?: string },
  read: ReadAnswer,
  counterBits: CounterBits = 64,
): Probe[] {
  const probe = (source: SourceName, url: string | undefined, parse: (answer: Answer) => SourceReading): Probe[] => {
    if (url === undefined) return [];
    const collect = async (signal: AbortSignal) => ({ system: null, sources: [parse(await read({ url }, signal))] });
    return [{ sources: [source], origin: `classic ${url}`, collect }];
  };
  const known = stationLines();
  const list = new KnownList<Lease>();
  const counted = new Set<string>();
  return [
    ...probe('stations', urls.stations, (answer) => {
      const { stations: all, ...skipped } = parseStations(answer, known);
      const { lines: stations, links, inRow } = withoutLinks(all);
      return reading({ source: 'stations', rules: CLASSIC_STATION_RULES, radios: [], stations, links, inRow }, skipped);
    }),
    ...probe('wan', urls.wan, (answer) => {
      const { uplink, ...skipped } = parseWan(answer, counterBits, counted);
      return reading({ source: 'wan', rules: WAN_RULES, uplinks: [uplink] }, skipped);
    }),
    ...probe('leases', urls.leases, (answer) => {
      const { leases, ...skipped } = parseLeases(answer, list);
      return reading({ source: 'leases', leases, leases6: [], staticHosts: null, hosts: null }, skipped);
    }),
  ];
}

const reading = (observation: Observation, skipped: Skipped): SourceReading => ({ source: observation.source, observation, ...skipped });

/** What a line says before its figures. */
type ListedStation = Required<Pick<Station, 'mac' | 'counter'>>;

/** The lines of a list of stations, kept from answer to answer. */
const stationLines = () => new KnownLines<ListedStation>((line) => /^\s*\S+\s/.exec(line)?.[0].length ?? line.length);

/**
 * Parses totalwifi.cgi: one `MAC rx_bytes tx_bytes` per line; rx is what the access point received, the device's upload. Other lines are
 * skipped: some versions end with the uplink's. `known` has the lines of the answers before.
 */
export function parseStations(answer: Answer, known = stationLines()): { stations: Station[] } & Skipped {
  const skips = createSkips();
  const stations: Station[] = [];
  known.begin(lineLimits(answer).known);
  for (const line of linesOf(answer)) {
    if (line === '') continue;
    const found = known.find(line) ?? parseStation(ownCopy(line), known);
    const [rx = '', tx = '', ...rest] = line
      .slice(found?.head.length ?? line.length)
      .trimStart()
      .split(/\s+/);
    if (found === null || rest.length > 0) {
      skips.skip(`not a station line: ${quote(line)}`, found?.what.mac);
      continue;
    }
    const { mac, counter } = found.what;
    const read = () => ({ download: parseCounter(tx, 'tx_bytes'), upload: parseCounter(rx, 'rx_bytes') });
    const bytes = skips.attempt(() => `station ${mac}`, counter, read);
    if (bytes !== null) stations.push(listed(mac, counter, bytes));
  }
  known.end();
  const { skippedBecause } = skips.found;
  if (stations.length === 0 && skippedBecause[0] !== undefined) throw new SourceError('parse', skippedBecause[0]);
  return { stations, ...skips.found };
}

/** A station as a classic list tells of it. */
const listed = (mac: string, counter: string, bytes: Traffic): Station => ({
  interface: null,
  mac,
  counter,
  bytes,
  bits: 64,
  epoch: null,
  access: true,
  signal: null,
  linkDownload: null,
  linkUpload: null,
  connected: null,
});

/** Null for a line that does not begin with a MAC. */
function parseStation(line: string, known: KnownLines<ListedStation>): KnownLine<ListedStation> | null {
  const mac = macOfDevice(line.trimStart().split(/\s/, 1)[0] ?? '');
  return mac === null ? null : known.keep(line, { mac, counter: stationCounter(null, mac) });
}

/**
 * Parses dhcp.cgi: dnsmasq's lease file. Lines that are not IPv4 leases are skipped; DHCPv6 leases and the server's DUID are expected.
 * `list` has the lines of the answers before.
 */
export function parseLeases(answer: Answer, list = new KnownList<Lease>()): { leases: readonly Lease[] } & Skipped {
  const skips = createSkips();
  const limits = lineLimits(answer);
  const leases = list.read(linesOf(answer), limits.known, (line) => {
    const lease = parseLease(line);
    if (lease === null && line !== '' && !isDhcpv6(line)) skips.skip(`not a line of a lease file: ${quote(line)}`);
    return lease;
  });
  const [why] = skips.found.skippedBecause;
  if (leases.length === 0 && why !== undefined) throw new SourceError('parse', why);
  const { kept, leftOut } = bounded(leases, limits.entries);
  skips.leaveOut(leftOut);
  return { leases: kept, ...skips.found };
}

/** dnsmasq writes `duid DUID` before its IPv6 leases; these have an identity number (IAID) in place of the MAC. */
const isDhcpv6 = (line: string): boolean => /^duid /.test(line) || /^\d+ T?\d+ [0-9a-f:]+ /i.test(line);
