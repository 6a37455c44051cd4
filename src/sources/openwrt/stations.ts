import type { Epoch } from '../../domain/counter.ts';
import { stationCounter } from '../../domain/counter-names.ts';
import { macOfDevice } from '../../domain/mac.ts';
import { cleanName } from '../../domain/names/name.ts';
import type { Radio, Station, System } from '../../domain/observation.ts';
import { quote, SourceError } from '../../errors.ts';
import { afterWords, firstOfEach, type KnownLine, KnownLines, ownCopy } from '../known-lines.ts';
import { createSkips, type Skips } from '../skips.ts';
import { type LineLimits, parseCounter } from '../source.ts';
import { epochOf, numberOrNull, numberWithin, type Parsed } from './fields.ts';

/** An interface has a MAC once, and the answer shows since when, as far as the driver says. Rule: source promises. */
export const STATION_RULES = { directions: 'together', absent: 'dated', unknown: 'began', fall: 'reset', refresh: 10 } as const;

/** Seconds from when a router reads its uptime to when it reads its stations, at most: commands before may hang. */
const READ_WITHIN = 10;
/** The two facts of one line say the same start within these seconds, or neither is believed: `connected time` begins before the handshake. */
const AGREEMENT = 60;

/** What radios can have: MHz, dBm and Mbit/s. Whatever else a router says is not known. */
const FREQUENCIES = { least: 0, most: 1_000_000 };
const SIGNALS = { least: -200, most: 50 };
const BIT_RATES = { least: 0, most: 1_000_000 };
/** Seconds that a station may be connected: more than any router runs. */
const CONNECTED = { least: 0, most: 1_000_000_000 };

/** Types of interface whose stations are single devices; a P2P-GO is the access point of a Wi-Fi Direct group. Rule: device account. */
const ACCESS_POINT = new Set(['ap', 'ap/vlan', 'p2p-go']);

/** What a line says before its figures. */
type KnownStation = Required<Pick<Station, 'mac' | 'counter'>> & { interface: string };

/** The lines of an access point's stations, kept from answer to answer. */
export const stationLines = (): KnownLines<KnownStation> => new KnownLines((line) => afterWords(line, 3));

/** Parses the radios of an access point and their stations; see docs/formats/wrtmeter-cgi.md for the format. Throws a SourceError. */
export function parseStations(lines: readonly string[], system: System, known: KnownLines<KnownStation>, limits: LineLimits): Parsed {
  const radios = lines.filter((line) => line.startsWith('radio ')).map((line) => parseRadio(ownCopy(line)));
  const access = new Set(radios.filter((r) => ACCESS_POINT.has(r.type) && !r.fourAddress).map((r) => r.interface));
  const skips = createSkips();
  const stations: Station[] = [];
  known.begin(limits.known);
  for (const line of lines) {
    if (line.startsWith('radio ')) continue;
    const found = known.find(line) ?? parseStation(ownCopy(line), known);
    if (found === null) {
      skips.skip(`not a station line: ${quote(line)}`);
      continue;
    }
    const figures = line.slice(found.head.length).split(' ');
    const station = withFigures(found.what, figures, access.has(found.what.interface), system, skips);
    if (station !== null) stations.push(station);
  }
  known.end();
  const { skipped, skippedBecause, unread } = skips.found;
  if (skipped > 0 && skipped === lines.length && unread.length === 0) throw new SourceError('parse', skippedBecause[0] ?? '');
  const each = known.mayRepeat(({ counter }) => counter) ? firstOfEach(stations, stationKey) : stations;
  return { observation: { source: 'stations', rules: STATION_RULES, radios, stations: each }, ...skips.found };
}

const stationKey = ({ interface: name, mac }: Station): string => stationCounter(name, mac);

function parseRadio(line: string): Radio {
  const [, name = '', type = '', fourAddress = '', frequency = '', ...ssid] = line.split(' ');
  return {
    interface: name,
    type: type.toLowerCase(),
    fourAddress: fourAddress === '1',
    frequency: numberWithin(frequency, FREQUENCIES),
    ssid: cleanName(ssid.join(' ')) ?? '',
  };
}

/** Null for a line that does not name a station. */
function parseStation(line: string, known: KnownLines<KnownStation>): KnownLine<KnownStation> | null {
  const [word, name = '', address = ''] = line.split(' ', 3);
  const mac = macOfDevice(address);
  if (word !== 'station' || name === '' || mac === null) return null;
  return known.keep(line, { interface: name, mac, counter: stationCounter(name, mac) });
}

/** Null for a station whose driver reports no bytes, and where they make no sense. */
function withFigures(station: KnownStation, figures: readonly string[], isAccess: boolean, system: System, skips: Skips): Station | null {
  const [rx = '', tx = '', signal = '', rxRate = '', txRate = '', connected = '', , associated = ''] = figures;
  if (rx === '-' || tx === '-') return null;
  const { interface: name, mac, counter } = station;
  const read = () => ({ download: parseCounter(tx, 'tx bytes'), upload: parseCounter(rx, 'rx bytes') });
  const bytes = skips.attempt(() => `station ${mac} on ${quote(name)}`, counter, read);
  if (bytes === null) return null;
  const seconds = numberOrNull(connected);
  return {
    interface: name,
    mac,
    counter,
    bytes,
    bits: 64, // of mac80211, on a 32-bit kernel too
    epoch: epochOf(system, association(numberOrNull(associated), seconds, system.uptime)),
    access: isAccess,
    signal: numberWithin(signal, SIGNALS),
    linkDownload: bytesPerSecond(txRate),
    linkUpload: bytesPerSecond(rxRate),
    connected: numberWithin(connected, CONNECTED),
  };
}

/**
 * `associated at` is exact, `connected time` as late as the stations are read. A start that makes no sense is unknown: one before the boot or after the
 * answer, or one of which the two facts say different things. Rule: epoch.
 */
function association(at: number | null, connected: number | null, uptime: number): Pick<Epoch, 'began' | 'margin'> {
  const counted = connected === null ? null : uptime - connected;
  const began = at ?? (connected !== null && connected > 0 ? counted : null);
  const agree = at === null || counted === null || Math.abs(at - counted) <= AGREEMENT;
  if (began === null || began <= 0 || began > uptime + READ_WITHIN || !agree) return { began: null, margin: 0 };
  return { began, margin: at === null ? READ_WITHIN : 0.01 };
}

/** From Mbit/s as `iw` prints it. */
function bytesPerSecond(field: string): number | null {
  const rate = numberWithin(field, BIT_RATES);
  return rate === null ? null : Math.round(rate * 125_000);
}
