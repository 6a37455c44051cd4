import { expect } from 'chai';
import { runAll } from '../../../../src/ledger/storage/driver/run-all.ts';

describe('running the statements of a transaction', () => {
  const LONG = 'x'.repeat(200_000);
  const BATCHES = [
    { sql: "a json_each(?), '?' = json_extract(?1, '$[0]')", rows: [[1, "x'"]] },
    { sql: 'left out', rows: [] },
    { sql: LONG, rows: null },
    { sql: 'b', rows: null },
    {
      sql: 'c VALUES ? d',
      rows: [
        [1, null],
        [2.5, -3],
      ],
    },
  ];
  const CALLS = [
    `BEGIN IMMEDIATE;\na json_each('[[1,"x''"]]'), '?' = json_extract('[[1,"x''"]]', '$[0]');\n${LONG}`,
    ';\nb;\nc VALUES (1,null), (2.5,-3) d;\nCOMMIT',
  ];

  /** Notes calls, one of which fails, and when each ends. */
  function database(failing = '') {
    const calls: string[] = [];
    let running = 0;
    return {
      calls,
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

  it('ends with the first call that fails', async () => {
    for (const failing of CALLS) {
      const { calls, ...connection } = database(failing);
      const error: unknown = await runAll(connection, BATCHES).catch((reason: unknown) => reason);
      expect(error).to.be.an('error').with.property('message', failing);
      expect(calls.at(-1)).to.equal(failing);
    }
  });

  it('without statements is an empty transaction', async () => {
    const { calls, ...connection } = database();
    await runAll(connection, []);
    expect(calls).to.deep.equal(['BEGIN IMMEDIATE;\nCOMMIT']);
  });
});
