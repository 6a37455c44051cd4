import { createHash } from 'node:crypto';
import { SourceError } from '../../errors.ts';
import type { Login } from '../../fields/urls.ts';
import { ownCopy } from '../known-lines.ts';
import type { SourceReading } from '../source.ts';
import { Refusal } from './refusal.ts';

/** What is shorter is in too many words. */
const SHORTEST = 3;

/** What must not get into a message although a router repeats it. */
export interface Secrets {
  /** The token of a session. */
  addToken(token: string): void;
  /** The text with `…` for each secret. */
  hide(text: string): string;
  /** The same error, if nothing had to be hidden. */
  hideError<T>(error: T): T | SourceError;
  hideReading(reading: SourceReading): SourceReading;
}

/** The password of a login, its hashes, and how it is sent; and the last tokens, at most `mostTokens`. */
export function secretsOf({ username, password }: Login, mostTokens = Number.POSITIVE_INFINITY): Secrets {
  const md5 = (text: string) => createHash('md5').update(text).digest('hex');
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const hash = md5(password);
  const secrets = [password, hash, md5(`${username}${password}`), `${username}:${password}`, `${username}:${hash}`];
  const forms = secrets.flatMap((secret) => [
    secret,
    base64(secret),
    base64(secret).replace(/=+$/, ''),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
  ]);
  let tokens: string[] = [];

  // The longest first: one may be a part of another. A message may be cut within one.
  const hide = (text: string) =>
    [...forms, ...tokens]
      .filter(({ length }) => length >= SHORTEST)
      .sort((a, b) => b.length - a.length)
      .reduce((hidden, secret) => withoutStart(hidden.replaceAll(secret, '…'), secret), text);

  /** What a router said is in quotes. Our own words stay: without one of them everybody would know a password that is such a word. */
  const hideQuoted = (message: string) => message.replace(/"(?:[^"\\]|\\.)*"/g, hide);

  function hideError<T>(error: T): T | SourceError {
    if (!(error instanceof SourceError)) return error;
    const message = hideQuoted(error.message);
    if (message === error.message) return error;
    return error instanceof Refusal ? new Refusal(error.kind, message, error.reason) : new SourceError(error.reason, message);
  }

  return {
    addToken: (token) => {
      tokens = [ownCopy(token), ...tokens].slice(0, mostTokens);
    },
    hide,
    hideError,
    hideReading: ({ skippedBecause, unread, observation, ...rest }) => ({
      ...rest,
      observation: hideError(observation),
      ...(skippedBecause && { skippedBecause: skippedBecause.map(hideQuoted) }),
      ...(unread && { unread: unread.map(hide) }),
    }),
  };
}

/** Without the first part of a secret that a message was cut in. */
function withoutStart(text: string, secret: string): string {
  if (!text.includes('…')) return text;
  for (let length = secret.length - 1; length >= SHORTEST; length -= 1) {
    const start = `${secret.slice(0, length)}…`;
    if (text.includes(start)) return text.replaceAll(start, '…');
  }
  return text;
}
