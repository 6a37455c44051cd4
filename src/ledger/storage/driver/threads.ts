import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Access, Cell } from './driver.ts';
import { errorOf, type Failure } from './node-connection.ts';

export type Call =
  | { do: 'open'; path: string; access: Access }
  | { do: 'exec'; sql: string }
  | { do: 'all'; sql: string; values: readonly Cell[] }
  | { do: 'copy'; to: string }
  | { do: 'close' };

export type Reply = { value: unknown } | { failure: Failure };

/** A thread that has one connection of `node:sqlite` at a time. */
export interface Thread {
  /** Calls are answered in their order. The process may end while none is waiting. */
  call(call: Call): Promise<unknown>;
  /** While it holds a 1, a copy that is running ends. */
  stop: Int32Array;
  end(): void;
}

/** Starting a thread takes 30 ms on a PC and much more on a small board, and connections often follow each other: one is kept so long. */
const KEEP_MS = 2000;
let idle: Thread | null = null;
let ending: NodeJS.Timeout | undefined;

export function takeThread(): Thread {
  clearTimeout(ending);
  const thread = idle ?? startThread();
  idle = null;
  return thread;
}

/** Its connection is closed. */
export function giveBack(thread: Thread): void {
  if (idle !== null) {
    thread.end();
    return;
  }
  idle = thread;
  ending = setTimeout(() => {
    idle = null;
    thread.end();
  }, KEEP_MS).unref();
}

function startThread(): Thread {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  // The same file in src/ and dist/. Without the options of this process: what a debugger or a loader adds is not for this thread.
  const file = new URL(`./node-thread${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(file, { workerData: stop, execArgv: [] });
  const waiting: { resolve(value: unknown): void; reject(error: Error): void }[] = [];
  // Nothing listens to its errors, so they end the process: it fails only for want of memory, or by a bug, as this thread may.
  worker.on('message', (answer: Reply) => {
    const first = waiting.shift();
    if (waiting.length === 0) worker.unref();
    if ('failure' in answer) first?.reject(errorOf(answer.failure));
    else first?.resolve(answer.value);
  });
  worker.unref();
  return {
    call: (call) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        worker.ref();
        worker.postMessage(call);
      }),
    stop,
    end: () => void worker.terminate(),
  };
}
