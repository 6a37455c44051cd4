// A thread of threads.ts: answers calls on one connection of node:sqlite, in their order.
import { parentPort, workerData } from 'node:worker_threads';
import { failureOf, type NodeConnection, openHere } from './node-connection.ts';
import type { Call, Reply } from './threads.ts';

const stop: Int32Array = workerData;
let connection: NodeConnection | null = null;
let last: Promise<void> = Promise.resolve();

function run(call: Call): unknown {
  if (call.do === 'open') {
    connection = openHere(call.path, call.access);
    return null;
  }
  if (connection === null) throw new Error('No connection is open');
  switch (call.do) {
    case 'exec':
      return connection.exec(call.sql);
    case 'all':
      return connection.all(call.sql, ...call.values);
    case 'copy':
      return connection.copyTo(call.to, () => Atomics.load(stop, 0) === 1);
    case 'close':
      connection.close();
      connection = null;
      return null;
    default:
      return call satisfies never;
  }
}

async function answer(call: Call): Promise<Reply> {
  try {
    return { value: await run(call) };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

parentPort?.on('message', (call: Call) => {
  last = last.then(async () => parentPort?.postMessage(await answer(call)));
});
