import { type ChildProcess, spawn } from 'node:child_process';
import { ExitError, SourceError } from '../errors.ts';
import type { Argv } from './request.ts';
import type { Ended } from './run.ts';

const MOST_BYTES = 8 * 1024 * 1024;
const MOST_STDERR = 8 * 1024;
/** Milliseconds between SIGTERM and SIGKILL. */
const GRACE_MS = 1000;

/** Environment variables of started programs; null = those of this process. */
export type ProgramEnvironment = Readonly<Record<string, string | undefined>> | null;

/**
 * Runs a program on this machine, without a shell, until it has ended and closed its output. Accepts at most 8 MiB of output. Rejects with
 * a SourceError if the program cannot be started, prints too much, or `signal` aborts; then it and everything it started is killed.
 */
export function runProcess(argv: Argv, stdin: string | null, signal: AbortSignal, env: ProgramEnvironment): Promise<Ended> {
  const [program = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(late());
    // A separate process group, so that everything the program starts can be killed with it.
    const child = spawn(program, args, {
      stdio: [stdin === null ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      detached: true,
      ...(env && { env }),
    });
    const stdout: Buffer[] = [];
    let size = 0;
    let stderr = Buffer.alloc(0);

    const stop = (why: SourceError) => {
      signal.removeEventListener('abort', onAbort);
      endGroup(child);
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
      reject(why);
    };
    const onAbort = () => stop(late());
    signal.addEventListener('abort', onAbort, { once: true });

    child.once('error', (error) => {
      signal.removeEventListener('abort', onAbort);
      reject(notStarted(program, error));
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MOST_BYTES) stop(new SourceError('too_large', `"${program}" printed more than ${MOST_BYTES / 1024 / 1024} MiB`));
      else stdout.push(chunk);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr = Buffer.concat([stderr, chunk]).subarray(-MOST_STDERR);
    });
    // A program may ignore its input; its exit code shows whether it succeeded.
    child.stdin?.on('error', () => undefined).end(stdin ?? '');
    child.once('close', (code) => {
      signal.removeEventListener('abort', onAbort);
      resolve({ code, stdout: Buffer.concat(stdout).toString('utf8'), stderr: stderr.toString('utf8') });
    });
  });
}

const late = () => new SourceError('timeout', 'no complete answer in time');

/** Terminates the program and everything it started; kills them a second later. */
function endGroup(child: ChildProcess): void {
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS);
  timer.unref();
}

function signalGroup({ pid }: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has already ended, or runs as root with sudo, which ends when its output is closed.
  }
}

/** Uses the exit codes of a shell: 127 for a missing program, 126 for one that may not be run. */
function notStarted(program: string, error: Error): SourceError {
  const code = 'code' in error ? String(error.code) : error.name;
  if (code === 'ENOENT') return new ExitError(127, `"${program}" is not installed on the machine that runs wrtmeter`, { cause: error });
  if (code === 'EACCES') return new ExitError(126, `this user may not run "${program}"`, { cause: error });
  return new SourceError('exec', `could not start "${program}" (${code})`, { cause: error });
}
