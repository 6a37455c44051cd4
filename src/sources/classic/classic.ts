import type { CounterRules } from '../../domain/counter.ts';
import { parseMac } from '../../domain/mac.ts';
import type { Lease, Observation, SourceName, Station, Uplink } from '../../domain/observation.ts';
import { quote, SourceError } from '../../errors.ts';
import { parseLease } from '../openwrt/lease.ts';
import { WAN_RULES } from '../openwrt/uplinks.ts';
import { type Answer, linesOf, type Probe, parseCounter, type ReadAnswer, type SourceReading } from '../source.ts';
import { withoutLinks } from './links.ts';

/** A classic list has no interfaces, and nothing proves that it is complete. */
export const CLASSIC_STATION_RULES: CounterRules = { directions: 'together', absent: 'kept', unknown: 'began', fall: 'reset', refresh: 10 };

/** Probes for the three classic scripts, each with its own URL; a missing URL gets no probe. `counterBits` is the width of the uplink's counters. */
export function classicProbes(
  urls: { stations?: string; wan?: string; leases?: string },
  read: ReadAnswer,
  counterBits: 32 | 64 = 64,
): Probe[] {
  const probe = (source: SourceName, url: string | undefined, parse: (answer: Answer) => SourceReading): Probe[] => {
    if (url === undefined) return [];
    const collect = async (signal: AbortSignal) => ({ system: null, sources: [parse(await read({ url }, signal))] });
    return [{ sources: [source], origin: `classic ${url}`, collect }];
  };
  const linked = new Set<string>();
  return [
    ...probe('stations', urls.stations, (answer) =>
      whole({ source: 'stations', rules: CLASSIC_STATION_RULES, radios: [], stations: withoutLinks(parseStations(answer), linked) }),
    ),
    ...probe('wan', urls.wan, (answer) => whole({ source: 'wan', rules: WAN_RULES, uplinks: [parseWan(answer, counterBits)] })),
    ...probe('leases', urls.leases, (answer) => {
      const { leases, skipped } = parseLeases(answer);
      return { source: 'leases', skipped, observation: { source: 'leases', leases, leases6: [], staticHosts: null, hosts: null } };
    }),
  ];
}

const whole = (observation: Observation): SourceReading => ({ source: observation.source, skipped: 0, observation: observation });

/** Parses totalwifi.cgi: one `MAC rx_bytes tx_bytes` per line; rx is what the access point received, the device's upload. */
export function parseStations(answer: Answer): Station[] {
  return linesOf(answer)
    .filter((line) => line !== '')
    .map((line) => {
      const [address = '', rx = '', tx = '', ...rest] = line.trim().split(/\s+/);
      const mac = parseMac(address);
      if (mac === null || rest.length > 0) throw new SourceError('parse', `not a station line: ${quote(line)}`);
      const bytes = { download: parseCounter(tx, 'tx_bytes'), upload: parseCounter(rx, 'rx_bytes') };
      return {
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
      };
    });
}

/** Parses wan.cgi: `wan: RX TX`; rx is what came from the Internet, the home's download. */
export function parseWan(answer: Answer, bits: 32 | 64 = 64): Uplink {
  const lines = linesOf(answer).filter((line) => line !== '');
  const match = /^\s*[\w.@-]+:\s*(\S+)\s+(\S+)$/.exec(lines[0] ?? '');
  if (match === null || lines.length > 1) throw new SourceError('parse', `not the line "wan: RX TX": ${quote(lines.join(' '))}`);
  const bytes = { download: parseCounter(match[1] ?? '', 'rx_bytes'), upload: parseCounter(match[2] ?? '', 'tx_bytes') };
  return { name: 'wan', up: true, device: null, protocol: null, overlay: false, bytes, bits, epoch: null };
}

/** Parses dhcp.cgi: dnsmasq's lease file. Lines that are not IPv4 leases are skipped; DHCPv6 leases and the server's DUID are expected. */
export function parseLeases(answer: Answer): { leases: Lease[]; skipped: number } {
  const leases: Lease[] = [];
  const unparsed: string[] = [];
  for (const line of linesOf(answer)) {
    const lease = parseLease(line);
    if (lease !== null) leases.push(lease);
    else if (line !== '' && !isDhcpv6(line)) unparsed.push(line);
  }
  if (leases.length === 0 && unparsed[0] !== undefined) throw new SourceError('parse', `not a line of a lease file: ${quote(unparsed[0])}`);
  return { leases, skipped: unparsed.length };
}

/** dnsmasq writes `duid DUID` before its IPv6 leases; these have an identity number (IAID) in place of the MAC. */
const isDhcpv6 = (line: string): boolean => /^duid /.test(line) || /^\d+ T?\d+ [0-9a-f:]+ /i.test(line);
