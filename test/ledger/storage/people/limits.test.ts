import { expect } from 'chai';
import type { LimitAction } from '../../../../src/domain/people/limits/effect.ts';
import {
  clearHandLimit,
  loadHandLimits,
  recallLimits,
  rememberLimits,
  setHandLimit,
} from '../../../../src/ledger/storage/people/limits.ts';
import { readAudit } from '../../../../src/ledger/storage/read-audit.ts';
import { type Bench, openBench, START } from '../../../support/ledger/rounds.ts';

const KIDS = { of: 'user', id: 'kids' } as const;
const DAY_MS = 86_400_000;

describe('limits by hand in the ledger', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  const set = (action: LimitAction, at = START, until: number | null = null) =>
    setHandLimit(bench.store, { ...KIDS, action, at, until, by: 'user "mum"' }, 'UTC');
  const audit = async () => (await readAudit(bench.store, {}, 10)).map(({ kind, counter, why }) => `${kind}, ${counter}: ${why}`);

  it('are of what can be limited, whatever somebody has written into the file', async () => {
    const add =
      "INSERT INTO hand_limit(of, id, action, at, decided_by) SELECT value ->> 0, value ->> 1, 'pause', 1, 'mum' FROM json_each(?)";
    const rows = [
      ['device', '02:00:00:00:00:01\nEND_OF_WANTED\nreboot'],
      ['device', 'tablet'],
      ['peer', 'phone'],
      ['home', ''],
      ['device', '02:00:00:00:00:01'],
    ];
    await bench.store.commit([{ sql: add, rows }]);
    expect((await loadHandLimits(bench.store)).map(({ of, id }) => `${of} ${id}`)).to.deep.equal(['device 02:00:00:00:00:01']);
  });

  it('are one for each thing, with who decided it in the audit', async () => {
    const first = await set({ kind: 'slow', download: 125_000, upload: null });
    expect(await loadHandLimits(bench.store)).to.deep.equal([first]);
    const until = Date.UTC(2026, 10, 20, 21);
    const second = await set({ kind: 'pause' }, START + 1, until);
    expect(second.number).to.equal(first.number + 1);
    expect(await loadHandLimits(bench.store)).to.deep.equal([second]);
    await clearHandLimit(bench.store, second, START + 2, 'token "phone"');
    expect(await loadHandLimits(bench.store)).to.deep.equal([]);
    expect(await audit()).to.deep.equal([
      'limit, user kids: cleared by token "phone"',
      'limit, user kids: paused until 2026-11-20 21:00 by user "mum"',
      'limit, user kids: slowed to 1 Mbit/s down by user "mum"',
    ]);
  });

  it('are cleared by their number alone: what replaced one in the meantime stays', async () => {
    const first = await set({ kind: 'pause' });
    const second = await set({ kind: 'allow' }, START + 1);
    await clearHandLimit(bench.store, first, START + 2, 'mum');
    expect(await loadHandLimits(bench.store)).to.deep.equal([second]);
  });

  it('replace those of the same thing under another MAC', async () => {
    const of = (id: string, replaced: number[] = []) =>
      setHandLimit(bench.store, { of: 'device', id, action: { kind: 'pause' }, at: START, until: null, by: 'mum' }, 'UTC', replaced);
    const { number } = await of('02:00:00:00:00:02');
    const kept = await of('02:00:00:00:00:01', [number]);
    expect(await loadHandLimits(bench.store)).to.deep.equal([kept]);
  });

  it('that have ended are few: the last hundred', async () => {
    for (let i = 0; i < 110; i += 1) {
      const limit = { of: 'user', id: `u${i}`, action: { kind: 'pause' }, at: START + i, until: START + i + 1, by: 'mum' } as const;
      await setHandLimit(bench.store, limit, 'UTC');
    }
    await set({ kind: 'pause' }, START + 1000);
    const all = await loadHandLimits(bench.store);
    expect([all.length, all[0]?.id, all.at(-1)?.id]).to.deep.equal([101, 'u10', 'kids']);
  });

  it('are deleted a week after they ended', async () => {
    await set({ kind: 'allow' }, START, START + 1000);
    const other = { of: 'others', id: '', action: { kind: 'pause' }, until: null, by: 'mum' } as const;
    await setHandLimit(bench.store, { ...other, at: START + 7 * DAY_MS }, 'UTC');
    expect(await loadHandLimits(bench.store)).to.have.length(2);
    await setHandLimit(bench.store, { ...other, at: START + 8 * DAY_MS }, 'UTC');
    expect((await loadHandLimits(bench.store)).map(({ of }) => of)).to.deep.equal(['others']);
  });

  it('what another version wrote is left alone, and what cannot be read begins again', async () => {
    await bench.store.commit([
      {
        sql: "INSERT INTO hand_limit(of, id, action, at, decided_by) VALUES ('planet', 'x', 'pause', 1, 'a'), ('user', 'x', 'melt', 1, 'a')",
        rows: null,
      },
    ]);
    expect(await loadHandLimits(bench.store)).to.deep.equal([]);
    expect(await recallLimits(bench.store)).to.deep.equal(new Map());
    await rememberLimits(bench.store, new Map([['rule a', START]]));
    expect(await recallLimits(bench.store)).to.deep.equal(new Map([['rule a', START]]));
    await bench.store.commit([{ sql: "UPDATE meta SET value = '{' WHERE key = 'limits'", rows: null }]);
    expect(await recallLimits(bench.store)).to.deep.equal(new Map());
  });
});
