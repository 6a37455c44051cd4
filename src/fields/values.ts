import { cleanName } from '../domain/name.ts';

/** A value that is wrong. The message follows the quoted text: `is not a rate; write …`. */
export class ValueError extends Error {}

export function parseText(text: string): string {
  if (text.trim() === '') throw new ValueError('is empty; write a value or remove the line');
  if (text.includes('\0')) throw new ValueError('holds a NUL character; remove it');
  return text;
}

/** A name as it may stand in a label: short, visible, without blanks at its ends. */
export function parseName(text: string): string {
  if (text === '' || cleanName(text) !== text) {
    throw new ValueError('is not a name; write up to 63 visible characters, without blanks at the ends');
  }
  return text;
}

/** One of a few words. */
export function choice<const T extends string>(words: readonly T[]): (text: string) => T {
  return (text) => {
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return word;
    throw new ValueError(`is not known here; write ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`);
  };
}

export function parseBoolean(text: string): boolean {
  if (/^(true|yes|on|1)$/i.test(text)) return true;
  if (/^(false|no|off|0)$/i.test(text)) return false;
  throw new ValueError('is neither true nor false; write one of them');
}
