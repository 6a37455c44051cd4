import type { LogReader } from '../../app/log/log-reader.ts';
import type { ServiceIo } from '../../app/run-service.ts';
import type { Clock } from '../../collector/round.ts';
import type { ConfigInput } from '../../config/input.ts';

/** What a command uses of the process, and nothing else. */
export interface CommandIo extends Omit<ConfigInput, 'cli'> {
  /** `columns`: characters in a line, if it is a terminal. `write` is false where a slow reader should be waited for. */
  stdout: { write: (text: string) => unknown; columns?: number; once?: (event: 'drain', done: () => void) => unknown };
  stderr: { write: (text: string) => unknown };
}

export interface DatedIo extends CommandIo {
  clock: Pick<Clock, 'now'>;
}

export interface OwnedIo extends DatedIo {
  /** The name of the user who runs the program. */
  user: () => string;
}

/** Who changed something, for the audit. */
export const byCommand = ({ user }: OwnedIo): string => `user "${user()}" on this machine`;

export interface ImportIo extends CommandIo {
  clock: Clock;
  stdin: AsyncIterable<Uint8Array | string>;
}

export interface DoctorIo extends CommandIo {
  clock: Clock;
  version: string;
}

export interface ServeIo extends CommandIo, Omit<ServiceIo, 'stdout'> {
  logReader: LogReader;
}

/** Everything, as created by main.ts. */
export interface ProcessIo extends ServeIo, ImportIo, Pick<OwnedIo, 'user'> {}
