import { SourceError } from '../../errors.ts';
import type { SendRequest } from '../../transports/request.ts';
import type { SendMessage } from '../message.ts';

/** What Telegram answers where the bot, its token or the chat is wrong (core.telegram.org/bots/api, "Making requests"). */
const REASONS: Readonly<Record<number, string>> = {
  400: 'Telegram does not know the chat: check chat, and send the bot a message once',
  401: 'Telegram does not know the token: check token',
  403: 'the bot may not write to the chat: send it a message once, or add it to the group',
  404: 'Telegram does not know the token: check token',
  429: 'Telegram refuses messages for now',
};

/** Sends plain text with sendMessage of the bot API. The token is part of the address, so no message shows it. */
export function telegramTarget({ url, chat, token }: { url: string; chat: string; token: string }, send: SendRequest): SendMessage {
  const address = `${url.replace(/\/$/, '')}/bot${token}/sendMessage`;
  return async ({ title, text }, signal) => {
    const body = JSON.stringify({ chat_id: chat, text: `${title}\n\n${text}`, link_preview_options: { is_disabled: true } });
    const headers = { 'content-type': 'application/json' };
    const accepts = Object.keys(REASONS).map(Number);
    const { status } = await send({ url: address, body, headers, accepts, ignoresBody: true }, signal);
    const reason = REASONS[status];
    if (reason !== undefined) throw new SourceError(status === 401 || status === 404 ? 'auth' : 'status', `status ${status}: ${reason}`);
  };
}
