import { quote } from '../errors.ts';
import type { Files } from './files.ts';
import { fail, type Located, type Problems } from './problems.ts';
import { ValueError } from './values.ts';

/** RFC 6750 allows no spaces in a token, and fetch throws on an invalid header. */
export function parseToken(text: string): string {
  if (text === '') throw new ValueError('is empty; set it');
  if (/[\r\n]/.test(text)) throw new ValueError('has more than one line; use one');
  if (!/^[\x21-\x7e]+$/.test(text))
    throw new ValueError('has a space or another character that a header cannot carry; use letters, digits and punctuation');
  return text;
}

/** In basic authentication, a colon ends the user name (RFC 7617). */
export function parseUsername(text: string): string {
  if (!/^[^\p{Cc}:]+$/u.test(text)) throw new ValueError('is not a user name; use one without colons');
  return text;
}

/** One line of text. Throws a ValueError. */
export function parsePassword(text: string): string {
  if (text === '') throw new ValueError('is empty; set it');
  if (!/^[^\p{Cc}]+$/u.test(text)) throw new ValueError('has a line break or a control character; use one line of text');
  return text;
}

/** A secret as written, or from the file that is named in its place. */
export async function secretOf<T>(
  here: Located<T> | undefined,
  file: Located<string> | undefined,
  parse: (text: string) => T,
  files: Files,
  problems: Problems,
): Promise<Located<T> | undefined> {
  if (file === undefined) return here;
  if (here !== undefined) {
    fail(problems, file.place, 'cannot be used together with the secret itself; remove one of them');
    return here;
  }
  // Someone may enter the secret instead of a path, so only show what looks like a path.
  const called = /^\.{0,2}\//.test(file.value) ? quote(file.value, 200) : 'the file named here';
  const text = await files.read(file, problems, called);
  if (text === null) return undefined;
  try {
    return { value: parse(text.replace(/\r?\n$/, '')), place: file.place };
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    fail(problems, file.place, `the secret in this file ${error.message}`);
  }
}
