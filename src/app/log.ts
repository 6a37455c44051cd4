import pino, { type Logger } from 'pino';
import type { LogLevel } from '../config/config.ts';

/** The log on standard error: readable text on a terminal, else one JSON object per line. */
export async function createLog(level: LogLevel, terminal: boolean): Promise<Logger> {
  if (!terminal) return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 2, sync: true }));
  const { default: pretty } = await import('pino-pretty');
  return pino({ level, base: null }, pretty({ destination: 2, sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' }));
}
