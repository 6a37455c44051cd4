import type { CounterRules } from '../../domain/counter.ts';
import { uplinkCounter } from '../../domain/counter-names.ts';
import type { System, Uplink } from '../../domain/observation.ts';
import { quote, SourceError } from '../../errors.ts';
import { createSkips, type Skips } from '../skips.ts';
import { parseCounter } from '../source.ts';
import { epochOf, ifindexOf, orNull, type Parsed } from './fields.ts';
import { isOverlay } from './overlay.ts';

/** An uplink that comes up may have counted before, and one that is down is not listed. Rule: source promises. */
export const WAN_RULES: CounterRules = { directions: 'apart', absent: 'kept', unknown: 'baseline', fall: 'reset', refresh: 10 };

/** The uplinks of a router and its `layers`, undefined in an answer of an older script; docs/formats/wrtmeter-cgi.md is the format. Throws a SourceError. */
export function parseUplinks(lines: readonly string[], layers: readonly string[] | undefined, system: System): Parsed {
  const skips = createSkips();
  const uplinks = lines
    .flatMap((line) => parseUplink(line, system, skips) ?? [])
    .map((uplink) => ({ ...uplink, ...layersOf(uplink, layers) }));
  const [why] = skips.found.skippedBecause;
  if (uplinks.length === 0 && why !== undefined) throw new SourceError('parse', why);
  return { observation: { source: 'wan', rules: WAN_RULES, uplinks }, ...skips.found };
}

/** PPP without a port, and a tunnel, lie on something that the router does not know. Rule: one wire. */
function layersOf({ device, overlay }: Uplink, layers: readonly string[] | undefined): Pick<Uplink, 'below'> {
  const [, , ...below] = layers?.find((line) => line.startsWith(`layer ${device} `))?.split(' ') ?? [];
  if (below.length > 0) return { below };
  return layers === undefined || device === null || overlay || device.startsWith('ppp') ? {} : { below };
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
