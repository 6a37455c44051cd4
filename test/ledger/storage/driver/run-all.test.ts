import { expect } from 'chai';
import type { Batch } from '../../../../src/ledger/storage/driver/driver.ts';
import { runAll } from '../../../../src/ledger/storage/driver/run-all.ts';

describe('running the statements of a transaction', () => {
  const LONG = 'x'.repeat(200_000);
  const NUMBERS = [
    [1, null],
    [2.5, -3],
  ];
  const BATCHES: Batch[] = [
    { sql: "a json_each(?), '?' = json_extract(?1, 'it''s ?')", rows: [[1, "x'"]] },
    { sql: 'left out', rows: [] },
    { sql: LONG, rows: null },
    { sql: 'b', rows: null },
    { sql: 'c VALUES ? d', rows: NUMBERS, as: 'values' },
  ];
  const CALLS = [
    `BEGIN IMMEDIATE;\na json_each('[[1,"x''"]]'), '?' = json_extract('[[1,"x''"]]', 'it''s ?');\n${LONG}`,
    ';\nb;\nc VALUES (1,null), (2.5,-3) d;\nCOMMIT',
  ];

  /** Notes calls, one of which fails, and when each ends. */
  function database(failing = '') {
    const calls: string[] = [];
    let running = 0;
    return {
      calls,
      isRunning: () => running > 0,
      async exec(text: string) {
        expect(running++, `${text} begins while another call runs`).to.equal(0);
        calls.push(text);
        await new Promise(setImmediate);
        running -= 1;
        if (text === failing) throw new Error(text);
      },
    };
  }

  it('is done in their order, those of a small home in one call', async () => {
    const { calls, ...connection } = database();
    await runAll(connection, BATCHES);
    expect(calls).to.deep.equal(CALLS);
  });

  it('makes the text of the next statements while a call runs', async () => {
    const connection = database();
    let wasRunning = false;
    const next = {
      sql: 'd ?',
      get rows() {
        wasRunning = connection.isRunning();
        return [];
      },
    };
    await runAll(connection, [{ sql: LONG, rows: null }, next]);
    expect(wasRunning).to.equal(true);
  });

  it('writes rows of numbers in parts', async () => {
    const { calls, ...connection } = database();
    const rows = Array.from({ length: 10_000 }, (_, i) => [i]);
    await runAll(connection, [{ sql: 'c VALUES ?', rows, as: 'values' }]);
    const parts = calls.join('').split('c VALUES ').slice(1);
    expect(parts).to.have.length(3);
    expect(parts.flatMap((part) => part.match(/(?<=\()\d+/g) ?? [])).to.deep.equal(rows.map(String));
  });

  it('writes other rows in parts too', async () => {
    const { calls, ...connection } = database();
    const rows = Array.from({ length: 10_000 }, (_, i) => [String(i)]);
    await runAll(connection, [{ sql: 'e(?1, ?1)', rows }]);
    const parts = [...calls.join('').matchAll(/e\('(.*)', '(.*)'\)/g)];
    expect(parts).to.have.length(3);
    for (const [, one, other] of parts) expect(one).to.equal(other);
    expect(parts.flatMap(([, json = '']) => JSON.parse(json))).to.deep.equal(rows);
  });

  it('ends with the first call that fails', async () => {
    for (const failing of CALLS) {
      const { calls, ...connection } = database(failing);
      const error: unknown = await runAll(connection, BATCHES).catch((reason: unknown) => reason);
      expect(error).to.be.an('error').with.property('message', failing);
      expect(calls.at(-1)).to.equal(failing);
    }
  });

  it('ends with what keeps a text from being made, also where the call before it fails later', async () => {
    const { calls: _, ...connection } = database(`BEGIN IMMEDIATE;\n${LONG}`);
    const unmade = { sql: 'd ?', rows: [[1n as unknown as number]] };
    const error: unknown = await runAll(connection, [{ sql: LONG, rows: null }, unmade]).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(TypeError);
    // Mocha fails the test for a rejection that nobody handles.
    await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it('without statements is an empty transaction', async () => {
    const { calls, ...connection } = database();
    await runAll(connection, []);
    expect(calls).to.deep.equal(['BEGIN IMMEDIATE;\nCOMMIT']);
  });
});
