import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A process of the benchmark's own, which tells and is told over IPC. */
export interface Child {
  tell(message: string | number): void;
  /** What it tells next; rejects when it ends instead. */
  next(): Promise<unknown>;
  close(): Promise<void>;
}

/** Runs a TypeScript file. */
export function startChild(file: URL, args: readonly (string | number)[]): Child {
  const path = fileURLToPath(file);
  const child = fork(path, args.map(String), { execArgv: ['--import', 'tsx'] });
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`${path} ended with ${signal ?? code}`)));
  });
  ended.catch(() => {});
  return {
    tell: (message) => void child.send(message),
    next: async () => (await Promise.race([once(child, 'message'), ended]))[0],
    async close() {
      if (child.connected) child.disconnect();
      await ended.catch(() => {});
    },
  };
}
