import { quote, SourceError } from '../../../errors.ts';
import type { HttpAnswer } from '../../../transports/request.ts';
import { notUnderstood } from '../reading.ts';

const MOST_CHARACTERS = 512 * 1024;

/** What these routers answer: whether it worked, its data, or a word for what is wrong. */
export interface StokAnswer {
  success: boolean;
  data: unknown;
  errorcode: string | null;
}

/** Parses an answer. Throws a SourceError where it is not one, also where the login has expired. */
export function parseAnswer({ status, text }: Pick<HttpAnswer, 'status' | 'text'>): StokAnswer {
  if (text.length > MOST_CHARACTERS) throw new SourceError('too_large', `the answer has more than ${MOST_CHARACTERS} characters`);
  if (status === 401 || status === 403)
    throw new SourceError('auth', `status ${status}: the login has ended, as when somebody else logs in`);
  const value = jsonOf(text);
  if (value !== undefined && isObject(value) && ('success' in value || 'errorcode' in value)) {
    const { success, data, errorcode } = value;
    const inner = isObject(data) ? data.errorcode : undefined;
    const code = [errorcode, inner].find((one) => typeof one === 'string' || typeof one === 'number');
    return { success: success === true, data, errorcode: code === undefined ? null : String(code) };
  }
  if (status !== 200) throw new SourceError('status', `status ${status}`);
  if (/^\s*[{[]/.test(text) && value === undefined) throw new SourceError('truncated', 'the answer is cut short: its JSON does not end');
  throw notUnderstood(text, 'JSON with "success"');
}

/** The data of an answer that worked. Throws a SourceError. */
export function dataOf(answer: HttpAnswer): unknown {
  const { success, data, errorcode } = parseAnswer(answer);
  if (success) return data;
  throw new SourceError(
    'status',
    errorcode === null ? 'the router says that the request failed' : `the router answers ${quote(errorcode)}`,
  );
}

/** A list of objects, itself or under one of the names. What is none is an empty one: it is skipped, as what makes no sense is. */
export function listIn(data: unknown, names: readonly string[] = []): Record<string, unknown>[] | null {
  const list = Array.isArray(data) ? data : isObject(data) ? names.map((name) => data[name]).find(Array.isArray) : undefined;
  // An empty table is an empty object in some firmware, as Lua writes it.
  if (list === undefined) return isObject(data) && Object.keys(data).length === 0 ? [] : null;
  return list.map((entry: unknown) => (isObject(entry) ? entry : {}));
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
