import { ValueError } from '../../fields/values.ts';
import type { Quiet } from '../../notify/target.ts';

/** `22:00-07:00`, by the local clock. Throws a ValueError. */
export function parseQuiet(text: string): Quiet {
  const [, ...parts] = /^([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-4]):([0-5]\d)$/.exec(text) ?? [];
  const [fromHour, fromMinute, toHour, toMinute] = parts.map(Number);
  if (fromHour === undefined || fromMinute === undefined || toHour === undefined || toMinute === undefined || toHour * 60 + toMinute > 1440)
    throw new ValueError('is not a time of day; use for example 22:00-07:00');
  const quiet = { from: fromHour * 60 + fromMinute, to: toHour * 60 + toMinute };
  if (quiet.from === quiet.to || quiet.to - quiet.from === 1440)
    throw new ValueError('leaves no time to send anything; use for example 22:00-07:00, or remove the target');
  return quiet;
}

/** Priority of ntfy, by its number. Throws a ValueError. */
export function parsePriority(text: string): number {
  if (!/^[1-5]$/.test(text)) throw new ValueError('is not a priority of ntfy; use a number from 1 (lowest) to 5 (highest)');
  return Number(text);
}

/** A topic of ntfy: the server and one word. Throws a ValueError. */
export function checkTopic(url: string): void {
  if (!/^\/(?:[^/?#]+\/)*[-_A-Za-z0-9]{1,64}\/?$/.test(new URL(url).pathname) || new URL(url).search !== '')
    throw new ValueError('has no topic; use for example https://ntfy.example.net/home');
}

/** The number of a chat, or the name of a channel. Throws a ValueError. */
export function parseChat(text: string): string {
  if (!/^(-?\d{1,20}|@\w{3,64})$/.test(text)) throw new ValueError('is not a chat; use its number, or @name for a channel');
  return text;
}

/** Part of an address of Telegram, so nothing else may be in it. Throws a ValueError. */
export function parseBotToken(text: string): string {
  if (!/^\d+:[\w-]+$/.test(text))
    throw new ValueError('is not the token of a bot; use the one that @BotFather gave you, such as 123456:ABC-DEF');
  return text;
}

/** `home@example.net` or `Home <home@example.net>`. Throws a ValueError. */
export function parseAddress(text: string): string {
  if (!/^(?:[^<>\p{Cc}]*<[^\s@<>,;\p{Cc}]+@[^\s@<>,;\p{Cc}]+>|[^\s@<>,;\p{Cc}]+@[^\s@<>,;\p{Cc}]+)$/u.test(text))
    throw new ValueError('is not a mail address; use for example anna@example.net');
  return text;
}

export interface MailServer {
  host: string;
  port: number;
  secure: boolean;
}

/** `smtp://mail.example.net:587` or `smtps://mail.example.net`. Throws a ValueError. */
export function parseSmtp(text: string): MailServer {
  const url = /^smtps?:\/\/[^\s/]+\/?$/i.test(text) && URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.hostname === '')
    throw new ValueError('is not a mail server; use for example smtps://mail.example.net or smtp://mail.example.net:587');
  if (url.username !== '' || url.password !== '') throw new ValueError('contains a user name; use username and password_file instead');
  const secure = url.protocol === 'smtps:';
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? (secure ? 465 : 587) : Number(url.port), secure };
}
