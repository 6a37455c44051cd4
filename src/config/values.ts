import { isIP } from 'node:net';
import { isOfDevice, macOfPeople } from '../domain/mac.ts';
import { didYouMean } from '../domain/names/nearest.ts';
import { readDuration, readRate, SECONDS } from '../domain/people/rate.ts';
import { readSize } from '../domain/people/size.ts';
import { ValueError } from '../fields/values.ts';
import type { Listen } from './config.ts';

/** `ADDR:PORT`, `[IPV6]:PORT`, `:PORT` or `PORT`. Port 0 takes any free one. */
export function parseListen(text: string): Listen {
  const match = /^(?:\[(?<v6>[^\]]+)\]:|(?<host>[^:[\]\s/]*):)?(?<port>\d{1,5})$/.exec(text)?.groups;
  const host = match?.v6 ?? (match?.host || '0.0.0.0');
  const port = Number(match?.port);
  const known = match?.v6 === undefined ? isIP(host) === 4 || isHostName(host) : isIP(host) === 6;
  if (match === undefined || !known || port > 65535) {
    throw new ValueError('is not an address and port; use for example 0.0.0.0:9780, [::]:9780 or 127.0.0.1:9780');
  }
  return { host, port };
}

// An invalid address such as 192.168.1.300 must not pass as a host name.
const isHostName = (text: string): boolean => /^(?=.*[a-z])[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i.test(text);

/** IANA name of a time zone. Offsets are refused: they have no daylight saving time. */
export function parseTimeZone(text: string): string {
  if (isTimeZone(text)) return text;
  const near = didYouMean(text, Intl.supportedValuesOf('timeZone'), 'use for example Europe/Berlin or UTC');
  throw new ValueError(`is not a time zone; ${near}`);
}

/** Whether the text is an IANA time zone. */
export function isTimeZone(text: string): boolean {
  try {
    return /^[a-z]/i.test(text) && new Intl.DateTimeFormat('en', { timeZone: text }) instanceof Intl.DateTimeFormat;
  } catch {
    return false;
  }
}

/** Day of the month on which a billing period starts. */
export function parseDay(text: string): number {
  const day = Number(text);
  if (!/^\d{1,2}$/.test(text) || day < 1 || day > 31) throw new ValueError('is not a day of the month; use a number from 1 to 31');
  return day;
}

/** `5m`, `1h30m`, `30d` or plain seconds, between two bounds in seconds; 0 is off where `zero` allows it. */
export function duration(bounds: { least: number; most: number; zero?: boolean }): (text: string) => number {
  return (text) => {
    const seconds = readDuration(text);
    if (seconds === null) throw new ValueError('is not a duration; use for example 90s, 5m, 1h30m or 30d');
    if (seconds === 0 && bounds.zero) return 0;
    if (seconds < bounds.least) {
      throw new ValueError(`is too short; use at least ${formatDuration(bounds.least)}${bounds.zero ? ', or 0 for off' : ''}`);
    }
    if (seconds > bounds.most) throw new ValueError(`is too long; use at most ${formatDuration(bounds.most)}`);
    return seconds;
  };
}

/** Seconds as text that `duration` reads. */
export function formatDuration(seconds: number): string {
  let [rest, text] = [seconds, ''];
  for (const [unit, size] of Object.entries(SECONDS)) {
    // A person writes 62d, not 8w6d.
    const count = unit === 'w' && rest % size !== 0 ? 0 : Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) text += `${count}${unit}`;
  }
  return text || '0s';
}

/** Seconds that a round, or one router in it, may take. */
export const parseTimeout = duration({ least: 1, most: 60 });

/** Bits per second, as `readRate` reads them. */
export function parseRate(text: string): number {
  const rate = readRate(text);
  if (typeof rate === 'string') throw new ValueError(rate);
  return rate;
}

/** Bytes, as `readSize` reads them. */
export function parseSize(text: string): number {
  const size = readSize(text);
  if (typeof size === 'string') throw new ValueError(size);
  return size;
}

/** A device's MAC in any usual notation, as lower case with colons. */
export function parseDeviceMac(text: string): string {
  const mac = macOfPeople(text);
  if (mac === null) throw new ValueError('is not a MAC; use for example 02:00:00:00:00:01');
  if (!isOfDevice(mac)) {
    throw new ValueError('is not the MAC of a single device; use the MAC that the device itself shows');
  }
  return mac;
}
