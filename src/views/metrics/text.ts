import type { Family } from './family.ts';

/**
 * The text of `/metrics` in parts, as UTF-8. It is megabytes with thousands of devices: nothing ever holds it as one string, which a
 * single name in another script would double.
 */
export type TextParts = readonly Buffer[];

/** Characters of a part, about. */
const PART = 65_536;

/** The same text as prom-client makes of these families; those without samples are left out. */
export function textOf(families: Iterable<Family>): Buffer[] {
  const parts: Buffer[] = [];
  let text = '';
  for (const { name, help, type, samples } of families) {
    if (samples.length === 0) continue;
    const between = text === '' && parts.length === 0 ? '' : '\n';
    text += `${between}# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
    for (const { labels, value } of samples) {
      text += `${name}${labels} ${value}\n`;
      if (text.length < PART) continue;
      parts.push(Buffer.from(text));
      text = '';
    }
  }
  if (text !== '') parts.push(Buffer.from(text));
  return parts;
}
