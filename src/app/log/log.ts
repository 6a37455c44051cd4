import pino, { type Logger } from 'pino';
import type { LogLevel } from '../../config/config.ts';
import type { LogReader } from './log-reader.ts';

/** An unexpected error is logged with its message and stack: it is a fault of the program. */
const serializers = { error: pino.stdSerializers.err };

/** The log on standard error: readable text for a terminal and the journal, else one JSON object per line. */
export async function createLog(level: LogLevel, reader: LogReader): Promise<Logger> {
  const formatters = { level: (label: string) => ({ level: label }) };
  const standardError = () => pino.destination({ dest: 2, sync: true });
  switch (reader) {
    case 'program':
      return pino({ level, base: null, serializers, formatters, timestamp: pino.stdTimeFunctions.isoTime }, standardError());
    case 'journal': {
      const journal = standardError();
      // The journal has the time and the name of the program itself.
      return pino({ level, base: null, serializers, formatters, timestamp: false }, { write: (line) => journal.write(journalLine(line)) });
    }
    case 'terminal': {
      const { default: pretty } = await import('pino-pretty');
      return pino(
        { level, base: null, serializers },
        pretty({ destination: 2, sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' }),
      );
    }
    default:
      return reader satisfies never;
  }
}

/** Priorities of sd-daemon(3), by pino's names of levels. */
const PRIORITIES: Readonly<Record<string, number>> = { fatal: 2, error: 3, warn: 4, info: 6, debug: 7, trace: 7 };

/** `<4>Cannot read wan of gateway: … {"router":"gateway"}`, from a line of pino's. */
export function journalLine(json: string): string {
  const { level, msg = '', ...fields } = JSON.parse(json) as Record<string, unknown>;
  const rest = Object.keys(fields).length === 0 ? '' : ` ${JSON.stringify(fields)}`;
  // What comes after a line break would be a line of its own, with a priority of its own.
  return `<${PRIORITIES[String(level)] ?? 6}>${String(msg).replace(/\s*[\r\n]+\s*/g, ' ')}${rest}\n`;
}
