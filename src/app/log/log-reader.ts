import { fstatSync } from 'node:fs';

/** Who reads standard error: a person at a terminal, systemd's journal, or a program. */
export type LogReader = 'terminal' | 'journal' | 'program';

/** systemd sets JOURNAL_STREAM to the device and inode of the journal; programs that a service starts inherit it, but not the stream. */
export function logReader(terminal: boolean, journal: string | undefined): LogReader {
  if (terminal) return 'terminal';
  const { dev, ino } = fstatSync(2);
  return journal === `${dev}:${ino}` ? 'journal' : 'program';
}
