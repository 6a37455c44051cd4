import { createHash } from 'node:crypto';
import type { Notice } from '../domain/people/notice.ts';

/** One or more notices, as a target is sent them. */
export interface Message {
  /** The same for the same notices to the same target; at most 64 letters and digits. */
  id: string;
  title: string;
  text: string;
  /** The same as a page, for mail; absent where there is only text. */
  html?: string;
  notices: readonly Notice[];
}

/** Sends a message to a target. Rejects with a SourceError without secrets. */
export type SendMessage = (message: Message, signal: AbortSignal) => Promise<void>;

/** Notices that a message tells in full; the others are counted. */
const MOST_TOLD = 20;
/** Bytes of a text: ntfy takes 4,096, Telegram as many characters. */
const MOST_BYTES = 3800;

/** The id of a message that was not sent before. */
export const messageId = (target: string, notices: readonly Notice[]): string =>
  createHash('sha256')
    .update(JSON.stringify([target, ...notices.map(({ key }) => key)]))
    .digest('hex')
    .slice(0, 32);

/** Makes one message of notices; `title` goes before its own. */
export function messageOf(id: string, notices: readonly Notice[], title: string | null): Message {
  const [first] = notices;
  const subject = notices.length === 1 ? (first?.subject ?? '') : `${notices.length} notices: ${first?.subject ?? ''} …`;
  return { id, title: `${title === null ? '' : `${title}: `}${subject}`, text: textOf(notices), notices };
}

function textOf(notices: readonly Notice[]): string {
  const [first] = notices;
  if (notices.length === 1) return cut(first?.text ?? '');
  const parts = notices.slice(0, MOST_TOLD).map(({ subject, text }) => `${subject}\n${text}`.trim());
  const reported: string[] = [];
  let room = MOST_BYTES;
  for (const part of parts) {
    room -= Buffer.byteLength(part) + 2;
    if (room < 0 && reported.length > 0) break;
    reported.push(cut(part));
  }
  const left = notices.length - reported.length;
  return [...reported, ...(left > 0 ? [`… and ${left} more`] : [])].join('\n\n');
}

/** At most `MOST_BYTES` bytes, never half a character. */
function cut(text: string): string {
  if (Buffer.byteLength(text) <= MOST_BYTES) return text;
  const part = Buffer.from(text).subarray(0, MOST_BYTES - 3);
  return `${new TextDecoder('utf-8').decode(part, { stream: true })}…`;
}
