import { SourceError } from '../errors.ts';
import { type ProgramEnvironment, runProcess } from './process.ts';
import type { Argv } from './request.ts';
import { type Machine, outputOf } from './run.ts';

/** This machine. `env` is the environment of the programs. */
export function thisMachine(env: ProgramEnvironment = null): Machine {
  const run: Machine['run'] = async (argv, stdin, signal) => outputOf(argv[0] ?? '', await runProcess(argv, stdin, signal, env));
  return {
    run,
    each: async (argvs, signal) => {
      const outputs: (string | SourceError)[] = [];
      for (const argv of argvs) outputs.push(await caught(run(argv, null, signal)));
      return outputs;
    },
  };
}

/** A machine that wraps every command in another one: `sudo`, `docker exec`. */
export function within(machine: Machine, wrap: (argv: Argv) => Argv): Machine {
  return {
    run: (argv, stdin, signal) => machine.run(wrap(argv), stdin, signal),
    each: (argvs, signal) => machine.each(argvs.map(wrap), signal),
  };
}

/** Runs a command as root with sudo, which must not prompt. */
export const sudo = (argv: Argv): Argv => ['sudo', '-n', '--', ...argv];

/** Runs a command in a running container. The configuration has checked the name. */
export const inContainer =
  (container: string) =>
  (argv: Argv): Argv => ['docker', 'exec', '-i', container, ...argv];

async function caught(output: Promise<string>): Promise<string | SourceError> {
  try {
    return await output;
  } catch (error) {
    if (error instanceof SourceError) return error;
    throw error;
  }
}
