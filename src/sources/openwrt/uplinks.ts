import type { CounterRules } from '../../domain/counter.ts';
import type { System, Uplink } from '../../domain/observation.ts';
import { quote, SourceError } from '../../errors.ts';
import { parseCounter } from '../source.ts';
import { epochOf, numberOrNull, orNull, type Parsed } from './fields.ts';
import { isOverlay } from './overlay.ts';

export const WAN_RULES: CounterRules = { directions: 'apart', absent: 'kept', unknown: 'baseline', fall: 'reset', refresh: 10 };

/** Parses the uplinks of a router; see docs/wrtmeter-cgi.md for the format. Throws a SourceError. */
export function parseUplinks(lines: readonly string[], system: System): Parsed {
  return { observation: { source: 'wan', rules: WAN_RULES, uplinks: lines.map((line) => parseUplink(line, system)) }, skipped: 0 };
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
