/** Bytes of both directions since counting began, by tariff. Neither falls. */
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

/**
 * A line as the older TP-Link logger wrote it: Unix seconds, then bytes of both directions. `Total Bytes`, `On-Peak` and `Off-Peak` are sums
 * since counting began, `Delta` is since the line before.
 */
export const loggerLine = ({ time, delta, onPeak, offPeak }: LoggerLine): string =>
  `${[time, onPeak + offPeak, delta, onPeak, offPeak].join(', ')}\n`;

/** Reads a line; null for the header and for what is none. */
export function parseLoggerLine(text: string): LoggerLine | null {
  const cells = text.split(',').map((cell) => cell.trim());
  if (cells.length !== 5 || !cells.every((cell) => /^\d{1,16}$/.test(cell))) return null;
  const [time = 0, , delta = 0, onPeak = 0, offPeak = 0] = cells.map(Number);
  return { time, delta, onPeak, offPeak };
}

/**
 * The line after `last`, whose sums never fall: where the file knows more than what is counted now (it is of an older program, or the ledger
 * was restored), it continues from its own figures. `ahead` is how much more it knows.
 */
export function nextLine(last: LoggerLine | null, time: number, sums: Peaks, ahead: Peaks): LoggerLine {
  const onPeak = Math.max(last?.onPeak ?? 0, sums.onPeak + ahead.onPeak);
  const offPeak = Math.max(last?.offPeak ?? 0, sums.offPeak + ahead.offPeak);
  const before = last === null ? 0 : last.onPeak + last.offPeak;
  return { time, onPeak, offPeak, delta: last === null ? 0 : onPeak + offPeak - before };
}

/** How much more the last line of a file knows than what is counted now. */
export const aheadOf = (last: LoggerLine | null, sums: Peaks): Peaks => ({
  onPeak: Math.max(0, (last?.onPeak ?? 0) - sums.onPeak),
  offPeak: Math.max(0, (last?.offPeak ?? 0) - sums.offPeak),
});
