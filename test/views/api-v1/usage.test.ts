import { expect } from 'chai';
import { usageReader } from '../../../src/ledger/storage/read-usage.ts';
import type { QueryParameters } from '../../../src/views/api-v1/query.ts';
import { RequestError } from '../../../src/views/api-v1/request-error.ts';
import { usageAnswer } from '../../../src/views/api-v1/usage.ts';
import { type HomeOptions, openHome, type SmallHome, stations, wan } from '../../support/homes/small-home.ts';

const HOUR = 3_600_000;
const TV = '00:00:5e:00:53:03';
const TABLET = '00:00:5e:00:53:05';
const NOW = Date.UTC(2026, 10, 20, 18);

describe('api/v1/usage', () => {
  let home: SmallHome;
  afterEach(() => home.close());

  const usage = (query: QueryParameters, now = NOW) => {
    const view = home.view(now);
    return usageAnswer(view, home.terms, query, usageReader(home.ledger.store));
  };
  const buckets = async (query: QueryParameters) => (await usage(query)).series.flatMap((series) => series.buckets);
  const starts = async (query: QueryParameters) => (await buckets(query)).map(({ start }) => start);

  it('by default it is the running billing period by day, uplinks first', async () => {
    home = await openHome({ routers: { gateway: [] }, billingDay: 15 });
    await live(Date.UTC(2026, 10, 13), NOW, 12);
    const answer = await usage({});
    expect(answer).to.include({ by: 'day', timezone: 'Europe/Berlin', from: '2026-11-15', to: '2026-12-15' });
    expect(answer.series.map(({ kind, router, interface: name, mac }) => [kind, router, name, mac])).to.deep.equal([
      ['wan', 'gateway', 'wan', null],
      ['device', null, null, TV],
      ['station', 'gateway', null, TV],
    ]);
    expect(answer.series[0]?.buckets.map(({ start }) => start)).to.deep.equal(
      ['15', '16', '17', '18', '19', '20'].map((day) => `2026-11-${day}`),
    );
  });

  it('is empty before the first reading, not an error', async () => {
    home = await openHome({ routers: { gateway: [] } });
    expect((await usage({ kind: 'wan', by: 'day' })).series).to.deep.equal([]);
    expect((await usage({ router: 'gateway' })).series).to.deep.equal([]);
  });

  it('buckets of any length add up to what was posted', async () => {
    home = await openHome({ routers: { gateway: [] } });
    await live(Date.UTC(2026, 8, 25), NOW, 5);
    const total = home.view(NOW).books.accounts.get(`device\n\n\n${TV}`)?.total;
    for (const by of ['day', 'month'] as const) {
      const [device] = (await usage({ by, from: '2026-09-01', to: '2026-12-01', kind: 'device' })).series;
      expect({ download: device?.download_bytes, upload: device?.upload_bytes }, by).to.deep.equal(total);
      expect(
        device?.buckets.reduce((sum, bucket) => sum + (bucket.download_bytes ?? 0), 0),
        by,
      ).to.equal(total?.download);
    }
    const byHour = await buckets({ by: 'hour', from: '2026-11-19', to: '2026-11-20', kind: 'device' });
    const [byDay] = await buckets({ from: '2026-11-19', to: '2026-11-20', kind: 'device' });
    expect(byHour).to.have.length(24);
    expect(byHour.reduce((sum, bucket) => sum + (bucket.download_bytes ?? 0), 0)).to.equal(byDay?.download_bytes);
  });

  it('from is inclusive and to is exclusive, as dates and as times', async () => {
    home = await openHome({ routers: { gateway: [] } });
    await live(Date.UTC(2026, 10, 17), NOW, 1);
    expect(await starts({ kind: 'wan', from: '2026-11-18', to: '2026-11-19' })).to.deep.equal(['2026-11-18']);
    expect(await starts({ kind: 'wan', by: 'hour', from: '2026-11-18T10:00:00+01:00', to: '2026-11-18T11:00:00Z' })).to.deep.equal([
      '2026-11-18T10:00:00+01:00',
      '2026-11-18T11:00:00+01:00',
    ]);
    // As it arrives where the plus sign was not encoded.
    expect(await starts({ kind: 'wan', by: 'hour', from: '2026-11-18T10:00:00 01:00', to: '2026-11-18T10:00:01Z' })).to.have.length(2);
    // A day that started before the time is left out, one that starts within it is complete.
    expect(await starts({ kind: 'wan', from: '2026-11-17T23:00:01Z', to: '2026-11-18T23:00:01Z' })).to.deep.equal(['2026-11-19']);
  });

  it('the two equal hours of an autumn night are two, distinguished by their offset', async () => {
    home = await openHome({ routers: { gateway: [] } });
    await live(Date.UTC(2026, 9, 24, 22), Date.UTC(2026, 9, 25, 23), 1);
    const found = await starts({ kind: 'wan', by: 'hour', from: '2026-10-25', to: '2026-10-26' });
    expect(found).to.have.length(25);
    expect(found.slice(1, 5)).to.deep.equal([
      '2026-10-25T01:00:00+02:00',
      '2026-10-25T02:00:00+02:00',
      '2026-10-25T02:00:00+01:00',
      '2026-10-25T03:00:00+01:00',
    ]);
  });

  it('months are billing months, cut to the requested time; an uplink may have its own', async () => {
    home = await openHome({ routers: { gateway: [] }, billingDay: 31, routerBilling: { gateway: 10 } });
    await live(Date.UTC(2026, 8, 1), NOW, 24);
    const query = { by: 'month', from: '2026-09-15', to: '2026-11-20' };
    expect(await starts({ ...query, kind: 'device' })).to.deep.equal(['2026-09-15', '2026-09-30', '2026-10-31']);
    expect(await starts({ ...query, kind: 'wan' })).to.deep.equal(['2026-09-15', '2026-10-10', '2026-11-10']);
  });

  it('years are calendar years in the time zone, regardless of the billing day', async () => {
    home = await openHome({ routers: { gateway: [] }, billingDay: 20, routerBilling: { gateway: 10 } });
    await live(Date.UTC(2026, 10, 1), Date.UTC(2027, 1, 3), 24);
    const now = Date.UTC(2027, 1, 3);
    const query = { by: 'year', from: '2026-01-01', to: '2028-01-01' };
    const { series } = await usage(query, now);
    expect(series).to.have.length(3);
    // In Berlin 2027 begins an hour before it does in UTC; there 100 bytes an hour came down.
    const old = (Date.UTC(2026, 11, 31, 23) - Date.UTC(2026, 10, 1)) / HOUR;
    const young = (now - Date.UTC(2026, 11, 31, 23)) / HOUR;
    for (const { kind, buckets } of series) {
      expect(buckets, kind).to.deep.equal([
        { start: '2026-01-01', download_bytes: old * 100, upload_bytes: old * 7, undirected_bytes: null, total_bytes: old * 107 },
        { start: '2027-01-01', download_bytes: young * 100, upload_bytes: young * 7, undirected_bytes: null, total_bytes: young * 107 },
      ]);
    }
    expect(await usage({ by: 'year' }, now)).to.deep.include({ from: '2027-01-01', to: '2028-01-01' });
  });

  it('earlier months stay readable after the billing day is corrected, and not a byte changes', async () => {
    home = await openHome({ routers: { gateway: [] }, billingDay: 1 });
    await live(Date.UTC(2026, 7, 1), NOW, 24);
    const query = { by: 'month', from: '2026-08-01', to: '2026-12-01', kind: 'device' };
    const [before] = (await usage(query)).series;
    expect(before?.buckets.map(({ start }) => start)).to.deep.equal(['2026-08-01', '2026-09-01', '2026-10-01', '2026-11-01']);
    const terms = { ...home.terms, billing: { day: 17 } };
    await home.ledger.setTerms(terms, NOW);
    const view = home.view(NOW);
    const { series } = await usageAnswer(view, terms, query, usageReader(home.ledger.store));
    const [after] = series;
    expect(after?.buckets.map(({ start }) => start)).to.deep.equal(['2026-08-01', '2026-08-17', '2026-09-17', '2026-10-17', '2026-11-17']);
    expect([after?.download_bytes, after?.upload_bytes]).to.deep.equal([before?.download_bytes, before?.upload_bytes]);
    // The current month is recalculated at once: it started at midnight of the 17th in Berlin.
    const running = view.books.accounts.get(`device\n\n\n${TV}`)?.month.download;
    expect(running).to.equal(after?.buckets.at(-1)?.download_bytes).and.be.above(0);
  });

  it('a device with several MACs is one series under the first of them', async () => {
    const aliases = new Map([TABLET, TV].map((mac) => [mac, { name: 'screens', mac: TABLET, user: 'kids' }]));
    home = await openHome({ routers: { gateway: [] }, aliases });
    await live(Date.UTC(2026, 10, 18), NOW, 12, [TV, TABLET]);
    const { series } = await usage({ kind: 'device', mac: TV });
    expect(series.map(({ mac, name, user, download_bytes }) => [mac, name, user, download_bytes])).to.deep.equal([
      [TABLET, 'screens', 'kids', 2 * 1200 * 5],
    ]);
  });

  it('a device without bytes is left out, unless it is requested', async () => {
    home = await openHome({ routers: { gateway: [] } });
    await live(Date.UTC(2026, 10, 18), NOW, 12);
    expect((await usage({ from: '2026-01-01', to: '2026-01-02' })).series).to.deep.equal([]);
    const { series } = await usage({ from: '2026-01-01', to: '2026-01-02', mac: TV, kind: 'device' });
    expect(series).to.have.length(1);
    expect(series[0]).to.deep.include({ mac: TV, download_bytes: 0, upload_bytes: 0, buckets: [] });
  });

  describe('pages', () => {
    const START = Date.UTC(2026, 10, 18);
    const SPAN = { from: '2026-11-18', to: '2026-11-21' };
    const macs = (count: number) => Array.from({ length: count }, (_, i) => `02:00:00:00:${hex(i >> 8)}:${hex(i & 255)}`);
    const hex = (byte: number) => byte.toString(16).padStart(2, '0');

    /** All pages of a query, each with what its answer held. */
    async function pages(query: QueryParameters) {
      const found: Awaited<ReturnType<typeof usage>>[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const answer = await usage({ ...query, ...(cursor !== '' && { cursor }) });
        found.push(answer);
        cursor = answer.next;
      }
      return found;
    }
    const named = ({ kind, mac }: { kind: string; mac: string | null }) => `${kind} ${mac}`;

    it('an answer without limit is whole where it is small, and says that nothing follows', async () => {
      home = await openHome({ routers: { gateway: [] } });
      await live(START, NOW, 12, macs(5));
      const answer = await usage(SPAN);
      expect([answer.series.length, answer.next]).to.deep.equal([11, null]);
    });

    it('a long answer is cut at 50,000 buckets, and its pages have every series once and every byte', async () => {
      home = await openHome({ routers: { gateway: [] } });
      await live(START, Date.UTC(2026, 10, 20), 24, macs(600));
      const all = await pages({ by: 'hour', ...SPAN });
      expect(all.map(({ series }) => series.flatMap(({ buckets }) => buckets).length > 50_000)).to.deep.equal([false, false]);
      const series = all.flatMap((page) => page.series);
      expect(new Set(series.map(named)).size)
        .to.equal(series.length)
        .and.equal(1201);
      for (const { buckets, download_bytes } of series) {
        expect([buckets.length, download_bytes]).to.deep.equal([48, 4800]);
      }
    });

    it('"limit" bounds the series; bytes that are posted between two pages move none to another page', async () => {
      home = await openHome({ routers: { gateway: [] } });
      await live(START, Date.UTC(2026, 10, 20), 24, macs(9));
      const first = await usage({ ...SPAN, limit: '7' });
      expect(first.series).to.have.length(7);
      const bytes = { download: 1e9, upload: 1e9 };
      await home.read(NOW, { gateway: { sources: { stations: stations([{ mac: macs(9)[8] ?? '', bytes }]) } } });
      const second = await usage({ ...SPAN, limit: '7', cursor: first.next ?? '' });
      const third = await usage({ ...SPAN, limit: '7', cursor: second.next ?? '' });
      const all = [first, second, third].flatMap(({ series }) => series.map(named));
      expect([all.length, new Set(all).size, third.next]).to.deep.equal([19, 19, null]);
    });

    it('those that had no byte in the time are passed over: a page is not empty because of them', async () => {
      home = await openHome({ routers: { gateway: [] } });
      await live(START, Date.UTC(2026, 10, 19), 24, macs(40));
      await home.read(NOW, { gateway: { sources: { stations: stations([{ mac: TV, bytes: { download: 0, upload: 0 } }]) } } });
      await home.read(NOW + HOUR, { gateway: { sources: { stations: stations([{ mac: TV, bytes: { download: 9, upload: 0 } }]) } } });
      const answer = await usage({ by: 'hour', from: '2026-11-20', to: '2026-11-21', limit: '2' }, NOW + HOUR);
      expect(answer.series.map(named)).to.deep.equal([`device ${TV}`, `station ${TV}`]);
    });

    it('one statement reads a bounded number of rows, and what is refused reads none', async () => {
      home = await openHome({ routers: { gateway: [] } });
      await live(START, Date.UTC(2026, 10, 20), 24, macs(600));
      const reader = usageReader(home.ledger.store);
      const read: number[] = [];
      const counting = {
        stretches: reader.stretches,
        async rows(...asked: Parameters<typeof reader.rows>) {
          const rows = await reader.rows(...asked);
          read.push(rows?.length ?? 0);
          return rows;
        },
      };
      const view = home.view(NOW);
      await usageAnswer(view, home.terms, { by: 'hour', ...SPAN }, counting);
      expect(Math.max(...read)).to.be.within(1000, 5000);
      read.length = 0;
      await usageAnswer(view, home.terms, { by: 'month', from: '1970-01-01', to: '9999-12-31' }, counting).catch(() => undefined);
      await usageAnswer(view, home.terms, { by: 'hour', from: '2020-01-01', to: '2026-01-01' }, counting).catch(() => undefined);
      expect(read).to.deep.equal([]);
    });
  });

  const WRONG: readonly [query: QueryParameters, status: number, message: string][] = [
    [{ form: '2026-01-01' }, 400, 'There is no parameter "form": use from, to, by, kind, mac, router, limit, cursor, tariff'],
    [{ by: 'week' }, 400, '"by" is "week": use hour, day, month, year'],
    [{ from: ['2026-01-01', '2026-01-02'] }, 400, '"from" is given more than once'],
    [{ from: '' }, 400, '"from" is empty: give it a value or leave it out'],
    [{ from: '2026-02-30' }, 400, '"from" is "2026-02-30": write a date like 2026-01-31, or a time like 2026-01-31T18:00:00Z'],
    [
      { to: '2026-02-30T00:00:00Z' },
      400,
      '"to" is "2026-02-30T00:00:00Z": write a date like 2026-01-31, or a time like 2026-01-31T18:00:00Z',
    ],
    [
      { from: '2026-11-20T24:00:00Z' },
      400,
      '"from" is "2026-11-20T24:00:00Z": write a date like 2026-01-31, or a time like 2026-01-31T18:00:00Z',
    ],
    [{ from: '1763664918' }, 400, '"from" is "1763664918": write a date like 2026-01-31, or a time like 2026-01-31T18:00:00Z'],
    [{ from: '2026-11-02', to: '2026-11-02' }, 400, '"from" (2026-11-02) is not before "to" (2026-11-02)'],
    [{ from: '2027-01-01' }, 400, '"from" (2027-01-01) is not before "to" (2026-12-01)'],
    [{ by: 'hour', from: '2026-01-01', to: '2026-12-01' }, 400, 'by=hour covers at most 62 days: ask for a shorter time, or use by=day'],
    [
      { by: 'month', from: '1970-01-01', to: '9999-12-31' },
      400,
      'The answer would have more than 600 months or years: ask for a shorter time or a longer "by"',
    ],
    [{ limit: '0' }, 400, '"limit" is "0": use a whole number from 1 to 10000'],
    [{ limit: '10001' }, 400, '"limit" is "10001": use a whole number from 1 to 10000'],
    [{ cursor: '7' }, 400, '"cursor" is "7": use "next" of the answer before'],
    [{ mac: 'tv' }, 400, '"mac" is "tv": write it like 02:00:00:00:00:01'],
    [{ mac: '02:00:00:00:00:99' }, 404, 'No device with the MAC "02:00:00:00:00:99" has been counted: /api/v1/devices lists all devices'],
    [{ router: 'shed' }, 404, 'There is no router "shed": the names are "gateway"'],
    [{ kind: 'wan', mac: TV }, 400, 'An uplink has no MAC: leave out "mac", or use kind=device'],
    [
      { kind: 'device', router: 'gateway' },
      400,
      'A device is counted over all routers: leave out "router", or use kind=host or kind=station',
    ],
  ];
  for (const [query, status, message] of WRONG) {
    it(`refuses ${JSON.stringify(query)}`, async () => {
      home = await openHome({ routers: { gateway: [] } } satisfies HomeOptions);
      await live(NOW - 2 * HOUR, NOW, 1);
      await refused(query, status, message);
    });
  }

  async function refused(query: QueryParameters, status: number, message: string): Promise<void> {
    const error = await usage(query).then(
      () => expect.fail('It was answered'),
      (reason) => reason,
    );
    expect(error).to.be.instanceOf(RequestError);
    expect([error.status, error.message]).to.deep.equal([status, message]);
  }

  /** The gateway is read every few hours; uplink and devices gain 100 bytes down and 7 up an hour. */
  async function live(from: number, to: number, hours: number, macs = [TV]): Promise<void> {
    for (let at = from; at <= to; at += hours * HOUR) {
      const bytes = { download: ((at - from) / HOUR) * 100, upload: ((at - from) / HOUR) * 7 };
      const sources = { wan: wan([{ name: 'wan', bytes }]), stations: stations(macs.map((mac) => ({ mac, bytes }))) };
      await home.read(at, { gateway: { sources } });
    }
  }
});
