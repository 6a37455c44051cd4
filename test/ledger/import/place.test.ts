import { expect } from 'chai';
import fc from 'fast-check';
import { dayNumber, startOfDay } from '../../../src/domain/calendar.ts';
import { NOTHING, plus, type Traffic } from '../../../src/domain/traffic.ts';
import { ownBytes, type PostedDay } from '../../../src/ledger/import/days.ts';
import type { Figure } from '../../../src/ledger/import/figures.ts';
import { type Placing, placeFigures } from '../../../src/ledger/import/place.ts';

const FIRST = dayNumber(2026, 10, 1);
const account = { kind: 'wan', router: 'gateway', interface: 'wan', key: '' } as const;
const pair = (download: number, upload = 0): Traffic => ({ download, upload });
const own = (download: number): PostedDay => ({ bytes: pair(download), imported: null });

const TERMS: Placing = {
  program: 'vnstat',
  timezone: 'Europe/Berlin',
  own: { from: null, readUntil: Number.POSITIVE_INFINITY },
  fastest: 1e9,
  budget: pair(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
};

const figure = (kind: Figure['kind'], from: number, to: number, bytes: Traffic): Figure => ({
  account,
  kind,
  from: FIRST + from,
  to: FIRST + to,
  until: startOfDay(FIRST + to, 'Europe/Berlin'),
  bytes,
});
const day = (at: number, download: number): Figure => figure('day', at, at + 1, pair(download));
const stretch = (from: number, to: number, download: number): Figure => figure('stretch', from, to, pair(download));

function placed(figures: Figure[], held: [number, PostedDay][] = [], terms: Partial<Placing> = {}) {
  const days = new Map(held.map(([at, bytes]) => [FIRST + at, bytes]));
  const result = placeFigures(figures, days, { ...TERMS, ...terms });
  return {
    days: Object.fromEntries([...result.days].map(([at, { bytes }]) => [at - FIRST, bytes.download]).sort()),
    why: result.leftOut.map(({ bytes, why }) => [bytes?.download, why]),
  };
}

describe('the days on which imported figures are posted (Rule: imported days)', () => {
  it('a month less its days goes evenly to the days of it that nothing is known of, in whole bytes', () => {
    expect(placed([day(3, 10), day(4, 0), stretch(0, 5, 20)]).days).to.deep.equal({ 0: 4, 1: 3, 2: 3, 3: 10 });
  });

  it('a month that its days explain wholly leaves the other days without bytes, also for longer times', () => {
    expect(placed([day(3, 20), stretch(0, 5, 20), stretch(-5, 5, 30)]).days).to.deep.equal({
      '-5': 2,
      '-4': 2,
      '-3': 2,
      '-2': 2,
      '-1': 2,
      3: 20,
    });
  });

  it('days from the first that the ledger counted itself are left out', () => {
    const { days, why } = placed([day(1, 10), day(2, 20), day(3, 30)], [[2, own(5)]], {
      own: { from: FIRST + 2, readUntil: Number.POSITIVE_INFINITY },
    });
    expect(days).to.deep.equal({ 1: 10 });
    expect(why).to.deep.equal([
      [15, 'the ledger itself has counted since 2026-10-03'],
      [30, 'the ledger itself has counted since 2026-10-03'],
    ]);
  });

  it('a stretch that the ledger counted a part of is posted less that part', () => {
    const counting = { own: { from: FIRST + 2, readUntil: Number.POSITIVE_INFINITY } };
    expect(
      placed(
        [stretch(0, 4, 100)],
        [
          [2, own(30)],
          [3, own(50)],
        ],
        counting,
      ).days,
    ).to.deep.equal({ 0: 10, 1: 10 });
  });

  it('what reaches past the last reading is left out, for the ledger continues from there', () => {
    const terms = { own: { from: null, readUntil: startOfDay(FIRST + 2, 'Europe/Berlin') } };
    const { days, why } = placed([day(1, 10), day(2, 20), stretch(0, 3, 60)], [], terms);
    expect(days).to.deep.equal({ 1: 10 });
    expect(why[0]?.[1]).to.match(/^reaches past the ledger's last reading at 2026-10-03 00:00, from which it continues: /);
    expect(why).to.have.length(2);
  });

  it('a day has bytes of one program only', () => {
    const other: PostedDay = { bytes: pair(5), imported: { program: 'classic', kind: 'day', bytes: pair(5) } };
    expect(placed([day(0, 10)], [[0, other]])).to.deep.equal({ days: {}, why: [[5, 'already imported from classic']] });
  });

  it('a later export adds what it has more; a day that was spread over is not taken for a day that is known', () => {
    const there = (kind: 'day' | 'stretch'): PostedDay => ({ bytes: pair(5), imported: { program: 'vnstat', kind, bytes: pair(5) } });
    expect(placed([day(0, 12)], [[0, there('day')]]).days).to.deep.equal({ 0: 7 });
    expect(placed([day(0, 12)], [[0, there('stretch')]]).days).to.deep.equal({});
    expect(
      placed(
        [stretch(0, 2, 12)],
        [
          [0, there('stretch')],
          [1, there('stretch')],
        ],
      ).days,
    ).to.deep.equal({ 0: 1, 1: 1 });
  });

  it('an older export after a longer one: all that the longer one spread may have flowed in its days', () => {
    const spreadOver = (from: number, to: number, bytes: number) =>
      Object.entries<number>(placed([stretch(from, to, bytes)]).days).map(([at, each]): [number, PostedDay] => [
        Number(at),
        { bytes: pair(each), imported: { program: 'vnstat', kind: 'stretch', bytes: pair(each) } },
      ]);
    const month = spreadOver(0, 30, 3000);
    const doubt = 'an earlier import of a longer time may have it';
    expect(placed([stretch(0, 15, 3000)], month)).to.deep.equal({ days: {}, why: [[1500, doubt]] });
    expect(placed([stretch(10, 20, 2500)], month)).to.deep.equal({ days: {}, why: [[1500, doubt]] });
    // In the time of the longer one and past it: only what cannot be in both.
    expect(placed([stretch(15, 32, 3100)], month)).to.deep.equal({ days: { 30: 50, 31: 50 }, why: [[1500, doubt]] });
    // The next month is another stretch: a later export of this one adds what it has more.
    const { days, why } = placed([stretch(0, 30, 3030)], [...month, ...spreadOver(30, 60, 9000)]);
    expect([Object.values<number>(days).reduce((a, b) => a + b, 0), why]).to.deep.equal([30, []]);
  });

  it('never more than the sum that the program itself shows', () => {
    const { days, why } = placed([day(1, 10), day(0, 10)], [], { budget: pair(15, 0) });
    expect(days).to.deep.equal({ 0: 5, 1: 10 });
    expect(why).to.deep.equal([[10, 'more than the total that the program itself shows']]);
  });

  it('more than the line can carry is not believed', () => {
    expect(placed([day(0, 1e12)], [], { fastest: 1e6 })).to.deep.equal({ days: {}, why: [[1e12, 'more than 8000000 bit/s could carry']] });
  });

  it('for any ledger and import: nothing on own days, no day beyond its figure, and a second import changes nothing', () => {
    const anyFigure = fc
      .tuple(
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 0, max: 1000 }),
        fc.integer({ min: 0, max: 1000 }),
      )
      .map(([from, length, download, upload]) => figure(length === 1 ? 'day' : 'stretch', from, from + length, pair(download, upload)));
    const anyHeld = fc.dictionary(fc.integer({ min: 0, max: 20 }).map(String), fc.integer({ min: 1, max: 500 }), { maxKeys: 6 });
    fc.assert(
      fc.property(fc.array(anyFigure, { maxLength: 12 }), anyHeld, fc.option(fc.integer({ min: 0, max: 20 })), (list, counted, read) => {
        const figures = [...list].sort((a, b) => a.to - a.from - (b.to - b.from));
        const held = new Map(Object.entries(counted).map(([at, bytes]) => [FIRST + Number(at), own(bytes)]));
        const from = held.size === 0 ? null : Math.min(...held.keys());
        const readUntil = read === null ? Number.POSITIVE_INFINITY : startOfDay(FIRST + read, 'Europe/Berlin');
        const terms = { ...TERMS, own: { from, readUntil } };
        const { days } = placeFigures(figures, held, terms);
        const after = new Map(held);
        for (const [at, { bytes, kind }] of days) {
          expect(from === null || at < from).to.equal(true);
          expect(startOfDay(at, 'Europe/Berlin')).to.be.lessThan(readUntil);
          after.set(at, { bytes: plus(after.get(at)?.bytes ?? NOTHING, bytes), imported: { program: 'vnstat', kind, bytes } });
        }
        for (const [at, there] of after) expect(ownBytes(there)).to.deep.equal(held.get(at)?.bytes ?? NOTHING);
        for (const { kind, from: begin, to, bytes } of figures.filter((one) => one.kind === 'day')) {
          const rivals = figures.filter((one) => one.kind === kind && one.from === begin && one.to === to);
          const most = Math.max(...rivals.map((one) => one.bytes.download), held.get(begin)?.bytes.download ?? 0, bytes.download);
          expect(after.get(begin)?.bytes.download ?? 0).to.be.at.most(most);
        }
        const again = placeFigures(figures, after, terms);
        expect([...again.days]).to.deep.equal([]);
      }),
      { numRuns: 500 },
    );
  });
});
