import type { SendMail } from '../../transports/mail.ts';
import type { SendMessage } from '../message.ts';

/** Sends a mail of plain text, and of HTML where the message has it. Mail programs show one with the same Message-ID once. */
export function mailTarget({ from, to }: { from: string; to: readonly string[] }, send: SendMail): SendMessage {
  const domain = /@([^@>\s]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
  return ({ id, title, text, html }, signal) =>
    send({ from, to, subject: title, text: `${text}\n`, ...(html !== undefined && { html }), messageId: `<${id}@${domain}>` }, signal);
}
