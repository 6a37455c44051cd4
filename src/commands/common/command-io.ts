import type { ServiceIo } from '../../app/run-service.ts';
import type { Clock } from '../../collector/round.ts';
import type { ConfigInput } from '../../config/input.ts';

/** What every command may use of the process: a command reads nothing else. */
export interface CommandIo extends Omit<ConfigInput, 'cli'> {
  stdout: { write: (text: string) => unknown };
  stderr: { write: (text: string) => unknown };
}

export interface DatedIo extends CommandIo {
  clock: Pick<Clock, 'now'>;
}

export interface ImportIo extends CommandIo {
  clock: Clock;
  stdin: AsyncIterable<Uint8Array | string>;
}

export interface DoctorIo extends CommandIo {
  clock: Clock;
  version: string;
}

export interface ServeIo extends CommandIo, ServiceIo {
  /** Standard error is a terminal, so the log is for a person. */
  terminal: boolean;
}

/** All of it, as main.ts makes it. */
export interface ProcessIo extends ServeIo, ImportIo {}
