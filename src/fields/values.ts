import { cleanName } from '../domain/names/name.ts';

/** A wrong value. The message follows the quoted value: `is not a rate; use …`. */
export class ValueError extends Error {}

/** Any text that is not empty. Throws a ValueError. */
export function parseText(text: string): string {
  if (text.trim() === '') throw new ValueError('is empty; set a value or leave it out');
  if (text.includes('\0')) throw new ValueError('contains a NUL character; remove it');
  return text;
}

/** A name that is valid in a label: short, visible, without spaces at its ends. */
export function parseName(text: string): string {
  if (text === '' || cleanName(text) !== text) {
    throw new ValueError('is not a valid name; use up to 63 visible characters, without spaces at the start or end');
  }
  return text;
}

/** One of the given words. */
export function choice<const T extends string>(words: readonly T[]): (text: string) => T {
  return (text) => {
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return word;
    throw new ValueError(`is not a valid value; use ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`);
  };
}

/** `true`, `yes`, `on` and `1`, or their opposites. Throws a ValueError. */
export function parseBoolean(text: string): boolean {
  if (/^(true|yes|on|1)$/i.test(text)) return true;
  if (/^(false|no|off|0)$/i.test(text)) return false;
  throw new ValueError('is neither true nor false; use one of them');
}
