import type { Access, Database, Driver, LockConnection, Row } from './driver.ts';
import { errorOf, failureOf, openHere } from './node-connection.ts';
import { type Call, giveBack, takeThread } from './threads.ts';

/**
 * The SQLite that is part of Node. Its calls wait for the disk, so each connection has a thread of its own: a commit on a slow card delays
 * no scrape, and a long answer no commit. A thread takes 10 MB of memory; a lock, which is held and not used, does without one.
 */
export const nodeDriver = (): Driver => ({ name: 'node', sqlite: process.versions.sqlite ?? '', open, openLock });

async function open(path: string, access: Access): Promise<Database> {
  const thread = takeThread();
  let closed = false;
  // When it is closed, the thread belongs to another connection.
  const call = (call: Call) => (closed ? Promise.reject(new Error('The connection is closed')) : thread.call(call));
  const close = async () => {
    if (closed) return;
    const done = call({ do: 'close' });
    closed = true;
    await done.catch(() => undefined);
    giveBack(thread);
  };
  try {
    await call({ do: 'open', path, access });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    exec: async (sql) => void (await call({ do: 'exec', sql })),
    all: async (sql, ...values) => (await call({ do: 'all', sql, values })) as Row[],
    async copyTo(to) {
      Atomics.store(thread.stop, 0, 0);
      await call({ do: 'copy', to });
    },
    interrupt: () => void (closed || Atomics.store(thread.stop, 0, 1)),
    close,
  };
}

async function openLock(path: string): Promise<LockConnection> {
  const connection = translated(() => openHere(path, 'create'));
  let closed = false;
  return {
    exec: async (sql) => translated(() => connection.exec(sql)),
    async close() {
      if (!closed) connection.close();
      closed = true;
    },
  };
}

function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw errorOf(failureOf(error));
  }
}
