import { expect } from 'chai';
import { dayNumber } from '../../../src/domain/calendar.ts';
import { directedUsage } from '../../../src/domain/traffic.ts';
import { homePage } from '../../../src/views/pages/home/page.ts';
import { uplinkPage } from '../../../src/views/pages/uplinks/page.ts';
import { countedSince, isKnown } from '../../../src/views/rows/known.ts';
import { openHome, type SmallHome, wan } from '../../support/homes/small-home.ts';
import { fillUplinkDays } from '../../support/ledger/uplink-days.ts';
import { pageReaderOf } from '../../support/web/web.ts';
import { words } from '../../support/web/words.ts';

/** 20 November, 19:00 in Berlin. */
const NOW = Date.UTC(2026, 10, 20, 18);
const KIB = 1024;
const usage = (download: number) => directedUsage({ download, upload: 0 });

describe('what is known of a time', () => {
  const books = { startedAt: Date.UTC(2026, 10, 19, 23, 30) };
  const since = countedSince({ books, timezone: 'Europe/Berlin' });
  const day = (number: number) => ({ end: dayNumber(2026, 11, number) + 1 });

  it('days are known from the local one on which counting began, with or without bytes', () => {
    expect(isKnown(since, day(20), undefined)).to.equal(true);
    expect(isKnown(since, day(19), undefined)).to.equal(false);
    expect(isKnown(countedSince({ books, timezone: 'UTC' }), day(19), undefined)).to.equal(true);
  });

  it('of the days before, those that have bytes: they were imported', () => {
    expect(isKnown(since, day(19), usage(1))).to.equal(true);
    expect(isKnown(since, day(19), usage(0))).to.equal(false);
  });

  it('a period is known if counting began in it', () => {
    expect(isKnown(since, { end: dayNumber(2026, 12, 1) }, undefined)).to.equal(true);
    expect(isKnown(since, { end: dayNumber(2026, 11, 20) }, undefined)).to.equal(false);
  });

  it('before anything was counted, only what has bytes is known', () => {
    const never = countedSince({ books: { startedAt: 0 }, timezone: 'UTC' });
    expect(isKnown(never, day(20), undefined)).to.equal(false);
    expect(isKnown(never, day(20), usage(1))).to.equal(true);
  });
});

describe('pages of a time before counting began', () => {
  let home: SmallHome;
  afterEach(() => home.close());

  const read = async (at: number, kib: number) =>
    home.read(at, { gateway: { sources: { wan: wan([{ name: 'wan', bytes: { download: kib * KIB, upload: 0 } }]) } } });
  async function pages() {
    const view = home.view(NOW);
    const reader = pageReaderOf(home);
    const past = { rows: await reader.history(view, 'lines'), periods: reader.periods(view, 13) };
    const uplink = await uplinkPage(view, { router: 'gateway', interface: 'wan' }, reader);
    return { home: words(homePage(view, past)), uplink: words(uplink) };
  }

  it('list nothing of it on a ledger that is minutes old', async () => {
    home = await openHome({ routers: { gateway: [] } });
    await read(NOW - 60_000, 0);
    await read(NOW, 8);
    const shown = await pages();
    expect(shown.home).to.include('Today: 8.00 KiB down, 0 B up').and.not.include('yesterday');
    for (const text of Object.values(shown)) {
      expect(text).to.include('20 Nov 8.00 KiB 0 B 8.00 KiB').and.include('Nov 2026 8.00 KiB 0 B 8.00 KiB');
      expect(text).to.not.include('19 Nov 0 B').and.not.include('Oct 2026 0 B').and.not.include('Nov 2025 0 B');
    }
  });

  it('list what was imported, and a silent day once counting has begun', async () => {
    const before = (store: Parameters<typeof fillUplinkDays>[0]) =>
      fillUplinkDays(store, [dayNumber(2026, 8, 30), dayNumber(2026, 11, 2)], 10 * KIB);
    home = await openHome({ routers: { gateway: [] }, before });
    await read(NOW - 2 * 86_400_000, 0);
    await read(NOW - 2 * 86_400_000 + 60_000, 4);
    await read(NOW - 60_000, 4);
    await read(NOW, 8);
    const shown = await pages();
    expect(shown.home).to.include('yesterday: 0 B down, 0 B up');
    for (const text of Object.values(shown)) {
      expect(text).to.include('2 Nov 10.0 KiB 0 B 10.0 KiB 18 Nov 4.00 KiB 0 B 4.00 KiB 19 Nov 0 B 0 B 0 B 20 Nov 4.00 KiB');
      expect(text).to.include('Aug 2026 10.0 KiB 0 B 10.0 KiB Nov 2026 18.0 KiB');
    }
  });
});
