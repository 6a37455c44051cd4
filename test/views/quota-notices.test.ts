import { expect } from 'chai';
import { dayOf } from '../../src/domain/calendar.ts';
import { addBonus, removeBonus } from '../../src/ledger/storage/people/bonuses.ts';
import { quotaNotices } from '../../src/views/quota-notices.ts';
import { type QuotaView, quotaRows } from '../../src/views/rows/quotas.ts';
import type { View } from '../../src/views/view.ts';
import { quota, quotaView } from '../support/ledger/quota-view.ts';
import { type Bench, classic, openBench, PHONE, START, station, TERMS, wan } from '../support/ledger/rounds.ts';

const HOUR = 3600;
const steps = [0.5, 1].map((share) => ({ share, actions: [{ kind: 'notify' }] as const }));

const noticesOf = (view: QuotaView) => quotaNotices({ ...view, quotas: quotaRows(view) });

describe('notices of quotas', () => {
  let bench: Bench;
  afterEach(() => bench.close());

  const read = (seconds: number, bytes: number) => bench.read(seconds, classic(station(PHONE, bytes, 0)));
  async function notices(seconds: number) {
    const now = START + seconds * 1000;
    await bench.ledger.turnMonths(now);
    return noticesOf(quotaView(bench.ledger, now));
  }

  it('say what is used and left, once for each step and period, over restarts', async () => {
    const each = quota('each', { kind: 'each device', user: null }, 1e9, { per: 'day', steps });
    const terms = { ...TERMS, quotas: [each] };
    bench = await openBench(terms);
    const told = new Map<string, string>();
    let total = 0;
    await read(0, 0);
    for (let hour = 1; hour <= 96; hour += 1) {
      total += 60_000_000;
      await read(hour * HOUR, total);
      for (const { key, subject } of await notices(hour * HOUR)) told.set(key, subject);
      if (hour % 7 === 0) await bench.restart();
    }
    // 13:00 of 2026-03-10 and four days: 660 MB, then three whole days of 1.44 GB, then 780 MB.
    expect([...told.keys()]).to.deep.equal([
      `quota each 50 % 2026-03-10 ${PHONE}`,
      ...['2026-03-11', '2026-03-12', '2026-03-13'].flatMap((day) => [
        `quota each 50 % ${day} ${PHONE}`,
        `quota each 100 % ${day} ${PHONE}`,
      ]),
      `quota each 50 % 2026-03-14 ${PHONE}`,
    ]);
    expect(told.values().next().value).to.equal(`Quota "each" of ${PHONE}: 50 % of 954 MiB used`);
  });

  it('say what is counted, where it is not everything', async () => {
    const off = { name: 'off_peak', windows: [{ days: [1], from: 0, to: 14 }], counts: 0.5 };
    const line = quota('line', { kind: 'home' }, 1000, { direction: 'upload', steps });
    bench = await openBench({ ...TERMS, tariffs: [off], quotas: [line] });
    for (const [seconds, upload] of [
      [0, 0],
      [60, 600],
    ] as const)
      await bench.read(seconds, classic(), wan({ download: 0, upload }));
    expect((await notices(60)).map(({ subject }) => subject)).to.deep.equal([
      'Quota "line" (upload only, off_peak counts 0.5): 50 % of 1000 B used',
    ]);
  });

  it('of an hour say when the hour ends', async () => {
    bench = await openBench({ ...TERMS, quotas: [quota('phone', { kind: 'each device', user: null }, 1e9, { per: 'hour', steps })] });
    await read(0, 0);
    await read(600, 999_000_000);
    const [notice] = await notices(600);
    expect(notice?.text).to.match(/ left until 2026-03-10 14:00\./);
  });

  it('a bonus lowers the share at once, and a step that was reported is not reported again in the period', async () => {
    bench = await openBench({ ...TERMS, quotas: [quota('line', { kind: 'home' }, 1000, { steps })] });
    const keys = async (seconds: number) => (await notices(seconds)).map(({ key }) => key);
    const readLine = (seconds: number, bytes: number) => bench.read(seconds, classic(), wan({ download: bytes, upload: 0 }));
    await readLine(0, 0);
    await readLine(60, 600);
    expect(await keys(60)).to.deep.equal(['quota line 50 % 2026-03-01']);
    const at = START + 60_000;
    const bonus = await addBonus(bench.store, { quota: 'line', day: dayOf(at, TERMS.timezone), bytes: 1000, at, by: 'mum' });
    await bench.restart();
    expect(await keys(60)).to.deep.equal([]);
    await readLine(120, 1100);
    const [again] = await notices(120);
    // The same key: what was reported is not sent again. Rule: one notice.
    expect(again?.key).to.equal('quota line 50 % 2026-03-01');
    expect(again?.text).to.match(/ left until 2026-03-31.* The limit includes 1000 B that were bought\.$/);
    await removeBonus(bench.store, bonus, at, 'mum');
    await bench.restart();
    // Of several steps, only the highest is news.
    expect(await keys(120)).to.deep.equal(['quota line 100 % 2026-03-01']);
  });

  it('a step that limits says what it does, or why it does nothing', async () => {
    const slow = [{ share: 1, actions: [{ kind: 'slow', rate: 1e6 }] as const }];
    bench = await openBench({ ...TERMS, quotas: [quota('line', { kind: 'home' }, 2000, { steps: slow })] });
    await read(0, 0);
    await read(60, 3000);
    expect(await notices(60)).to.deep.equal([
      {
        key: 'quota line 100 % 2026-03-01',
        kind: 'quota',
        subject: 'Quota "line": 100 % of 1.95 KiB used',
        text: '2.93 KiB of 1.95 KiB used (150 %), 0 B left until 2026-03-31.\nThe step "slow" is only reported: no limit can hold all of it.',
        at: START + 60_000,
      },
    ]);
  });

  it('several steps that one round reaches are one notice, with all that they do', async () => {
    const several = [
      { share: 0.5, actions: [{ kind: 'slow', rate: 1e6 }] as const },
      { share: 0.8, actions: [{ kind: 'notify' }] as const },
    ];
    bench = await openBench({ ...TERMS, quotas: [quota('line', { kind: 'home' }, 2000, { steps: several })] });
    await read(0, 0);
    await read(60, 1700);
    const [notice, ...others] = await notices(60);
    expect(others).to.deep.equal([]);
    expect(notice?.subject).to.equal('Quota "line": 80 % of 1.95 KiB used');
    expect(notice?.covers, 'a lower share later is no news').to.deep.equal(['quota line 50 % 2026-03-01']);
    expect(notice?.text).to.include('\nThe step "slow" is only reported: no limit can hold all of it.');
  });

  it('of an uplink have the keys that they had under the earlier names of its router', async () => {
    const uplink = { kind: 'uplink', router: 'gateway', interface: null } as const;
    bench = await openBench({ ...TERMS, quotas: [quota('line', uplink, 2000, { steps })] });
    await read(0, 0);
    const row = quotaRows(quotaView(bench.ledger, START))[0];
    if (row === undefined) throw new Error('no row');
    const view = { ...quotaView(bench.ledger, START), quotas: [{ ...row, used: 3000, step: 1 }] };
    const renames = new Map([
      ['old', 'gateway'],
      ['attic', 'loft'],
    ]);
    expect(quotaNotices(view, renames).map(({ key, earlier }) => [key, earlier])).to.deep.equal([
      ['quota line 100 % 2026-03-01 gateway', ['quota line 100 % 2026-03-01 old']],
    ]);
  });

  it('a step that limits a user says so where routers are asked for limits', async () => {
    const limiting = [{ share: 1, actions: [{ kind: 'slow', rate: 1e6 }, { kind: 'block' }] as const }];
    bench = await openBench({ ...TERMS, quotas: [quota('rest', { kind: 'others' }, 2000, { steps: limiting })] });
    await read(0, 0);
    await read(60, 3000);
    const view = quotaView(bench.ledger, START + 60_000);
    const linesOf = (limits: NonNullable<View['limits']> | null) =>
      quotaNotices({ ...view, quotas: quotaRows(view), limits })[0]
        ?.text.split('\n')
        .slice(1);
    expect(linesOf(null)).to.deep.equal([
      'The step "slow" is only reported: no router is asked for limits.',
      'The step "block" is only reported: no router is asked for limits.',
    ]);
    // The strictest holds.
    expect(linesOf({ hand: [], decided: [], routers: [] })).to.deep.equal([
      'It is paused until 2026-04-01 00:00, unless somebody allows it.',
    ]);
  });

  it('a forecast over the limit is reported once', async () => {
    bench = await openBench({ ...TERMS, quotas: [quota('line', { kind: 'home' }, 100_000, { steps })] });
    await read(0, 0);
    await read(60, 100);
    const view = quotaView(bench.ledger, START + 60_000);
    const flat = { means: Array.from({ length: 7 }, () => 10_000), variances: Array.from({ length: 7 }, () => 0), uncertainty: 0 };
    const [notice] = noticesOf({ ...view, models: new Map([['line\n', flat]]) });
    expect(notice).to.deep.include({ key: 'forecast line 2026-03-01', kind: 'forecast' });
    expect(notice?.text).to.match(/The limit will probably be reached on 2026-03-20\.$/);
  });
});
