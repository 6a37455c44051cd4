import type { CounterBits, CounterRules } from '../../domain/counter.ts';
import { stationCounter } from '../../domain/counter-names.ts';
import { parseMac } from '../../domain/mac.ts';
import type { Lease, Observation, SourceName, Station, Uplink } from '../../domain/observation.ts';
import { quote, SourceError } from '../../errors.ts';
import { parseLease } from '../openwrt/lease.ts';
import { WAN_RULES } from '../openwrt/uplinks.ts';
import { createSkips, type Skipped } from '../skips.ts';
import { type Answer, bounded, linesOf, type Probe, parseCounter, type ReadAnswer, type SourceReading } from '../source.ts';
import { withoutLinks } from './links.ts';

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
  const linked = new Set<string>();
  return [
    ...probe('stations', urls.stations, (answer) => {
      const { stations, ...skipped } = parseStations(answer);
      return reading({ source: 'stations', rules: CLASSIC_STATION_RULES, radios: [], stations: withoutLinks(stations, linked) }, skipped);
    }),
    ...probe('wan', urls.wan, (answer) => {
      const { uplink, ...skipped } = parseWan(answer, counterBits);
      return reading({ source: 'wan', rules: WAN_RULES, uplinks: [uplink] }, skipped);
    }),
    ...probe('leases', urls.leases, (answer) => {
      const { leases, ...skipped } = parseLeases(answer);
      return reading({ source: 'leases', leases, leases6: [], staticHosts: null, hosts: null }, skipped);
    }),
  ];
}

const reading = (observation: Observation, skipped: Skipped): SourceReading => ({ source: observation.source, observation, ...skipped });

/**
 * Parses totalwifi.cgi: one `MAC rx_bytes tx_bytes` per line; rx is what the access point received, the device's upload. Other lines are
 * skipped: some versions end with the uplink's.
 */
export function parseStations(answer: Answer): { stations: Station[] } & Skipped {
  const skips = createSkips();
  const stations = linesOf(answer)
    .filter((line) => line !== '')
    .flatMap((line): Station[] => {
      const [address = '', rx = '', tx = '', ...rest] = line.trim().split(/\s+/);
      const mac = parseMac(address);
      if (mac === null || rest.length > 0) {
        skips.skip(`not a station line: ${quote(line)}`, mac ?? undefined);
        return [];
      }
      const read = () => ({ download: parseCounter(tx, 'tx_bytes'), upload: parseCounter(rx, 'rx_bytes') });
      const bytes = skips.attempt(`station ${mac}`, stationCounter(null, mac), read);
      if (bytes === null) return [];
      return [
        {
          interface: null,
          mac,
          bytes,
          bits: 64,
          epoch: null,
          access: true,
          signal: null,
          linkDownload: null,
          linkUpload: null,
          connected: null,
        },
      ];
    });
  const { skippedBecause } = skips.found;
  if (stations.length === 0 && skippedBecause[0] !== undefined) throw new SourceError('parse', skippedBecause[0]);
  return { stations, ...skips.found };
}

/** Parses wan.cgi: `wan: RX TX`; rx is what came from the Internet, the home's download. Which of two such lines counts is not known. */
export function parseWan(answer: Answer, bits: CounterBits = 64): { uplink: Uplink } & Skipped {
  const skips = createSkips();
  const lines = linesOf(answer).filter((line) => line !== '');
  const matches = lines.flatMap((line) => {
    const match = /^\s*[\w.@-]+:\s*(\S+)\s+(\S+)$/.exec(line);
    if (match === null) skips.skip(`not the line "wan: RX TX": ${quote(line)}`);
    return match ?? [];
  });
  const [, rx = '', tx = '', ...others] = matches;
  if (matches.length === 0 || others.length > 0) throw new SourceError('parse', `not the line "wan: RX TX": ${quote(lines.join(' '))}`);
  const bytes = { download: parseCounter(rx, 'rx_bytes'), upload: parseCounter(tx, 'tx_bytes') };
  return { uplink: { name: 'wan', up: true, device: null, protocol: null, overlay: false, bytes, bits, epoch: null }, ...skips.found };
}

/** Parses dhcp.cgi: dnsmasq's lease file. Lines that are not IPv4 leases are skipped; DHCPv6 leases and the server's DUID are expected. */
export function parseLeases(answer: Answer): { leases: Lease[] } & Skipped {
  const leases: Lease[] = [];
  const skips = createSkips();
  for (const line of linesOf(answer)) {
    const lease = parseLease(line);
    if (lease !== null) leases.push(lease);
    else if (line !== '' && !isDhcpv6(line)) skips.skip(`not a line of a lease file: ${quote(line)}`);
  }
  const [why] = skips.found.skippedBecause;
  if (leases.length === 0 && why !== undefined) throw new SourceError('parse', why);
  const { kept, leftOut } = bounded(leases);
  skips.leaveOut(leftOut);
  return { leases: kept, ...skips.found };
}

/** dnsmasq writes `duid DUID` before its IPv6 leases; these have an identity number (IAID) in place of the MAC. */
const isDhcpv6 = (line: string): boolean => /^duid /.test(line) || /^\d+ T?\d+ [0-9a-f:]+ /i.test(line);
