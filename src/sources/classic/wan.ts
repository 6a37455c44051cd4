import type { CounterBits } from '../../domain/counter.ts';
import type { Uplink } from '../../domain/observation.ts';
import { quote, SourceError } from '../../errors.ts';
import { ownCopy } from '../known-lines.ts';
import { createSkips, type Skipped } from '../skips.ts';
import { type Answer, linesOf, parseCounter } from '../source.ts';

/** The name that the line has; older scripts write that of the device. */
const NAME = 'wan';

/** A line that begins with a name. */
interface NamedLine {
  name: string;
  figures: string;
}

/**
 * Parses wan.cgi: `wan: RX TX`; rx is what came from the Internet, the home's download. Other lines are skipped, and so is a repetition.
 * A line of another name counts only while there is none called wan, which `counted` remembers; it is that of a device, and another device
 * has another counter. Which of two different lines counts is not known. Throws a SourceError.
 */
export function parseWan(answer: Answer, bits: CounterBits = 64, counted = new Set<string>()): { uplink: Uplink } & Skipped {
  const lines = linesOf(answer).filter((line) => line !== '');
  const named = lines.flatMap((line) => namedLine(line) ?? []);
  const isNamed = counted.has(NAME) || named.some(({ name }) => name === NAME);
  const candidates = isNamed ? named.filter(({ name }) => name === NAME) : named;
  const wellFormed = candidates.filter(({ figures }) => /^\d+ \d+$/.test(figures));
  const [found, ...others] = wellFormed.length > 0 ? wellFormed : candidates;
  if (found === undefined || !/^\S+ \S+$/.test(found.figures))
    throw new SourceError('parse', `not the line "wan: RX TX": ${quote(lines.join(' '))}`);
  if (others.some(({ name, figures }) => name !== found.name || figures !== found.figures))
    throw new SourceError('parse', `more than one line "wan: RX TX": ${quote(lines.join(' '))}`, {
      todo: 'Install the scripts of wrtmeter on the router: their wan.cgi has one line, and wrtmeter.cgi shows every uplink.',
    });
  const [rx = '', tx = ''] = found.figures.split(' ');
  const bytes = { download: parseCounter(rx, 'rx_bytes'), upload: parseCounter(tx, 'tx_bytes') };
  if (found.name === NAME) counted.add(NAME);
  const skips = createSkips();
  for (const line of lines.toSpliced(
    lines.findIndex((line) => isSame(namedLine(line), found)),
    1,
  ))
    skips.skip(`not the line "wan: RX TX", or a repetition of it: ${quote(line)}`);
  const device = found.name === NAME ? null : ownCopy(found.name);
  return { uplink: { name: NAME, up: true, device, protocol: null, overlay: false, bytes, bits, epoch: null }, ...skips.found };
}

function namedLine(line: string): NamedLine | null {
  const [, name, figures = ''] = /^\s*([\w.@-]{1,32}):(.*)$/.exec(line) ?? [];
  return name === undefined ? null : { name, figures: figures.trim().replace(/\s+/g, ' ') };
}

const isSame = (one: NamedLine | null, other: NamedLine): boolean => one?.name === other.name && one.figures === other.figures;
