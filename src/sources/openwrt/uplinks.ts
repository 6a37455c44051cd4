import type { CounterRules } from '../../domain/counter.ts';
import type { System, Uplink } from '../../domain/observation.ts';
import { quote, SourceError } from '../../errors.ts';
import { parseCounter } from '../source.ts';
import { epochOf, numberOrNull, orNull, type Parsed } from './fields.ts';
import { isOverlay } from './overlay.ts';

export const WAN_RULES: CounterRules = { directions: 'apart', absent: 'kept', unknown: 'baseline', fall: 'reset', refresh: 10 };

/** The uplinks of a router and its `layers`, undefined in an answer of an older script; docs/wrtmeter-cgi.md is the format. Throws a SourceError. */
export function parseUplinks(lines: readonly string[], layers: readonly string[] | undefined, system: System): Parsed {
  const uplinks = lines.map((line) => parseUplink(line, system)).map((uplink) => ({ ...uplink, ...layersOf(uplink, layers) }));
  return { observation: { source: 'wan', rules: WAN_RULES, uplinks }, skipped: 0 };
}

/** PPP without a port, and a tunnel, lie on something that the router does not know. */
function layersOf({ device, overlay }: Uplink, layers: readonly string[] | undefined): Pick<Uplink, 'below'> {
  const [, , ...below] = layers?.find((line) => line.startsWith(`layer ${device} `))?.split(' ') ?? [];
  if (below.length > 0) return { below };
  return layers === undefined || device === null || overlay || device.startsWith('ppp') ? {} : { below };
}

function parseUplink(line: string, system: System): Uplink {
  const [word, name = '', state = '', device = '', ifindex = '', protocol = '', rx = '', tx = ''] = line.split(' ');
  if (word !== 'uplink' || !/^[\w.@-]{1,64}$/.test(name) || !['up', 'down'].includes(state)) {
    throw new SourceError('parse', `not an uplink line: ${quote(line)}`);
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
