import { expect } from 'chai';
import { homePage } from '../../../../src/views/pages/home/page.ts';
import { quotasCard } from '../../../../src/views/pages/home/quotas.ts';
import { quotasPage } from '../../../../src/views/pages/quotas/page.ts';
import { quotaRows } from '../../../../src/views/rows/quotas.ts';
import type { View } from '../../../../src/views/view.ts';
import { quota, quotaView } from '../../../support/ledger/quota-view.ts';
import { type Bench, classic, LAPTOP, openBench, PHONE, START, station, TERMS, wan } from '../../../support/ledger/rounds.ts';

describe('the quotas of the home page', () => {
  let bench: Bench;
  afterEach(() => bench.close());

  async function view(units: 'iec' | 'si'): Promise<View> {
    await bench.read(0, classic(station(PHONE, 0, 0), station(LAPTOP, 0, 0)), wan({ download: 0, upload: 0 }));
    await bench.read(60, classic(station(PHONE, 3e8, 0), station(LAPTOP, 1e9, 0)), wan({ download: 5e8, upload: 0 }));
    const now = START + 60_000;
    const quotas = quotaView(bench.ledger, now);
    return {
      ...quotas,
      wallClock: now,
      quotas: quotaRows(quotas),
      units,
      expire: 1e6,
      version: '1',
      ledger: bench.ledger.state,
      routers: [],
      notices: [],
      implied: false,
    };
  }

  it('have the cap with the month, then most used first, with what is left, in the configured units', async () => {
    const week = { per: 'week' } as const;
    bench = await openBench({
      ...TERMS,
      quotas: [quota('each', { kind: 'each device', user: null }, 1e9, week), quota('line', { kind: 'home' }, 1e12)],
    });
    const shown = await view('si');
    const text = quotasCard(shown)?.text ?? '';
    const names = [...text.matchAll(/<bdi>([^<]*)<\/bdi>/g)].map(([, name]) => name);
    expect(names).to.deep.equal([LAPTOP, PHONE]);
    expect([...text.matchAll(/<small>([^<]*)<\/small><\/th>/g)].map(([, note]) => note)).to.deep.equal([
      'each · limit reached · until 15 Mar',
      'each · 700 MB left · 117 MB a day · until 15 Mar',
    ]);
    expect(text).to.match(/<rect class="up" width="100.00"/);
    const month = homePage(shown, null).split('</section>')[0];
    expect(month).to.match(
      /<bdi>line<\/bdi>: <strong>0\.1 %<\/strong> of 1\.00 TB<svg.*<small>1\.00 TB left · 45\.4 GB a day · until 31 Mar<\/small>/,
    );
  });

  it('say what is counted, where it is not everything', async () => {
    const up = quota('up', { kind: 'device', name: PHONE }, 1e9, { per: 'week', direction: 'upload' });
    bench = await openBench({
      ...TERMS,
      tariffs: [{ name: 'off_peak', counts: 0, windows: [{ days: [1], from: 26, to: 30 }] }],
      quotas: [up, quota('line', { kind: 'home' }, 1e12)],
    });
    const shown = await view('si');
    expect(quotasCard(shown)?.text).to.include('<small>up · upload only · off_peak counts 0 · 1.00 GB left');
    expect(homePage(shown, null)).to.include('<small>off_peak counts 0 · 1.00 TB left');
    expect(quotasPage(shown, {})).to.include('<small>off_peak counts 0 · 1.00 TB left').and.include('<small>up · upload only ·');
  });

  it('are left out without quotas; with tariffs the month says on- and off-peak', async () => {
    bench = await openBench({ ...TERMS, tariffs: [{ name: 'off_peak', counts: 0, windows: [{ days: [1], from: 26, to: 30 }] }] });
    const shown = await view('iec');
    expect(quotasCard(shown)).to.equal(null);
    expect(homePage(shown, null)).to.include('<p class="quiet">on peak 0 B · off peak 477 MiB</p>');
  });
});
