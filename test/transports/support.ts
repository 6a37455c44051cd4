import { SourceError } from '../../src/errors.ts';
import type { Argv } from '../../src/transports/request.ts';
import type { Machine } from '../../src/transports/run.ts';

export const soon = () => AbortSignal.timeout(10_000);

/** What a command that must fail on `machine` fails with. */
export async function failure(machine: Machine, argv: Argv = ['true'], signal = soon()): Promise<SourceError> {
  const error = await machine.run(argv, null, signal).then(
    () => null,
    (why: unknown) => why,
  );
  if (!(error instanceof SourceError)) throw new Error(`Not a SourceError: ${String(error)}`);
  return error;
}

export const textOf = ({ reason, message }: SourceError): string => `${reason}: ${message}`;
