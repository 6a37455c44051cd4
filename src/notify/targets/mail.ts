import type { SendMail } from '../../transports/mail.ts';
import type { SendMessage } from '../message.ts';

/** Sends a mail of plain text. Mail programs show one with the same Message-ID once. */
export function mailTarget({ from, to }: { from: string; to: readonly string[] }, send: SendMail): SendMessage {
  const domain = /@([^@>\s]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
  return ({ id, title, text }, signal) => send({ from, to, subject: title, text: `${text}\n`, messageId: `<${id}@${domain}>` }, signal);
}
