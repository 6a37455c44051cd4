import pino, { type Logger } from 'pino';
import type { LogLevel } from '../config/config.ts';

/** An unexpected error is logged with its message and stack: it is a fault of the program. */
const serializers = { error: pino.stdSerializers.err };

/** The log on standard error: readable text on a terminal, else one JSON object per line. */
export async function createLog(level: LogLevel, terminal: boolean): Promise<Logger> {
  const options = { level, base: null, serializers };
  if (!terminal) return pino({ ...options, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 2, sync: true }));
  const { default: pretty } = await import('pino-pretty');
  return pino(options, pretty({ destination: 2, sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' }));
}
