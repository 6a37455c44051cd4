import { instantText } from '../../domain/calendar.ts';
import type { SendRequest } from '../../transports/request.ts';
import type { SendMessage } from '../message.ts';

/** Posts JSON to an address of the user's own; docs/run/notices.md has its shape. A receiver can tell a repeated message by its id. */
export function webhookTarget({ url }: { url: string }, send: SendRequest): SendMessage {
  return async ({ id, title, text, notices }, signal) => {
    const body = JSON.stringify({
      version: 1,
      id,
      title,
      text,
      notices: notices.map(({ key, kind, subject, text: each, at }) => ({ key, kind, subject, text: each, at: instantText(at) })),
    });
    await send({ url, body, headers: { 'content-type': 'application/json', 'idempotency-key': id }, ignoresBody: true }, signal);
  };
}
