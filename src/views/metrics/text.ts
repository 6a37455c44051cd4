import type { Family, Samples } from './family.ts';

/**
 * The text of `/metrics` in parts, as UTF-8. It is megabytes with thousands of devices: nothing ever holds it as one string, which a
 * single name in another script would double. A part of which nothing has changed is the same Buffer as in the text before.
 */
export type TextParts = readonly Buffer[];

/**
 * Makes the text of families as prom-client does, and `after` them; families without samples are left out. It keeps the blocks of its last
 * text.
 */
export type MakeText = (families: Iterable<Family>, after?: string) => TextParts;

/** Characters of a part, about: each is packed by itself, and all of a usual home is one. */
const PART = 131_072;

/** Samples of a block. A family with fewer than the least is in one part with others. */
const LEAST = 250;
const MOST = 700;

/** The samples of a large family, and their text in blocks of `size`, each a part of its own; `head` is before the first. */
interface KnownFamily {
  samples: Samples;
  head: string;
  size: number;
  blocks: readonly Buffer[];
}

export function createText(): MakeText {
  let before: ReadonlyMap<string, KnownFamily> = new Map();
  return (families, after = '') => {
    const parts: Buffer[] = [];
    const kept = new Map<string, KnownFamily>();
    let text = '';
    const endPart = () => {
      if (text !== '') parts.push(Buffer.from(text));
      text = '';
    };
    for (const { name, help, type, samples } of families) {
      if (samples.values.length === 0) continue;
      const between = text === '' && parts.length === 0 ? '' : '\n';
      const head = `${between}# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
      if (samples.values.length < LEAST) {
        text += head + linesOf(name, samples);
        if (text.length >= PART) endPart();
        continue;
      }
      endPart();
      const family = inBlocks(name, head, samples, before.get(name));
      kept.set(name, family);
      parts.push(...family.blocks);
    }
    text += after;
    endPart();
    before = kept;
    return parts;
  };
}

/** Blocks that still have the same samples are those from before. */
function inBlocks(name: string, head: string, samples: Samples, known: KnownFamily | undefined): KnownFamily {
  const { length } = samples.values;
  const count = Math.ceil(length / MOST);
  const size = Math.ceil(length / count);
  const blocks = Array.from({ length: count }, (_, i) => {
    const start = i * size;
    const isKnown = known?.size === size && (i > 0 || known.head === head) && isSame(known.samples, samples, start, size);
    const same = isKnown ? known.blocks[i] : undefined;
    return same ?? Buffer.from((i === 0 ? head : '') + linesOf(name, samples, start, Math.min(length, start + size)));
  });
  return { samples, head, size, blocks };
}

/** Whether both have the same samples in the block that begins at `start`. */
function isSame(a: Samples, b: Samples, start: number, size: number): boolean {
  const end = Math.min(b.values.length, start + size);
  if (Math.min(a.values.length, start + size) !== end) return false;
  for (let i = start; i < end; i++) if (a.values[i] !== b.values[i] || a.labels[i] !== b.labels[i]) return false;
  return true;
}

function linesOf(name: string, { labels, values }: Samples, start = 0, end = values.length): string {
  let lines = '';
  for (let i = start; i < end; i++) lines += `${name}${labels[i]} ${values[i]}\n`;
  return lines;
}
