import type { CounterRules } from '../../domain/counter.ts';
import { uplinkCounter } from '../../domain/counter-names.ts';
import type { System, Uplink } from '../../domain/observation.ts';
import { MOST_UPLINKS } from '../../domain/wire.ts';
import { quote, SourceError } from '../../errors.ts';
import { createSkips, type Skips } from '../skips.ts';
import { parseCounter } from '../source.ts';
import { epochOf, ifindexOf, orNull, type Parsed } from './fields.ts';
import { isOverlay } from './overlay.ts';

/** An uplink that comes up may have counted before, and one that is down is not listed. Rule: source promises. */
export const WAN_RULES: CounterRules = { directions: 'apart', absent: 'kept', unknown: 'baseline', fall: 'reset', refresh: 10 };

/** Devices that one uplink lies on, of which its line is read: a bridge has far fewer ports. Rule: small. */
const MOST_BELOW = 256;

/** The uplinks of a router and its `layers`, undefined in an answer of an older script; docs/formats/wrtmeter-cgi.md is the format. Throws a SourceError. */
export function parseUplinks(lines: readonly string[], layers: readonly string[] | undefined, system: System): Parsed {
  const skips = createSkips();
  const found = lines.flatMap((line) => parseUplink(line, system, skips) ?? []);
  const [why] = skips.found.skippedBecause;
  if (found.length === 0 && why !== undefined) throw new SourceError('parse', why);
  const shown = firstOf(found, skips);
  const below = layers && layersOf(shown, layers, skips);
  const uplinks = shown.map((uplink) => ({ ...uplink, ...liesOn(uplink, below) }));
  return { observation: { source: 'wan', rules: WAN_RULES, uplinks }, ...skips.found };
}

/** The first uplinks that have counters, and as many that have none: the others are left out. Rule: small. */
function firstOf(found: readonly Uplink[], skips: Skips): Uplink[] {
  const room = { counted: MOST_UPLINKS, others: MOST_UPLINKS };
  const kept = found.filter(({ bytes }) => --room[bytes === null ? 'others' : 'counted'] >= 0);
  skips.leaveOut(found.length - kept.length, `more than ${MOST_UPLINKS} uplinks`);
  return kept;
}

/** PPP without a port, and a tunnel, lie on something that the router does not know. Rule: one wire. */
function liesOn({ device, overlay }: Uplink, layers: Layers | undefined): Pick<Uplink, 'below'> {
  const below = layers?.get(device ?? '');
  if (below !== undefined) return { below };
  return layers === undefined || device === null || overlay || device.startsWith('ppp') ? {} : { below: [] };
}

/** What devices lie on. */
type Layers = ReadonlyMap<string, readonly string[]>;

/** The layers of the devices of uplinks: of each, its first line that names any. */
function layersOf(uplinks: readonly Uplink[], lines: readonly string[], skips: Skips): Layers {
  const devices = new Set(uplinks.map(({ device }) => device));
  const layers = new Map<string, readonly string[]>();
  for (const line of lines) {
    const [word, device = '', ...below] = line.split(' ', 2 + MOST_BELOW + 1);
    if (word !== 'layer' || below.length === 0 || !devices.has(device) || layers.has(device)) continue;
    if (below.length > MOST_BELOW) skips.leaveOut(1, `more than ${MOST_BELOW} devices that ${quote(device)} lies on`);
    layers.set(device, below.slice(0, MOST_BELOW));
  }
  return layers;
}

/**
 * Null for another line. An uplink whose counters make no sense is there, without bytes. Its counters are as wide as the router or
 * `counter_bits` says. Rule: wrap.
 */
function parseUplink(line: string, system: System, skips: Skips): Uplink | null {
  const [word, name = '', state = '', device = '', ifindex = '', protocol = '', rx = '', tx = ''] = line.split(' ');
  if (word !== 'uplink' || !/^[\w.@-]{1,64}$/.test(name) || !['up', 'down'].includes(state)) {
    skips.skip(`not an uplink line: ${quote(line)}`);
    return null;
  }
  const counter = uplinkCounter(name, orNull(device));
  const read = () => ({ download: parseCounter(rx, 'rx bytes'), upload: parseCounter(tx, 'tx bytes') });
  const bytes = rx === '-' || rx === '' ? null : skips.attempt(() => `uplink ${quote(name)}`, counter, read);
  return {
    name,
    up: state === 'up',
    device: orNull(device),
    protocol: orNull(protocol),
    overlay: isOverlay(protocol, device),
    bytes,
    bits: system.counterBits,
    epoch: epochOf(system, { instance: ifindexOf(ifindex) }),
  };
}
