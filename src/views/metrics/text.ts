import type { Family, Sample } from './family.ts';

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

/** Samples of a large family that are a part of their own, and their text with the lines before them. */
interface SampleBlock {
  head: string;
  labels: readonly string[];
  values: Float64Array;
  bytes: Buffer;
}

export function createText(): MakeText {
  let before: ReadonlyMap<string, readonly SampleBlock[]> = new Map();
  return (families, after = '') => {
    const parts: Buffer[] = [];
    const kept = new Map<string, SampleBlock[]>();
    let text = '';
    const endPart = () => {
      if (text !== '') parts.push(Buffer.from(text));
      text = '';
    };
    for (const { name, help, type, samples } of families) {
      if (samples.length === 0) continue;
      const between = text === '' && parts.length === 0 ? '' : '\n';
      const head = `${between}# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
      if (samples.length < LEAST) {
        text += head + linesOf(name, samples);
        if (text.length >= PART) endPart();
        continue;
      }
      endPart();
      const known = before.get(name);
      const blocks = blocksOf(samples).map((block, i) => blockOf(name, i === 0 ? head : '', block, known?.[i]));
      kept.set(name, blocks);
      for (const { bytes } of blocks) parts.push(bytes);
    }
    text += after;
    endPart();
    before = kept;
    return parts;
  };
}

function blocksOf(samples: readonly Sample[]): (readonly Sample[])[] {
  const count = Math.ceil(samples.length / MOST);
  const size = Math.ceil(samples.length / count);
  return Array.from({ length: count }, (_, i) => samples.slice(i * size, (i + 1) * size));
}

/** The block as it was, if it still has the same samples. */
function blockOf(name: string, head: string, samples: readonly Sample[], known: SampleBlock | undefined): SampleBlock {
  if (known?.head === head && isSame(known, samples)) return known;
  const values = new Float64Array(samples.length);
  for (const [i, { value }] of samples.entries()) values[i] = value;
  return { head, labels: samples.map(({ labels }) => labels), values, bytes: Buffer.from(head + linesOf(name, samples)) };
}

const isSame = ({ labels, values }: SampleBlock, samples: readonly Sample[]): boolean =>
  values.length === samples.length && samples.every((sample, i) => sample.value === values[i] && sample.labels === labels[i]);

function linesOf(name: string, samples: readonly Sample[]): string {
  let lines = '';
  samples.forEach(({ labels, value }) => {
    lines += `${name}${labels} ${value}\n`;
  });
  return lines;
}
