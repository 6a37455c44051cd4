import { expect } from 'chai';
import { runAll } from '../../../../src/ledger/storage/driver/run-all.ts';

describe('running the statements of a transaction', () => {
  const BATCHES = [
    { sql: 'a', rows: [[1, 'x']] },
    { sql: 'left out', rows: [] },
    { sql: 'b', rows: null },
    { sql: 'c', rows: null },
    { sql: 'left out too', rows: [] },
    { sql: 'd', rows: [[null]] },
    { sql: 'e', rows: null },
  ];

  /** Notes calls, one of which fails, and when each ends. */
  function database(failing = '') {
    const calls: string[] = [];
    let running = 0;
    const call = async (text: string) => {
      expect(running++, `${text} begins while another call runs`).to.equal(0);
      calls.push(text);
      await new Promise(setImmediate);
      running -= 1;
      if (text === failing) throw new Error(text);
    };
    return { calls, exec: call, bulk: (sql: string, json: string) => call(`${sql} ${json}`) };
  }

  it('is done in their order, one at a time; those without rows go together, the last with the commit', async () => {
    const { calls, ...connection } = database();
    await runAll(connection, BATCHES);
    expect(calls).to.deep.equal(['BEGIN IMMEDIATE', 'a [[1,"x"]]', 'b;\nc', 'd [[null]]', 'e;\nCOMMIT']);
  });

  it('ends with the first that fails', async () => {
    for (const failing of ['BEGIN IMMEDIATE', 'a [[1,"x"]]', 'b;\nc', 'd [[null]]', 'e;\nCOMMIT']) {
      const { calls, ...connection } = database(failing);
      const error: unknown = await runAll(connection, BATCHES).catch((reason: unknown) => reason);
      expect(error).to.be.an('error').with.property('message', failing);
      expect(calls.at(-1)).to.equal(failing);
    }
  });

  it('without statements is an empty transaction', async () => {
    const { calls, ...connection } = database();
    await runAll(connection, []);
    expect(calls).to.deep.equal(['BEGIN IMMEDIATE', 'COMMIT']);
  });
});
