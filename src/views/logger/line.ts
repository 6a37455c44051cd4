/** Bytes of both directions since counting began, by tariff: together they are all bytes. Neither falls. */
export interface Peaks {
  onPeak: number;
  offPeak: number;
}

/** A line of a logger's file. */
export interface LoggerLine extends Peaks {
  /** Unix seconds. */
  time: number;
  /** Bytes since the line before. */
  delta: number;
}

/** The first line of each file. */
export const LOGGER_HEADER = 'Time, Total Bytes, Delta, On-Peak, Off-Peak\n';

const fieldsOf = (text: string): string[] => text.split(',').map((cell) => cell.trim());

export const totalOf = ({ onPeak, offPeak }: Peaks): number => onPeak + offPeak;

/**
 * A line as the older TP-Link logger wrote it: Unix seconds, then bytes of both directions. `Total Bytes`, `On-Peak` and `Off-Peak` are sums
 * since counting began, `Delta` is since the line before. Numbers only, so no name can become a formula.
 */
export const loggerLine = (line: LoggerLine): string => `${[line.time, totalOf(line), line.delta, line.onPeak, line.offPeak].join(', ')}\n`;

/** Reads a line; null for the header and for what is none. The older program may have written its time with a fraction. */
export function parseLoggerLine(text: string): LoggerLine | null {
  const cells = fieldsOf(text);
  const [time = 0, , delta = 0, onPeak = 0, offPeak = 0] = cells.map(Number);
  const isLine =
    cells.length === 5 && /^\d{1,15}(\.\d{1,9})?$/.test(cells[0] ?? '') && cells.slice(1).every((cell) => /^\d{1,16}$/.test(cell));
  return isLine ? { time: Math.floor(time), delta, onPeak, offPeak } : null;
}

/** Whether a first line is that of such a file. */
export const isLoggerHeader = (text: string): boolean => fieldsOf(text).join() === fieldsOf(LOGGER_HEADER).join();
