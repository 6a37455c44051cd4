import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { dayNumber, dayText } from '../../../src/domain/calendar.ts';
import { ImportError } from '../../../src/ledger/import/figures.ts';
import { parseVnstat, vnstatFigures } from '../../../src/ledger/import/vnstat.ts';

const ZONE = 'Europe/Berlin';
const NOW = Date.UTC(2026, 10, 20, 18);
const FIXTURES = join(import.meta.dirname, '../../fixtures/import');
const fixture = readFileSync(join(FIXTURES, 'vnstat-1.18.json'), 'utf8');

interface Rows {
  created?: unknown;
  monthrotate?: number;
  day?: [date: string, rx: number][];
  month?: [date: string, rx: number][];
  year?: [date: string, rx: number][];
  total?: number;
}

const dateOf = (text: string) => {
  const [year, month, day] = text.split('-').map(Number);
  return { year, ...(month !== undefined && { month }), ...(day !== undefined && { day }) };
};
const rows = (list: Rows['day'] = []) => list.map(([date, rx], id) => ({ id, date: dateOf(date), timestamp: 1, rx, tx: 0 }));

/** As vnStat 2 prints it. */
function figuresOf({ day, month, year, total, monthrotate, created = { date: dateOf('2026-08-03') } }: Rows) {
  const updated = { date: dateOf('2026-11-20'), time: { hour: 12, minute: 0 }, timestamp: Date.UTC(2026, 10, 20, 11) / 1000 };
  const traffic = { total: { rx: total, tx: 0 }, fiveminute: [], hour: [], day: rows(day), month: rows(month), year: rows(year), top: [] };
  const found = { name: 'eth0', alias: '', created, updated, ...(monthrotate !== undefined && { monthrotate }), traffic };
  const [only] = parseVnstat(JSON.stringify({ vnstatversion: '2.11', jsonversion: '2', interfaces: [found] }), 'File "x"', ZONE);
  if (only === undefined) return expect.fail('no interface');
  const { figures, leftOut } = vnstatFigures(only, ZONE, NOW);
  return {
    figures: figures.map(({ kind, from, to, bytes }) => `${kind} ${dayText(from)} ${dayText(to)} ${bytes.download}`),
    leftOut: leftOut.map(({ what, why }) => `${what}: ${why}`),
  };
}

describe('the figures of vnStat', () => {
  it('version 2: days, months, years and the sum of all, the finer before the coarser', () => {
    expect(
      figuresOf({
        day: [
          ['2026-11-19', 5],
          ['2026-11-20', 6],
        ],
        month: [
          ['2026-10', 100],
          ['2026-11', 40],
        ],
        year: [['2026', 500]],
        total: 900,
      }).figures,
    ).to.deep.equal([
      'day 2026-11-20 2026-11-21 6',
      'day 2026-11-19 2026-11-20 5',
      'stretch 2026-11-01 2026-11-21 40',
      'stretch 2026-10-01 2026-11-01 100',
      'stretch 2026-08-03 2026-11-21 500',
      'stretch 2026-08-03 2026-11-21 900',
    ]);
  });

  it('version 1 counts in KiB and names its lists otherwise', () => {
    const [found] = parseVnstat(fixture, 'File "x"', ZONE);
    expect(found).to.include({ name: 'pppoe-wan', alias: 'dsl', created: dayNumber(2026, 8, 3), updated: Date.UTC(2026, 9, 4, 7, 55, 59) });
    expect(found?.total).to.deep.equal({ download: 1_024_000_000, upload: 102_400_000 });
    expect(found?.days[0]).to.deep.equal({ day: dayNumber(2026, 10, 4), bytes: { download: 1_024_000, upload: 10_240 } });
    expect(found?.months).to.have.length(2);
  });

  it('months that start on another day are read so if vnStat says it', () => {
    expect(figuresOf({ month: [['2026-10', 100]], monthrotate: 15 }).figures).to.deep.equal(['stretch 2026-10-15 2026-11-15 100']);
  });

  it('months that the days contradict are left out: they may begin on another day', () => {
    const why = ['its months and years: its days add up to more than its months: they start on another day (MonthRotate)'];
    const more = figuresOf({ day: [['2026-11-02', 50]], month: [['2026-11', 40]], year: [['2026', 500]] });
    expect(more).to.deep.equal({ figures: ['day 2026-11-02 2026-11-03 50'], leftOut: why });
    const later = figuresOf({ day: [['2026-11-02', 50]], month: [['2026-10', 400]] });
    expect(later).to.deep.equal({ figures: ['day 2026-11-02 2026-11-03 50'], leftOut: why });
  });

  it('dates that cannot be right, and counts that are none, are left out one by one', () => {
    const { figures, leftOut } = figuresOf({
      day: [
        ['1970-01-01', 5],
        ['2031-01-01', 5],
        ['2026-02-30', 5],
        ['2026-11-19', -5],
        ['2026-11-18', 2 ** 53],
        ['2026-11-17', 7],
      ],
    });
    expect(figures).to.deep.equal(['day 2026-11-17 2026-11-18 7']);
    expect(leftOut).to.deep.equal([
      'a day: its date is not valid',
      'a day: it has no byte counts',
      'a day: it has no byte counts',
      '2 days: before 2002 or in the future',
    ]);
  });

  it('a database that is older than it says is believed in its rows', () => {
    const { figures } = figuresOf({ day: [['2026-07-01', 5]], total: 9 });
    expect(figures).to.deep.equal(['day 2026-07-01 2026-07-02 5', 'stretch 2026-07-01 2026-11-21 9']);
  });

  it('version 1.13 on the first day of a database begins its hours with a comma', () => {
    const [found] = parseVnstat(readFileSync(join(FIXTURES, 'vnstat-1.13-first-day.json'), 'utf8'), 'File "x"', ZONE);
    expect(found?.days).to.deep.equal([{ day: dayNumber(2026, 9, 8), bytes: { download: 974 * 1024, upload: 128 * 1024 } }]);
    expect(found?.total).to.deep.equal({ download: 974 * 1024, upload: 128 * 1024 });
  });

  for (const [where, list] of Object.entries({
    first: '[,{"rx":1}]',
    several: '[ , ,\n,{"rx":1},,{"rx":2}]',
    last: '[{"rx":1},]',
    alone: '[,]',
    'in an object': '[{,"rx":1,}]',
  })) {
    it(`stray commas (${where}) are passed over, and no comma of a name`, () => {
      const text = `{"jsonversion":"1","interfaces":[{"id":"a,,b","nick":"[,\\"{,","traffic":{"total":{"rx":1,"tx":1},"hours":${list}}}]}`;
      expect(parseVnstat(text, 'File "x"', ZONE)[0]).to.deep.include({
        name: 'a,,b',
        alias: '[,"{,',
        total: { download: 1024, upload: 1024 },
      });
    });
  }

  for (const [what, text, message] of [
    ['text', 'vnstat 2.10', /^File "x" is not a JSON object: export it with "vnstat --json"/],
    ['a file that was cut', fixture.slice(0, 200), /^File "x" is not a JSON object/],
    ['other JSON', '{"columns":[]}', /^File "x" is not what "vnstat --json" prints$/],
    ['another version', '{"jsonversion":"3","interfaces":[]}', /^File "x" has jsonversion 3; versions 1 and 2 are supported$/],
  ] as const) {
    it(`${what} is refused in a line`, () => {
      expect(() => parseVnstat(text, 'File "x"', ZONE)).to.throw(ImportError, message);
    });
  }
});
